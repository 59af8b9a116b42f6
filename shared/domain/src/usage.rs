//! Usage, folded by customer and day, so that the cost of a score does not grow with the number of events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::signal::UsageEvent;

/// What one customer did on one day (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDay {
    /// The day.
    pub day: NaiveDate,
    /// Sum of the events' counts.
    pub events: u64,
    /// Sum of the events' durations, in seconds.
    pub duration_secs: u64,
    /// Who used the product.
    pub users: BTreeSet<String>,
    /// Which features, and how often.
    pub features: BTreeMap<String, u64>,
    /// 64-bit hashes of the message ids that were folded in: a redelivered event changes nothing.
    pub message_hashes: BTreeSet<u64>,
    /// Grows with every write.
    pub version: u64,
}

impl UsageDay {
    /// A day without usage.
    pub fn empty(day: NaiveDate) -> Self {
        Self {
            day,
            events: 0,
            duration_secs: 0,
            users: BTreeSet::new(),
            features: BTreeMap::new(),
            message_hashes: BTreeSet::new(),
            version: 0,
        }
    }

    /// Folds `event` in. `false` when an event with its message id was folded in before: then nothing changes.
    pub fn fold(&mut self, event: &UsageEvent) -> bool {
        if !self.message_hashes.insert(message_hash(&event.message_id)) {
            return false;
        }
        self.events += event.count;
        self.duration_secs += event.duration_secs;
        if let Some(user) = &event.user {
            self.users.insert(user.clone());
        }
        if let Some(feature) = &event.feature {
            *self.features.entry(feature.clone()).or_default() += event.count;
        }
        true
    }
}

/// The first 64 bits of the SHA-256 of a message id: with 2,000 events a day a collision is once in 10^13 days.
fn message_hash(message_id: &str) -> u64 {
    Sha256::digest(message_id.as_bytes()).iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}
