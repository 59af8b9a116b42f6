//! What an automation's decision looks at beside its document and the event.

use chrono::{DateTime, Utc};

use crate::contact::Contact;
use crate::customer::Customer;
use crate::measure::MeasureValues;
use crate::score::breakdown::Score;
use crate::score::history::ScorePoint;
use crate::settings::Settings;

/// The customer, the team and the past, as they are now. Start with [`Context::new`] and fill in what the automation
/// [needs](super::Automation::needs).
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The event's customer, as it is now.
    pub customer: &'a Customer,
    /// The customer's contacts.
    pub contacts: &'a [Contact],
    /// The team's settings.
    pub settings: &'a Settings,
    /// When this automation acted for this customer before, in any order: for the cool-down, and so that one fall counts once.
    pub previous_runs: &'a [DateTime<Utc>],
    /// The score's history, ascending.
    pub points: &'a [ScorePoint],
    /// The score with its dimensions, as it was computed last.
    pub score: Option<&'a Score>,
    /// What was measured then.
    pub measures: Option<&'a MeasureValues>,
    /// Now.
    pub now: DateTime<Utc>,
}

impl<'a> Context<'a> {
    /// A customer without a past.
    pub fn new(customer: &'a Customer, contacts: &'a [Contact], settings: &'a Settings, now: DateTime<Utc>) -> Self {
        Self { customer, contacts, settings, previous_runs: &[], points: &[], score: None, measures: None, now }
    }
}

/// What must be read for an automation's decision beside customer, contacts and settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Context::previous_runs`].
    pub previous_runs: bool,
    /// [`Context::points`].
    pub points: bool,
    /// [`Context::score`] and [`Context::measures`].
    pub measures: bool,
}

impl Needs {
    /// What either needs.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            previous_runs: self.previous_runs || other.previous_runs,
            points: self.points || other.points,
            measures: self.measures || other.measures,
        }
    }
}
