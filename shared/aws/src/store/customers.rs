//! Customers, their contacts, status history and timeline; the team's settings.

use keepwell_domain::contact::Contact;
use keepwell_domain::customer::Customer;
use keepwell_domain::health_status::StatusChange;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::settings::Settings;
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::record::{Record, Table};
use super::{Page, Range, Store, StoreError, Stored, keys};
use chrono::{DateTime, Utc};

/// What is known about a mail address beyond one contact.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressGuard {
    /// When the address was last asked for feedback, for any customer.
    pub last_asked_at: Option<DateTime<Utc>>,
    /// Since when mail to the address is suppressed (unsubscribed, bounced or complained).
    pub suppressed_since: Option<DateTime<Utc>>,
}

impl Store {
    /// Customers whose feedback requests are due at `now`.
    pub async fn feedback_due(&self, now: DateTime<Utc>) -> Result<Vec<Stored<Customer>>, StoreError> {
        let until = format!("{}#~", keys::instant(now));
        let mut due = Vec::new();
        for shard in 0..keys::WORK_SHARDS {
            let pk = format!("DUE#feedback#{shard:02}");
            due.extend(self.query_index(Table::Core, "work", &pk, Some(&until), None).await?);
        }
        Ok(due)
    }

    /// A contact, or `None`.
    pub async fn contact(
        &self,
        customer: &CustomerId,
        contact: &RecordId,
    ) -> Result<Option<Stored<Contact>>, StoreError> {
        self.get(Table::Core, &keys::contact(customer, contact)).await
    }

    /// All contacts of a customer.
    pub async fn contacts(&self, customer: &CustomerId) -> Result<Vec<Stored<Contact>>, StoreError> {
        self.query_all(&core(customer, keys::CONTACTS)).await
    }

    /// A page of a customer's contacts.
    pub async fn contacts_page(
        &self,
        customer: &CustomerId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<Contact>>, StoreError> {
        self.query_page(&core(customer, keys::CONTACTS), limit, after).await
    }

    /// Changes of the Health Status between two moments, both inclusive, oldest first.
    pub async fn status_changes(
        &self,
        customer: &CustomerId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<StatusChange>, StoreError> {
        let from = format!("{}{}", keys::STATUS_CHANGES, keys::instant(from));
        let to = format!("{}{}#~", keys::STATUS_CHANGES, keys::instant(to));
        let changes = self.query_between(&core(customer, keys::STATUS_CHANGES), &from, &to).await?;
        Ok(changes.into_iter().map(|stored| stored.value).collect())
    }

    /// A page of the status history, newest first.
    pub async fn status_history(
        &self,
        customer: &CustomerId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<StatusChange>>, StoreError> {
        self.query_page(&Range { descending: true, ..core(customer, keys::STATUS_CHANGES) }, limit, after).await
    }

    /// A page of the timeline, or of what is of one kind on it, newest first.
    pub async fn timeline(
        &self,
        customer: &CustomerId,
        kind: Option<TimelineKind>,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<TimelineEntry>, StoreError> {
        let range = Range { descending: true, ..core(customer, keys::TIMELINE) };
        let mut after = after.map(str::to_owned);
        let mut items = Vec::new();
        loop {
            let page: Page<Stored<TimelineEntry>> = self.query_page(&range, limit, after.as_deref()).await?;
            for entry in page.items.into_iter().map(|stored| stored.value) {
                if kind.is_some_and(|kind| kind != entry.kind) {
                    continue;
                }
                if items.len() == limit {
                    // One more than fits: the page ends at the last line that did.
                    return Ok(Page { items, next: after });
                }
                after = Some(keys::timeline(customer, &entry).sk);
                items.push(entry);
            }
            match page.next {
                Some(next) if items.len() < limit => after = Some(next),
                next => return Ok(Page { items, next: next.and(after) }),
            }
        }
    }

    /// What is known about an address.
    pub async fn address_guard(&self, address: &EmailAddress) -> Result<Stored<AddressGuard>, StoreError> {
        let stored = self.get(Table::Core, &self.address_guard_key(address)?).await?;
        Ok(stored.unwrap_or(Stored { value: AddressGuard::default(), revision: 0 }))
    }

    /// The record of what is known about an address.
    pub fn address_guard_record(&self, address: &EmailAddress, guard: &AddressGuard) -> Result<Record, StoreError> {
        Record::new(Table::Core, self.address_guard_key(address)?, guard)
    }

    fn address_guard_key(&self, address: &EmailAddress) -> Result<Key, StoreError> {
        Ok(keys::address_guard(&self.address_key()?.hash(address)))
    }

    /// The team's settings; the shipped ones, written 0 times, until somebody changes them.
    pub async fn settings(&self) -> Result<Stored<Settings>, StoreError> {
        let stored = self.get(Table::Core, &keys::settings()).await?;
        Ok(stored.unwrap_or(Stored { value: Settings::default(), revision: 0 }))
    }
}

/// All items of a customer under a prefix, oldest first.
pub(crate) fn core<'a>(customer: &CustomerId, prefix: &'a str) -> Range<'a> {
    Range { table: Table::Core, pk: keys::customer_partition(customer), prefix, descending: false }
}

/// The record of a contact.
pub fn contact_record(customer: &CustomerId, contact: &Contact) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::contact(customer, &contact.id), contact)
}

/// The record of a change of the Health Status that made the customer's version `version`.
pub fn status_change_record(customer: &CustomerId, version: u64, change: &StatusChange) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::status_change(customer, change.at, version), change)
}

/// The record of the team's settings.
pub fn settings_record(settings: &Settings) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::settings(), settings)
}
