//! Health Status: the CSM's own judgement. Set by hand, with a reason; never overwritten by a machine.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::id::EmailAddress;
use crate::timeline::{TimelineEntry, TimelineKind};

crate::words! {
    /// The four words for a customer's business health. Declared from best to worst.
    ///
    /// The band of a Health Score uses the same words, so that the two can be compared.
    #[derive(schemars::JsonSchema)]
    pub enum HealthStatus {
        /// Growing and a pleasure to work with.
        Thriving = "thriving",
        /// Doing well.
        Healthy = "healthy",
        /// Neither growing nor shrinking.
        Steady = "steady",
        /// In trouble.
        Struggling = "struggling",
    }
}

impl HealthStatus {
    /// The word as people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Thriving => "Thriving",
            Self::Healthy => "Healthy",
            Self::Steady => "Steady",
            Self::Struggling => "Struggling",
        }
    }

    /// How many words lie between two judgements: 0 for the same, 3 from best to worst.
    pub fn words_apart(self, other: Self) -> usize {
        let place = |word| Self::ALL.iter().position(|known| *known == word).unwrap_or_default();
        place(self).abs_diff(place(other))
    }

    /// How long the judgement is good for: 90 days, the extremes 30.
    pub fn valid_for(self) -> Duration {
        match self {
            Self::Thriving | Self::Struggling => Duration::days(30),
            Self::Healthy | Self::Steady => Duration::days(90),
        }
    }
}

/// The Health Status of a customer now, and who said so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRecord {
    /// The word.
    pub status: HealthStatus,
    /// Why, in the CSM's words (1 to 2,000 characters).
    pub reason: String,
    /// Who set it.
    pub set_by: EmailAddress,
    /// When it was set or last confirmed.
    pub set_at: DateTime<Utc>,
}

crate::debug_only!(StatusRecord { status, set_at });

impl StatusRecord {
    /// Since when the judgement is too old to be relied on.
    pub fn stale_from(&self) -> DateTime<Utc> {
        self.set_at + self.status.valid_for()
    }

    /// Whether the judgement is too old at `now`.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        now >= self.stale_from()
    }
}

impl From<&StatusChange> for StatusRecord {
    fn from(change: &StatusChange) -> Self {
        Self { status: change.to, reason: change.reason.clone(), set_by: change.by.clone(), set_at: change.at }
    }
}

/// One change in the history of a customer's Health Status.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "HealthStatusChange")]
pub struct StatusChange {
    /// Who changed it.
    pub by: EmailAddress,
    /// When.
    pub at: DateTime<Utc>,
    /// The word before; `None` for the first one.
    pub from: Option<HealthStatus>,
    /// The word after.
    pub to: HealthStatus,
    /// Why.
    pub reason: String,
}

crate::debug_only!(StatusChange { from, to, at });

impl StatusChange {
    /// One line for people.
    pub fn title(&self) -> String {
        match self.from {
            Some(from) if from == self.to => format!("Health Status {} confirmed", self.to.title()),
            Some(from) => format!("Health Status {} → {}", from.title(), self.to.title()),
            None => format!("Health Status {}", self.to.title()),
        }
    }

    /// The line it makes on the customer's timeline; `version` is the customer's after the change.
    pub fn timeline_entry(&self, version: u64) -> TimelineEntry {
        TimelineEntry {
            at: self.at,
            kind: TimelineKind::Status,
            record: version.to_string(),
            title: self.title(),
            detail: self.reason.clone(),
        }
    }
}

/// What setting a status means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetStatus {
    /// The customer has that status already, and it is fresh: nothing changes, no event.
    Unchanged,
    /// The customer has that status already, but it was stale: it is fresh again. History, but nothing is set off.
    Confirmed(StatusChange),
    /// The status changes.
    Changed(StatusChange),
}

/// Decides what setting `to` does to a customer whose status is `current`.
pub fn set_status(
    current: Option<&StatusRecord>,
    to: HealthStatus,
    reason: String,
    by: EmailAddress,
    now: DateTime<Utc>,
) -> SetStatus {
    let from = current.map(|record| record.status);
    let change = StatusChange { by, at: now, from, to, reason };
    match current {
        Some(record) if record.status == to && record.is_stale(now) => SetStatus::Confirmed(change),
        Some(record) if record.status == to => SetStatus::Unchanged,
        _ => SetStatus::Changed(change),
    }
}
