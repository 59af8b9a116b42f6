//! Usage, folded by customer and day, so that the cost of a score does not grow with the number of events.

mod days;
mod hashes;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use days::{ChangedRow, DAY_ROWS, Folded, KNOWN_AGAIN_DAYS, ROW_MESSAGES, UsageDays};
pub use hashes::MessageHashes;

use crate::signal::UsageEvent;

/// What one customer did on one day (UTC). A busy day has several rows, its parts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageDay {
    /// The day.
    pub day: NaiveDate,
    /// Which row of the day: 0, and further ones when a row is full.
    #[serde(default, skip_serializing_if = "is_first")]
    pub part: u32,
    /// Sum of the events' counts.
    pub events: u64,
    /// Sum of the events' durations, in seconds.
    pub duration_secs: u64,
    /// Who used the product.
    pub users: BTreeSet<String>,
    /// Which features, and how often.
    pub features: BTreeMap<String, u64>,
    /// Which messages were folded in: a redelivered event changes nothing.
    pub message_hashes: MessageHashes,
}

crate::debug_only!(UsageDay { day, part, events });

impl UsageDay {
    /// A day without usage.
    pub fn empty(day: NaiveDate) -> Self {
        Self {
            day,
            part: 0,
            events: 0,
            duration_secs: 0,
            users: BTreeSet::new(),
            features: BTreeMap::new(),
            message_hashes: MessageHashes::default(),
        }
    }

    /// Folds `event` in. `false` when an event with its message id was folded in before: then nothing changes.
    pub fn fold(&mut self, event: &UsageEvent) -> bool {
        self.fold_hashed(event, MessageHashes::hash(&event.message_id))
    }

    /// The same for an event whose message's hash is at hand.
    fn fold_hashed(&mut self, event: &UsageEvent, hash: u64) -> bool {
        if !self.message_hashes.insert(hash) {
            return false;
        }
        self.events += event.count;
        self.duration_secs += event.duration_secs;
        // Looked up first: most events are of users and features that are known, and need no copy of the name.
        if let Some(user) = event.user.as_ref().filter(|user| !self.users.contains(*user)) {
            self.users.insert(user.clone());
        }
        if let Some(feature) = &event.feature {
            match self.features.get_mut(feature) {
                Some(count) => *count += event.count,
                None => _ = self.features.insert(feature.clone(), event.count),
            }
        }
        true
    }

    /// Adds what another row of the same day holds.
    pub fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.duration_secs += other.duration_secs;
        self.users.extend(other.users);
        for (feature, count) in other.features {
            *self.features.entry(feature).or_default() += count;
        }
        self.message_hashes.extend(other.message_hashes);
    }
}

/// Rows that come in order, the parts of each day put together.
pub fn whole_days(rows: impl IntoIterator<Item = UsageDay>) -> Vec<UsageDay> {
    let mut days: Vec<UsageDay> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some(day) if day.day == row.day => day.merge(row),
            _ => days.push(row),
        }
    }
    days
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_first(part: &u32) -> bool {
    *part == 0
}
