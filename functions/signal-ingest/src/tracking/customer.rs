//! Writes what a request says about one customer: the company, its users as contacts, their usage.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_aws::store::customers::contact_record;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::users::{company_said_record, member_record, user_record};
use keepwell_aws::store::{Expect, Stored, keys};
use keepwell_aws::suppression::as_welcome;
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::{Customer, NewCustomer, Profile};
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::tracking::people::{Said, User};
use keepwell_domain::tracking::placing::AboutCustomer;
use keepwell_domain::tracking::{Company, Rejection};

use super::take::Known;
use crate::write::{Effect, Writer};

/// Writes it, in one transaction where it fits into one. Answers the items that cannot be taken.
pub(super) async fn write(
    cloud: &Cloud,
    stored: Option<Stored<Customer>>,
    id: CustomerId,
    about: AboutCustomer,
    known: &Known,
) -> Result<Vec<Rejection>, ApiError> {
    let now = cloud.now();
    let mut writer = match stored {
        Some(stored) => {
            let mut writer = Writer::new(cloud, CustomerChange::of(stored, Cause::default(), now), now);
            change_company(&mut writer, &about.companies).await?;
            writer
        }
        None => create(cloud, id, &about.companies, now).await?,
    };
    let customer = writer.change.customer.id.clone();
    write_users(&mut writer, &customer, known).await?;
    let events: Vec<&UsageEvent> = about.usage.iter().map(|(_, event)| event).collect();
    writer.usage(&events).await?;
    let effects = writer.finish().await?;
    let rejected = about.usage.iter().zip(effects).filter_map(|((index, _), effect)| match effect {
        Effect::Refused { detail, .. } => Some(Rejection { index: *index, reason: detail }),
        _ => None,
    });
    Ok(rejected.collect())
}

/// A customer that a group call names for the first time. Until its name is told, it is called by its id.
async fn create<'a>(
    cloud: &'a Cloud,
    id: CustomerId,
    companies: &[(Said, Company)],
    now: DateTime<Utc>,
) -> Result<Writer<'a>, ApiError> {
    let named = Profile { name: id.to_string(), ..Profile::blank() };
    let profile = companies.iter().fold(named, |profile, (_, company)| company.apply(&profile));
    let mut customer = NewCustomer { id: None, profile }.create(id.clone(), now);
    customer.event_seq = cloud.store.last_event_of_erased(&id).await?;
    let mut writer = Writer::new(cloud, CustomerChange::creation(customer, now), now);
    writer.change.publish(Fact::CustomerCreated {});
    if let Some((said, _)) = companies.last() {
        writer.change.put(company_said_record(&id, said), Expect::Anything);
    }
    writer.changed = true;
    Ok(writer)
}

/// Changes the profile, by what was said after its last change: a call that comes late or again does not turn it back.
async fn change_company(writer: &mut Writer<'_>, companies: &[(Said, Company)]) -> Result<(), ApiError> {
    let before = &writer.change.customer;
    let told = |companies: &mut dyn Iterator<Item = &(Said, Company)>| {
        companies.fold(before.profile.clone(), |profile, (_, company)| company.apply(&profile))
    };
    if told(&mut companies.iter()) == before.profile {
        return Ok(());
    }
    let said_before = writer.cloud.store.company_said(&before.id).await?;
    let profile = told(&mut companies.iter().filter(|(said, _)| said.is_news_after(said_before.as_ref())));
    if let (Some(changed), Some((said, _))) = (before.with_profile(profile, writer.now), companies.last()) {
        writer.change.put(company_said_record(&before.id, said), Expect::Anything);
        writer.change.customer = changed;
        writer.change.publish(Fact::CustomerChanged {});
        writer.changed = true;
    }
    Ok(())
}

