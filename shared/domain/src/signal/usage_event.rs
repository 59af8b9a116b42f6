//! Use of the product.

use chrono::{DateTime, Utc};

use crate::fields::{Fields, Line, Whole};

/// One use of the product.
#[derive(Clone, PartialEq, Eq)]
pub struct UsageEvent {
    /// The sender's id of the event; an event with the same id counts once.
    pub message_id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who, if known.
    pub user: Option<String>,
    /// Which feature.
    pub feature: Option<String>,
    /// How many times (1 to 1,000,000).
    pub count: u64,
    /// For how long, in seconds.
    pub duration_secs: u64,
}

crate::debug_only!(UsageEvent { message_id, at });

impl UsageEvent {
    /// Reads `{id, at, user?, feature?, count?, duration_secs?}`.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let message_id = fields.required::<Line<100>>("id");
        let at = fields.required("at");
        let user = fields.optional::<Line<200>>("user").map(|line| line.0);
        let feature = fields.optional::<Line<100>>("feature").map(|line| line.0);
        let count = fields.optional::<Whole<1, 1_000_000>>("count").map_or(1, |number| number.0 as u64);
        let duration_secs =
            fields.optional::<Whole<0, 31_622_400>>("duration_secs").map_or(0, |number| number.0 as u64);
        let (Line(message_id), at) = message_id.zip(at)?;
        Some(Self { message_id, at, user, feature, count, duration_secs })
    }
}
