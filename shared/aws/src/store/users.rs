//! Users of the customers' products, as tracking calls name them, and what a company last said of itself.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use chrono::{DateTime, Duration, Utc};
use keepwell_domain::id::CustomerId;
use keepwell_domain::tracking::people::{Said, User};

use super::record::{Record, Table, read};
use super::{Store, StoreError, Stored, keys};

/// How long a user without a customer is remembered.
const KEPT_ALONE: Duration = Duration::days(400);

/// `DynamoDB`'s limit for one request.
const MAX_GETS: usize = 100;

/// How often what was left out of an answer is asked for again.
const ATTEMPTS: u32 = 5;

impl Store {
    /// The users of these ids, those that are known. Consistently read: what a call just told counts for the next.
    pub async fn users(&self, ids: &BTreeSet<String>) -> Result<Vec<Stored<User>>, StoreError> {
        let mut users = Vec::new();
        let ids: Vec<&String> = ids.iter().collect();
        for ids in ids.chunks(MAX_GETS) {
            users.extend(self.some_users(ids).await?);
        }
        Ok(users)
    }

    async fn some_users(&self, ids: &[&String]) -> Result<Vec<Stored<User>>, StoreError> {
        let broken = |code: String| StoreError::Unavailable { operation: "BatchGetItem", table: "core", code };
        let table = self.name(Table::Core);
        let mut wanted: Vec<HashMap<String, AttributeValue>> = ids.iter().map(|id| item_key(id)).collect();
        let mut users = Vec::with_capacity(ids.len());
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(20 << attempt)).await;
            }
            let request = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let request = request.map_err(|error| broken(error.to_string()))?;
            let answer = self.client().batch_get_item().request_items(table, request).send().await;
            let answer = answer.map_err(|error| StoreError::sdk("BatchGetItem", Table::Core, &error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                users.push(read(item)?);
            }
            let rest = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|rest| rest.keys).collect();
            wanted = rest;
            if wanted.is_empty() {
                return Ok(users);
            }
        }
        Err(broken("keys were left unprocessed".to_owned()))
    }

    /// What a company last said that changed its profile; `None` when it never did.
    pub async fn company_said(&self, customer: &CustomerId) -> Result<Option<Said>, StoreError> {
        Ok(self.get(Table::Core, &keys::company_said(customer)).await?.map(|stored| stored.value))
    }
}

fn item_key(user: &str) -> HashMap<String, AttributeValue> {
    let key = keys::user(user);
    HashMap::from([("pk".to_owned(), AttributeValue::S(key.pk)), ("sk".to_owned(), AttributeValue::S(key.sk))])
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
