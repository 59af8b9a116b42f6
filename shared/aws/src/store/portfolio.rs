//! The list rows of all customers, in the index `portfolio`: everybody, or who was written or erased since a moment.
//!
//! The index is ordered by the minute in which a row was written, by the clock of the machine that wrote it: what matters is the order
//! of writes, whatever time it is in Keepwell. A minute and no finer, because a new place in the index costs a write more, and what
//! happens to a customer mostly comes in bursts. The index is a moment behind the rows, and clocks differ a little: ask from
//! [`OVERLAP`] before.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use serde::{Deserialize, Serialize};

use super::keys::Key;
use super::record::{Record, Table};
use super::{Store, StoreError, Stored, keys};

/// From so long before a look the next one asks: longer than a write and its repetitions take until the index shows it.
pub const OVERLAP: Duration = Duration::seconds(45);

/// Partition of the index that has the graves.
const ERASED: &str = "P#erased";

/// What stays of an erased customer: where its events ended, so that a customer of the same id goes on counting.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Grave {
    /// `None` in graves of before they stood in the index.
    #[serde(default)]
    customer: Option<CustomerId>,
    event_seq: u64,
}

fn partition(shard: u32) -> String {
    format!("P#{shard:02}")
}

/// `2026-03-02T09:41`.
fn minute(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M").to_string()
}

fn written_now(customer: &CustomerId) -> String {
    format!("{}#{customer}", minute(Utc::now()))
}

impl Record {
    /// Puts a customer's list row into the index, as written now.
    #[must_use]
    pub(super) fn in_portfolio(self, customer: &CustomerId) -> Self {
        let shard = keys::shard(customer.as_str(), keys::PORTFOLIO_SHARDS);
        self.indexed("portfolio", partition(shard), written_now(customer))
    }
}

fn grave_key(customer: &CustomerId) -> Key {
    Key { pk: format!("GONE#{customer}"), sk: "A".to_owned() }
}

/// What stays of a customer whose last event has the number `event_seq`.
pub(super) fn grave(customer: &CustomerId, event_seq: u64) -> Result<Record, StoreError> {
    let grave = Grave { customer: Some(customer.clone()), event_seq };
    let record = Record::new(Table::Core, grave_key(customer), &grave)?;
    Ok(record.indexed("portfolio", ERASED.to_owned(), written_now(customer)))
}

impl Store {
    /// Every customer's list row, shard by shard.
    pub async fn portfolio(&self) -> Result<Vec<Stored<Customer>>, StoreError> {
        self.every_shard(None).await
    }

    /// The list rows that were written from the minute of a moment on, by the machines' clocks.
    pub async fn written_since(&self, moment: DateTime<Utc>) -> Result<Vec<Stored<Customer>>, StoreError> {
        self.every_shard(Some(&minute(moment))).await
    }

    /// Who was erased from the minute of a moment on, by the machines' clocks.
    pub async fn erased_since(&self, moment: DateTime<Utc>) -> Result<Vec<CustomerId>, StoreError> {
        let from = minute(moment);
        let graves: Vec<Stored<Grave>> = self.query_index_between(Table::Core, "portfolio", ERASED, &from, "~").await?;
        Ok(graves.into_iter().filter_map(|grave| grave.value.customer).collect())
    }

    /// Whether there is any customer.
    pub async fn has_customers(&self) -> Result<bool, StoreError> {
        for shard in 0..keys::PORTFOLIO_SHARDS {
            let pk = partition(shard);
            let first: Vec<Stored<Customer>> = self.query_index(Table::Core, "portfolio", &pk, None, Some(1)).await?;
            if !first.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The number of the last event of an erased customer of this id; 0 when there was none.
    pub async fn last_event_of_erased(&self, customer: &CustomerId) -> Result<u64, StoreError> {
        let stored: Option<Stored<Grave>> = self.get(Table::Core, &grave_key(customer)).await?;
        Ok(stored.map_or(0, |stored| stored.value.event_seq))
    }

    async fn every_shard(&self, from: Option<&str>) -> Result<Vec<Stored<Customer>>, StoreError> {
        let shards = (0..keys::PORTFOLIO_SHARDS).map(|shard| async move {
            let pk = partition(shard);
            match from {
                None => self.query_index(Table::Core, "portfolio", &pk, None, None).await,
                Some(from) => self.query_index_between(Table::Core, "portfolio", &pk, from, "~").await,
            }
        });
        Ok(futures::future::try_join_all(shards).await?.into_iter().flatten().collect())
    }
}
