//! Users of the customers' products, as tracking calls name them, and what a company last said of itself.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::id::CustomerId;
use keepwell_domain::tracking::people::{Said, User};

use super::record::{Record, Table};
use super::{Store, StoreError, Stored, keys};

/// How long a user without a customer is remembered.
const KEPT_ALONE: Duration = Duration::days(400);

impl Store {
    /// The users of these ids, those that are known. Consistently read: what a call just told counts for the next.
    pub async fn users(&self, ids: &BTreeSet<String>) -> Result<Vec<Stored<User>>, StoreError> {
        self.batch_get(Table::Core, ids.iter().map(|id| keys::user(id))).await
    }

    /// What a company last said that changed its profile; `None` when it never did.
    pub async fn company_said(&self, customer: &CustomerId) -> Result<Option<Said>, StoreError> {
        Ok(self.get(Table::Core, &keys::company_said(customer)).await?.map(|stored| stored.value))
    }
}

/// The record of a user. One without a customer is forgotten some day.
pub fn user_record(user: &User, now: DateTime<Utc>) -> Result<Record, StoreError> {
    let record = Record::new(Table::Core, keys::user(&user.id), user)?;
    Ok(if user.customer.is_some() { record } else { record.expiring(now + KEPT_ALONE) })
}

/// The record by which a customer knows its users, so that they are erased with it.
pub fn member_record(customer: &CustomerId, user: &str) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::member(customer, user), &user)
}

/// The record of what a company last said that changed its profile.
pub fn company_said_record(customer: &CustomerId, said: &Said) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::company_said(customer), said)
}
