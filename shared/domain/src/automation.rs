//! Automations: what happens by itself when something happened to a customer.
//!
//! An automation is a document (YAML in the repository, JSON in the API) with one trigger, optional conditions, a
//! cool-down and actions. [`plan::plan`] says what it does about one event, without doing it: the same answer serves
//! the dispatcher, a dry run and a plan over past events.

pub mod condition;
mod parse;
pub mod plan;
pub mod variables;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::automation::condition::Condition;
use crate::contact::Role;
use crate::event::Fact;
use crate::happiness::HappinessLevel;
use crate::health_status::HealthStatus;
use crate::insight::Insight;
use crate::problem::Problems;
use crate::task::Priority;

/// The only format of the document so far.
pub const FORMAT: u32 = 1;

/// Trigger, conditions, cool-down and actions under a name. Read with [`Automation::parse`], by serde too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct Automation {
    /// Format of the document.
    pub format: u32,
    /// Id: lower-case words with hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it acts.
    pub on: bool,
    /// Grows by one with every change of the document.
    pub version: u32,
    /// What it waits for.
    pub trigger: Trigger,
    /// Which customers it is for; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Condition>,
    /// How often it may act for one customer; always when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cool_down: Option<CoolDown>,
    /// What it does, in this order.
    pub actions: Vec<Action>,
}

/// The kind of event that sets an automation off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A CSM changed the Health Status.
    HealthStatusChanged {
        /// From one of these words; from any word, or none, when empty.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        from: Vec<HealthStatus>,
        /// To one of these words; to any when empty.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        to: Vec<HealthStatus>,
    },
    /// The Health Status became too old to be relied on.
    HealthStatusBecameStale {},
    /// The customer moved to another Insight cell.
    InsightChanged {
        /// To one of these.
        to: Vec<Insight>,
    },
    /// A contact answered, or changed the answer to another one.
    FeedbackAnswered {
        /// With one of these.
        rating: Vec<HappinessLevel>,
    },
    /// Happiness dropped suddenly.
    HappinessDropped {},
}

impl Trigger {
    /// Whether `fact` sets the automation off.
    pub fn matches(&self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::HealthStatusChanged { from, to }, Fact::HealthStatusChanged { from: was, to: is }) => {
                let from_fits = from.is_empty() || was.is_some_and(|was| from.contains(&was));
                from_fits && (to.is_empty() || to.contains(is))
            }
            (Self::InsightChanged { to }, Fact::InsightChanged { to: is, .. }) => to.contains(is),
            // A comment added to the same answer is not a second answer.
            (Self::FeedbackAnswered { rating }, Fact::FeedbackAnswered { rating: is, previous, .. }) => {
                rating.contains(is) && *previous != Some(*is)
            }
            (Self::HealthStatusBecameStale {}, Fact::HealthStatusBecameStale { .. })
            | (Self::HappinessDropped {}, Fact::HappinessDropped { .. }) => true,
            _ => false,
        }
    }
}

/// "At most so many times in so many days", per customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CoolDown {
    /// How many times.
    pub times: u32,
    /// In how many days.
    pub days: u32,
}

impl CoolDown {
    /// Until when the automation must rest, given when it acted for the customer before (in any order); `None` = it may act.
    pub fn rests_until(self, previous_runs: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let window = Duration::days(i64::from(self.days));
        let mut within: Vec<_> = previous_runs.iter().filter(|at| **at + window > now).collect();
        within.sort_unstable_by(|a, b| b.cmp(a));
        let decisive = (self.times as usize).checked_sub(1)?;
        within.get(decisive).map(|at| **at + window)
    }
}

/// One thing an automation does. Words in double braces are filled in when it happens ([`variables`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Sends a mail.
    Mail {
        /// The mail template's name.
        template: String,
        /// Who gets it.
        to: MailTo,
    },
    /// Makes a task.
    Task {
        /// What to do, one line.
        title: String,
        /// Why and how.
        #[serde(skip_serializing_if = "String::is_empty")]
        detail: String,
        /// How much it matters.
        priority: Priority,
        /// By when: working days from the event; 0 = today, or the next working day.
        due_in_working_days: u32,
        /// Who does it.
        assignee: Assignee,
    },
}

/// Who gets a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTo {
    /// Every contact in this role who may be mailed. When there is none the mail is skipped, never sent to somebody else.
    Role(Role),
    /// The customer's owner.
    Owner,
    /// The manager of the settings.
    Manager,
    /// Both; one mail when they are the same person.
    OwnerAndManager,
}

crate::words! {
    /// Who does a task.
    pub enum Assignee {
        /// The customer's owner.
        Owner = "owner",
    }
}

impl Automation {
    /// Reads the document from YAML. A syntax error names line and column.
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: Value = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| Problems::one("", error.without_snippet().to_string()))?;
        Self::parse(&value)
    }

    /// The document as YAML; [`Automation::from_yaml`] gives the same automation back.
    pub fn to_yaml(&self) -> Result<String, Problems> {
        serde_saphyr::to_string(self).map_err(|error| Problems::one("", error.to_string()))
    }
}

impl TryFrom<Value> for Automation {
    type Error = Problems;
    fn try_from(value: Value) -> Result<Self, Problems> {
        Self::parse(&value)
    }
}

/// The shipped documents, in the order in which they are shown.
const SHIPPED: &[&str] = &[
    include_str!("../automations/status-struggling.yaml"),
    include_str!("../automations/status-steady.yaml"),
    include_str!("../automations/status-healthy.yaml"),
    include_str!("../automations/status-thriving.yaml"),
    include_str!("../automations/status-stale.yaml"),
    include_str!("../automations/insight-churn-risk.yaml"),
    include_str!("../automations/insight-product-issues.yaml"),
    include_str!("../automations/insight-business-trouble.yaml"),
    include_str!("../automations/insight-advocate.yaml"),
    include_str!("../automations/negative-answer.yaml"),
    include_str!("../automations/happiness-dropped.yaml"),
];

/// The automations that a new installation starts with, all switched on.
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the documents are constants of the binary, and a test reads them all"
)]
pub fn shipped() -> Vec<Automation> {
    SHIPPED.iter().map(|text| Automation::from_yaml(text).expect("a shipped automation must be valid")).collect()
}