/// Writes the users who changed, and the contacts that they are.
async fn write_users(writer: &mut Writer<'_>, customer: &CustomerId, known: &Known) -> Result<(), ApiError> {
    let mut contacts = Contacts::default();
    let mut users = known.people.to_write(Some(customer));
    let mut told = Vec::new();
    for user in &mut users {
        if contacts.tell(writer.cloud, customer, user, writer.now).await? {
            told.push(user.id.clone());
        }
    }
    for (contact, expect) in contacts.changed() {
        writer.make_room(1).await?;
        writer.change.put(contact_record(customer, &contact), expect);
        if writer.change.customer.profile.request_feedback {
            writer.change.customer.feedback_due_at = Some(writer.now);
        }
        writer.changed = true;
    }
    for user in users.iter().filter(|user| told.contains(&user.id) || known.people.is_changed(user)) {
        writer.make_room(3).await?;
        writer.change.put(user_record(user, writer.now), known.expect(&user.id));
        let before = known.people.before(&user.id).and_then(|before| before.customer.as_ref());
        if before != Some(customer) {
            writer.change.put(member_record(customer, &user.id), Expect::Anything);
            if let Some(left) = before {
                writer.change.transaction.delete(Table::Core, keys::member(left, &user.id));
            }
        }
        writer.changed = true;
    }
    Ok(())
}

/// The customer's contacts, as far as they were looked at. Two users may be one contact.
#[derive(Default)]
struct Contacts {
    rows: BTreeMap<RecordId, (Contact, Expect)>,
    changed: Vec<RecordId>,
    all_read: bool,
}

impl Contacts {
    /// Makes or changes the user's contact by what is known of the person. Answers whether something changed.
    async fn tell(
        &mut self,
        cloud: &Cloud,
        customer: &CustomerId,
        user: &mut User,
        now: DateTime<Utc>,
    ) -> Result<bool, ApiError> {
        let Some(person) = user.person.clone() else { return Ok(false) };
        let own_id = contact_id(&user.id)?;
        let found = self.find(cloud, customer, user, &own_id, person.email.as_ref()).await?;
        let (after, expect, changed) = if let Some((before, expect)) = found.and_then(|id| self.rows.get(&id)) {
            let mut after = person.apply(before);
            let changed = after != *before;
            if after.email != before.email {
                after = as_welcome(cloud, after).await?;
            }
            (after, *expect, changed)
        } else {
            // Without an address what is known waits for one.
            let Some(contact) = person.contact(own_id, now) else { return Ok(false) };
            (as_welcome(cloud, contact).await?, Expect::Absent, true)
        };
        user.person = None;
        user.contact = Some(after.id.clone());
        if changed {
            if !self.changed.contains(&after.id) {
                self.changed.push(after.id.clone());
            }
            self.rows.insert(after.id.clone(), (after, expect));
        }
        Ok(changed)
    }

    /// The contact that the user is: the one it was, or the one with its id, or the one with its address.
    async fn find(
        &mut self,
        cloud: &Cloud,
        customer: &CustomerId,
        user: &User,
        own_id: &RecordId,
        email: Option<&EmailAddress>,
    ) -> Result<Option<RecordId>, ApiError> {
        if let Some(id) = &user.contact {
            if !self.rows.contains_key(id)
                && let Some(stored) = cloud.store.contact(customer, id).await?
            {
                self.add(stored);
            }
            if self.rows.contains_key(id) {
                return Ok(Some(id.clone()));
            }
        }
        if !self.all_read {
            for stored in cloud.store.contacts(customer).await? {
                self.add(stored);
            }
            self.all_read = true;
        }
        if self.rows.contains_key(own_id) {
            return Ok(Some(own_id.clone()));
        }
        let same_address =
            |contact: &Contact| email.is_some_and(|email| contact.email.as_str().eq_ignore_ascii_case(email.as_str()));
        Ok(self.rows.iter().find(|(_, (contact, _))| same_address(contact)).map(|(id, _)| id.clone()))
    }

    fn add(&mut self, stored: Stored<Contact>) {
        let row = (stored.value, Expect::Revision(stored.revision));
        self.rows.entry(row.0.id.clone()).or_insert(row);
    }

    fn changed(mut self) -> Vec<(Contact, Expect)> {
        self.changed.iter().filter_map(|id| self.rows.remove(id)).collect()
    }
}

/// A user's id as the id of a contact; one that cannot be is replaced by its hash.
fn contact_id(user: &str) -> Result<RecordId, ApiError> {
    RecordId::parse(user)
        .or_else(|_| RecordId::parse(&format!("usr_{}", keys::short_hash(user))))
        .map_err(ApiError::Internal)
}
