//! The timeline: everything that happened to a customer, newest first.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

crate::words! {
    /// What kind of thing happened.
    #[derive(schemars::JsonSchema)]
    pub enum TimelineKind {
        /// The Health Status changed.
        Status = "status",
        /// The Health Score's band changed.
        Score = "score",
        /// A contact answered.
        Feedback = "feedback",
        /// A meeting, call, mail or note.
        Interaction = "interaction",
        /// A ticket was opened or closed.
        Ticket = "ticket",
        /// A survey answer came in.
        Survey = "survey",
        /// The customer wrote something.
        Message = "message",
        /// A renewal or an expansion was offered or decided.
        Opportunity = "opportunity",
        /// A goal was set or moved.
        Goal = "goal",
        /// A task was made or closed.
        Task = "task",
        /// An automation acted.
        Automation = "automation",
        /// The customer churned or renewed.
        Outcome = "outcome",
    }
}

/// One line of the timeline.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: TimelineKind,
    /// The record it is about (ticket id, task id ...); with `kind`, unique per customer.
    pub record: String,
    /// One line for people.
    pub title: String,
    /// More, if there is more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

crate::debug_only!(TimelineEntry { at, kind, record });
