//! Automations: what happens by itself when something happened to a customer.
//!
//! An automation is a document (YAML in the repository, JSON in the API) with one trigger, optional conditions, a
//! cool-down and actions. [`plan::plan`] says what it does about one event, without doing it: the same answer serves
//! the dispatcher, a dry run and a plan over past events.

pub mod action;
pub mod condition;
pub mod context;
pub mod field;
pub mod foresight;
mod headline;
pub mod library;
mod parse;
pub mod plan;
mod recipients;
pub mod run;
pub mod sample;
pub mod schema;
pub mod trigger;
pub mod variables;

use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::automation::action::Action;
use crate::automation::condition::Condition;
use crate::automation::context::Needs;
use crate::automation::trigger::Trigger;
use crate::problem::Problems;

/// The only format of the document so far.
pub const FORMAT: u32 = 1;

/// Trigger, conditions, cool-down and actions under a name. Read with [`Automation::parse`], by serde too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Value")]
#[schemars(deny_unknown_fields, !try_from)]
pub struct Automation {
    /// Format of the document.
    pub format: u32,
    /// Id: lower-case words with hyphens.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub description: String,
    /// Whether it acts.
    pub on: bool,
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

/// "At most so many times in so many days", per customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
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

impl Automation {
    /// Reads the document from YAML. A syntax error names line and column.
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        let options = serde_saphyr::options! { strict_booleans: true };
        let value: Value = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| Problems::one("", error.without_snippet().to_string()))?;
        Self::parse(&value)
    }

    /// What must be read besides the customer, its contacts and the settings before it can be decided what it does.
    pub fn needs(&self) -> Needs {
        let waits = self.actions.iter().filter_map(|action| match action {
            Action::Wait { still, .. } => still.as_ref(),
            _ => None,
        });
        Needs {
            previous_runs: self.cool_down.is_some() || self.trigger.needs_history(),
            points: self.trigger.needs_history(),
            measures: self.conditions.iter().chain(waits).any(Condition::needs_measures),
        }
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
    include_str!("../automations/score-fell.yaml"),
    include_str!("../automations/status-and-score-disagree.yaml"),
    include_str!("../automations/renewal-90.yaml"),
    include_str!("../automations/renewal-30.yaml"),
    include_str!("../automations/no-contact-30.yaml"),
    include_str!("../automations/milestone-overdue.yaml"),
    include_str!("../automations/ticket-critical.yaml"),
    include_str!("../automations/ticket-escalated.yaml"),
];

/// The automations that a new installation starts with, all switched on.
pub fn shipped() -> Vec<Automation> {
    shipped_documents().iter().map(|(automation, _)| automation.clone()).collect()
}

/// The same, each with its document to the letter.
#[expect(clippy::expect_used, reason = "the documents are constants of the binary, and a test reads them all")]
pub fn shipped_documents() -> &'static [(Automation, &'static str)] {
    static DOCUMENTS: LazyLock<Vec<(Automation, &'static str)>> = LazyLock::new(|| {
        let read =
            |text: &&'static str| (Automation::from_yaml(text).expect("a shipped automation must be valid"), *text);
        SHIPPED.iter().map(read).collect()
    });
    &DOCUMENTS
}
