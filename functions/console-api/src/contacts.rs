//! The contacts of a customer.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{
    Answer, ApiError, Idempotency, Identity, JsonBody, QueryParams, existing_customer, if_match_when_sent,
};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::customers::contact_record;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::{Expect, Stored, keys};
use keepwell_aws::suppression::{as_welcome, lift};
use keepwell_domain::contact::{Contact, ContactChange, Mail, NewContact, Role};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// A contact as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
pub(crate) struct ContactView<'a> {
    /// Its id: yours, or generated (`con_…`).
    id: &'a RecordId,
    /// The customer.
    customer: &'a CustomerId,
    /// Full name.
    name: &'a str,
    /// Mail address.
    email: &'a EmailAddress,
    /// What the person is to the customer.
    role: Role,
    /// IANA time zone, such as `Europe/Berlin`.
    time_zone: &'static str,
    /// BCP 47 language tag, such as `en-GB`.
    locale: &'a str,
    /// Whether mail may go to the contact.
    mail: &'a Mail,
    /// When the contact was last asked for feedback.
    last_asked_at: Option<DateTime<Utc>>,
    /// All requests for feedback ever.
    asked: u32,
    /// Those that were answered.
    answered: u32,
    /// When the contact was added.
    created_at: DateTime<Utc>,
    /// Grows with every change; the `ETag`.
    version: u64,
}

fn contact_view<'a>(customer: &'a CustomerId, contact: &'a Contact) -> ContactView<'a> {
    ContactView {
        id: &contact.id,
        customer,
        name: contact.name.reveal(),
        email: &contact.email,
        role: contact.role,
        time_zone: contact.time_zone.name(),
        locale: &contact.locale,
        mail: &contact.mail,
        last_asked_at: contact.ask.last_asked_at,
        asked: contact.ask.asked,
        answered: contact.ask.answered,
        created_at: contact.created_at,
        version: contact.version,
    }
}

pub(crate) async fn get_contacts(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::CONTACTS)));
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let page = cloud.store.contacts_page(&customer.id, limit, cursor.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| contact_view(&customer.id, &stored.value)).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// The customer's contacts are looked at again at `now`, if they are asked for feedback at all.
fn look_again(customer: &mut Customer, now: DateTime<Utc>) {
    if customer.profile.request_feedback {
        customer.feedback_due_at = Some(now);
    }
}

pub(crate) async fn post_contact(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let new = NewContact::parse(&body)?;
    let idempotency = Idempotency::of(&headers, &identity, &format!("POST /v1/customers/{id}/contacts"), &body)?;
    let generated = cloud.fresh_id("con");
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let stored = existing_customer(&cloud, &id).await?;
        let contact_id = match &new.id {
            Some(id) => id.clone(),
            None => RecordId::parse(&generated).map_err(ApiError::Internal)?,
        };
        if cloud.store.contact(&stored.value.id, &contact_id).await?.is_some() {
            return Err(ApiError::Taken(format!("There is a contact {contact_id} already.")));
        }
        let now = cloud.now();
        let contact = as_welcome(&cloud, new.clone().create(contact_id, now)).await?;
        let mut change = CustomerChange::of(stored, Cause::default(), now);
        look_again(&mut change.customer, now);
        change.put(contact_record(&change.customer.id, &contact), Expect::Absent);
        let answer = Answer::created(contact_view(&change.customer.id, &contact))?.etag(contact.version);
        let id = change.customer.id.clone();
        idempotency.remember_about(&id, &mut change.transaction, &answer, now);
        change.commit(&cloud).await?;
        Ok(answer)
    })
    .await
}

pub(crate) async fn patch_contact(
    State(cloud): State<Cloud>,
    Path((id, contact)): Path<(String, String)>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let contact_change = ContactChange::parse(&body)?;
    retry_on_conflict(|| async {
        let customer = existing_customer(&cloud, &id).await?;
        let before = existing_contact(&cloud, &customer.value.id, &contact).await?;
        if_match_when_sent(&headers, before.value.version)?;
        let now = cloud.now();
        let mut after = contact_change.clone().apply(&before.value, now);
        let mut change = CustomerChange::of(customer, Cause::default(), now);
        if contact_change.allows_mail() {
            lift(&cloud, &mut change, &after.email).await?;
        } else if after.email != before.value.email {
            after = as_welcome(&cloud, after).await?;
        }
        if after != before.value {
            change.put(contact_record(&change.customer.id, &after), Expect::Revision(before.revision));
        }
        if !change.is_empty() {
            look_again(&mut change.customer, now);
            change.commit(&cloud).await?;
        }
        let customer = CustomerId::parse(&id).map_err(ApiError::Internal)?;
        Ok(Answer::ok(contact_view(&customer, &after))?.etag(after.version))
    })
    .await
}

pub(crate) async fn delete_contact(
    State(cloud): State<Cloud>,
    Path((id, contact)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let customer = existing_customer(&cloud, &id).await?;
        let before = existing_contact(&cloud, &customer.value.id, &contact).await?;
        if_match_when_sent(&headers, before.value.version)?;
        let mut change = CustomerChange::of(customer, Cause::default(), cloud.now());
        change.transaction.delete(Table::Core, keys::contact(&change.customer.id, &before.value.id));
        change.commit(&cloud).await?;
        Ok(Answer::no_content())
    })
    .await
}

async fn existing_contact(cloud: &Cloud, customer: &CustomerId, id: &str) -> Result<Stored<Contact>, ApiError> {
    let missing = || ApiError::NotFound(format!("The customer {customer} has no contact {id:?}."));
    let id = RecordId::parse(id).map_err(|_| missing())?;
    cloud.store.contact(customer, &id).await?.ok_or_else(missing)
}
