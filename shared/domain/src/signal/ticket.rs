//! Support tickets.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Line, Text};
use crate::id::RecordId;
use crate::sentiment::compound;

crate::words! {
    /// How severe a ticket is. Declared from least to most.
    #[derive(schemars::JsonSchema)]
    pub enum Severity {
        /// A question or a wish.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Work is hindered.
        High = "high",
        /// Work is stopped.
        Critical = "critical",
    }
}

/// A support ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The sender's id.
    pub id: RecordId,
    /// How severe.
    pub severity: Severity,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When somebody first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was closed; open when `None`.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether it was escalated.
    pub escalated: bool,
    /// Subject line.
    pub subject: Option<String>,
    /// What the customer wrote.
    pub text: Option<String>,
    /// Sentiment of the text, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
}

impl Ticket {
    /// Reads the API's ticket without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let severity = fields.optional("severity").unwrap_or(Severity::Normal);
        let opened_at: Option<DateTime<Utc>> = fields.required("opened_at");
        let first_response_at: Option<DateTime<Utc>> = fields.optional("first_response_at");
        let closed_at: Option<DateTime<Utc>> = fields.optional("closed_at");
        let escalated = fields.optional("escalated").unwrap_or(false);
        let subject = fields.optional::<Line<500>>("subject").map(|line| line.0);
        let text = fields.optional::<Text<20_000>>("text").map(|text| text.0);
        for (key, later) in [("first_response_at", first_response_at), ("closed_at", closed_at)] {
            if later.zip(opened_at).is_some_and(|(later, opened)| later < opened) {
                fields.problem(key, "must not be before opened_at");
            }
        }
        let (id, opened_at) = id.zip(opened_at)?;
        let sentiment = text.as_deref().and_then(compound);
        Some(Self { id, severity, opened_at, first_response_at, closed_at, escalated, subject, text, sentiment })
    }

    /// Whether the ticket was open at `now`.
    pub fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        self.opened_at <= now && self.closed_at.is_none_or(|closed| closed > now)
    }
}
