//! An override set by hand, with reason, author and expiry.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::number::PointValue;
use super::scorecard::{Limit, LimitKind};
use crate::fields::{Fields, Text};
use crate::id::EmailAddress;
use crate::problem::Problems;
use crate::timeline::{TimelineEntry, TimelineKind};

/// How long an override lasts when nobody says.
pub const DEFAULT_DAYS: i64 = 90;

/// The longest that one may last: an override that is never looked at again is a score that lies.
pub const MAX_DAYS: i64 = 366;

/// An override of a customer's score that somebody set by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ManualOverride {
    /// What it does.
    pub kind: LimitKind,
    /// The cap, the floor or the fixed value.
    pub value: PointValue,
    /// Why (1 to 2,000 characters).
    pub reason: String,
    /// Who set it.
    pub set_by: EmailAddress,
    /// When.
    pub set_at: DateTime<Utc>,
    /// From when on it no longer acts.
    pub expires_at: DateTime<Utc>,
}

impl ManualOverride {
    /// Reads `{kind, value, reason, expires_at?}`.
    pub fn parse(body: &Value, set_by: EmailAddress, now: DateTime<Utc>) -> Result<Self, Problems> {
        let mut fields = Fields::new(body, "")?;
        let kind = fields.required("kind");
        let value = fields.required("value");
        let reason = fields.required::<Text<2000>>("reason");
        let expires_at = fields.optional("expires_at").unwrap_or(now + Duration::days(DEFAULT_DAYS));
        if expires_at <= now {
            fields.problem("expires_at", "must be in the future");
        } else if expires_at > now + Duration::days(MAX_DAYS) {
            fields.problem("expires_at", format!("must be within {MAX_DAYS} days"));
        }
        let read = kind.zip(value).zip(reason);
        fields.finish(read.map(|((kind, value), Text(reason))| Self {
            kind,
            value,
            reason,
            set_by,
            set_at: now,
            expires_at,
        }))
    }

    /// Whether it acts at `at`.
    pub fn acts_at(&self, at: DateTime<Utc>) -> bool {
        self.set_at <= at && at < self.expires_at
    }

    /// Whether it does the same for the same reason and as long; who says so and when does not matter.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        (self.kind, self.value, &self.reason, self.expires_at)
            == (other.kind, other.value, &other.reason, other.expires_at)
    }

    /// The line on the customer's timeline when it is `set`, `removed` or `expired`.
    pub fn timeline_entry(&self, what: &str, at: DateTime<Utc>) -> TimelineEntry {
        TimelineEntry {
            at,
            kind: TimelineKind::Score,
            record: format!("override-{what}"),
            title: format!("Health Score override {what}: {} {}", self.kind, self.value.0),
            detail: self.reason.clone(),
        }
    }

    /// What it does to a score.
    pub fn limit(&self) -> Limit {
        Limit::new(self.kind, self.value)
    }
}
