//! Facts that are told of once, however often they come to be true again.

use chrono::Duration;
use keepwell_domain::event::Fact;
use serde::{Deserialize, Serialize};

use super::change::CustomerChange;
use super::keys::Key;
use super::record::{Record, Table};
use super::{Expect, Store, StoreError};

/// How long it is remembered that a fact was told of: longer than its reason stays.
const KEPT: Duration = Duration::days(400);

/// What is remembered: that is all.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    event_type: String,
}

impl Store {
    /// Whether what `key` ([`super::keys::told`]) stands for was told of.
    pub async fn was_told(&self, key: &Key) -> Result<bool, StoreError> {
        Ok(self.get::<Told>(Table::Dedupe, key).await?.is_some())
    }
}

impl CustomerChange {
    /// Publishes `fact` and remembers under `key` that it was told of. The commit fails as contended when it was.
    pub fn tell_once(&mut self, key: Key, fact: Fact) {
        let told = Record::new(Table::Dedupe, key, &Told { event_type: fact.name().to_owned() });
        self.put(told.map(|record| record.expiring(self.now + KEPT)), Expect::Absent);
        self.publish(fact);
    }
}
