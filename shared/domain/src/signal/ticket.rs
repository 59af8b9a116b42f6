//! Support tickets.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::event::Fact;
use crate::fields::{Fields, Line, Text};
use crate::id::RecordId;
use crate::sentiment::compound;

/// For how many days after its opening a ticket that nobody knew is news.
const NEWS_DAYS: i64 = 7;

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
#[derive(Clone, PartialEq, Serialize, Deserialize)]
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

crate::debug_only!(Ticket { id, severity, opened_at, closed_at, escalated });

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

    /// What is news at `now` when this takes the place of `before`: that it was opened, that it was escalated.
    ///
    /// Only an open ticket makes news. A new one does while it is young, so that old tickets that are imported make none; one that
    /// is known already and becomes escalated does whatever its age. An escalation that is taken back and comes again is answered
    /// again: that it is told of once is up to the caller.
    pub fn news(&self, before: Option<&Self>, now: DateTime<Utc>) -> Vec<Fact> {
        let is_open = self.closed_at.is_none_or(|closed| closed > now);
        // A sender's clock may be ahead of ours: a ticket of the next minutes is new, not unborn.
        let is_young = self.opened_at > now - Duration::days(NEWS_DAYS);
        let (ticket, severity) = (self.id.clone(), self.severity);
        let opened = before.is_none() && is_young;
        let escalated = self.escalated && before.map_or(is_young, |before| !before.escalated);
        let facts = [
            opened.then(|| Fact::TicketOpened { ticket: ticket.clone(), severity }),
            escalated.then_some(Fact::TicketEscalated { ticket, severity }),
        ];
        facts.into_iter().flatten().filter(|_| is_open).collect()
    }

    /// Whether the ticket was open at `now`.
    pub fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        self.opened_at <= now && self.closed_at.is_none_or(|closed| closed > now)
    }
}
