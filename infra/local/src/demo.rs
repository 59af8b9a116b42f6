//! The demo's portfolio: 72 invented customers whose year can be watched in the console before any real data is connected.
//!
//! Pure generation, no store and no clock: the same seed and day always give the same portfolio, on every machine. The
//! generator is xoshiro256++ by name, because `StdRng` may change with a release of `rand`; only plain arithmetic is done on
//! fractions. Every customer rolls its own dice, so that a change to one story leaves all others as they were.
//!
//! Nothing lies at or after midnight UTC at the start of `today`, so that nothing is in the future at whatever hour the demo starts.
//! All days are said as "days ago": 1 is yesterday.

mod activity;
mod background;
mod business;
mod curve;
mod draft;
mod feedback;
pub mod load;
mod messages;
mod notes;
mod people;
mod phrases;
mod places;
mod stories;

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::Profile;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::StatusChange;
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::signal::{Goal, Interaction, Message, Opportunity, Outcome, Survey, Ticket, UsageEvent};

/// The attribute under which a customer's profile tells its story.
pub const STORY_ATTRIBUTE: &str = "story";

/// One invented customer with everything that happened to it, each list oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoCustomer {
    /// Id: the first word of the name, such as `brightforge`.
    pub id: CustomerId,
    /// What the customer shows, in one sentence; `None` in the background. The profile has it as attribute [`STORY_ATTRIBUTE`].
    pub story: Option<&'static str>,
    /// What people and imports say today.
    pub profile: Profile,
    /// When the customer signed. May be years ago; signals go back one year at most.
    pub created_at: DateTime<Utc>,
    /// People, with the state of their mail and of their feedback requests as `answers` left it.
    pub contacts: Vec<Contact>,
    /// The history of the Health Status; each `from` is the `to` before it.
    pub status_changes: Vec<StatusChange>,
    /// Use of the product. A contact's `user` is the contact's id.
    pub usage: Vec<UsageEvent>,
    /// Support tickets.
    pub tickets: Vec<Ticket>,
    /// Meetings, calls, mails and notes.
    pub interactions: Vec<Interaction>,
    /// NPS, CSAT and CES.
    pub surveys: Vec<Survey>,
    /// Goals with milestones, in the order in which they are due.
    pub goals: Vec<Goal>,
    /// What people wrote, beside tickets and comments.
    pub messages: Vec<Message>,
    /// Renewals and expansions that are being sold, or were, in the order in which they close.
    pub opportunities: Vec<Opportunity>,
    /// Renewals and churn.
    pub outcomes: Vec<Outcome>,
    /// Feedback requests, answered or not.
    pub answers: Vec<DemoAnswer>,
}

/// One feedback request to one contact, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAnswer {
    /// Who was asked.
    pub contact: RecordId,
    /// When the request was sent.
    pub asked_at: DateTime<Utc>,
    /// How the contact felt. Known to nobody while `answered_at` is `None`.
    pub rating: HappinessLevel,
    /// What the contact wrote; always `None` when unanswered.
    pub comment: Option<String>,
    /// When the contact answered; `None` = never.
    pub answered_at: Option<DateTime<Utc>>,
}

/// The whole portfolio as of the start of `today`: first the customers with a story, then the background.
pub fn portfolio(seed: u64, today: NaiveDate) -> Vec<DemoCustomer> {
    let mut customers = stories::tell(seed, today);
    customers.extend(background::fill(seed, today));
    customers
}

#[cfg(test)]
mod tests;
