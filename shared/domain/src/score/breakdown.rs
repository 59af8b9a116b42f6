//! A score with its breakdown: what the API shows and what explanations are made of.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::scorecard::{Limit, LimitKind};
use crate::health_status::HealthStatus;
use crate::measure::{MeasureValue, Name};

/// A customer's Health Score with its breakdown: the body of the API's score calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Score {
    /// 0-100 after overrides, not rounded; `None` = unknown.
    pub value: Option<f64>,
    /// `value` rounded half up, for people.
    #[schemars(range(max = 100))]
    pub display: Option<u8>,
    /// The word for `value`.
    pub band: Option<HealthStatus>,
    /// 0-100 before overrides; the rules' contributions add up to it.
    pub raw: Option<f64>,
    /// Share of all weight that had fresh data, 0-1.
    pub coverage: f64,
    /// Age of the oldest data that was used; `None` when none was.
    pub oldest_input_days: Option<f64>,
    /// The moment that the score is about.
    pub as_of: DateTime<Utc>,
    /// The scorecard that was used.
    pub scorecard: ScorecardVersion,
    /// The breakdown, in the order of the document.
    pub dimensions: Vec<DimensionScore>,
    /// The overrides whose condition held, in the order in which they acted.
    pub overrides: Vec<AppliedOverride>,
}

/// Which scorecard, and which version of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ScorecardVersion {
    /// Its id.
    pub id: Name,
    /// Its version; `None` for a document that is not stored.
    pub version: Option<u64>,
}

impl fmt::Display for ScorecardVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{} version {version}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

/// One dimension's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DimensionScore {
    /// Its id.
    pub id: Name,
    /// Its weight in the document.
    pub weight: f64,
    /// Its share of this score, 0-1.
    pub effective_weight: f64,
    /// 0-100; `None` = no usable rule.
    pub value: Option<f64>,
    /// `effective_weight` x `value`.
    pub contribution: f64,
    /// Its rules.
    pub rules: Vec<RuleScore>,
}

/// One rule's part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RuleScore {
    /// Its id.
    pub id: Name,
    /// Its measure.
    #[schemars(with = "String")]
    pub measure: Name,
    /// What was measured, also when it is stale; `None` = nothing known.
    pub value: Option<MeasureValue>,
    /// 0-100, from the value or from the missing policy; `None` = left out.
    pub points: Option<f64>,
    /// Its weight in the document.
    pub weight: f64,
    /// Its share of this score, 0-1.
    pub effective_weight: f64,
    /// `effective_weight` x `points`.
    pub contribution: f64,
    /// Whether the value counted.
    pub state: RuleState,
    /// When the value was observed.
    pub observed_at: Option<DateTime<Utc>>,
    /// How long ago that was.
    pub age_days: Option<f64>,
}

crate::words! {
    /// What became of a rule's value.
    #[derive(schemars::JsonSchema)]
    pub enum RuleState {
        /// It was there, and fresh enough.
        Used = "used",
        /// Nothing was known, or only a value that the rule cannot take.
        Missing = "missing",
        /// It was too old.
        Stale = "stale",
    }
}

/// An override whose condition held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AppliedOverride {
    /// Its id in the document; `None` for one set by hand.
    pub id: Option<Name>,
    /// What it does.
    pub kind: LimitKind,
    /// The cap, the floor or the fixed value.
    pub value: f64,
    /// The score that it found.
    pub before: Option<f64>,
    /// The score that it left; the same when the limit was not reached.
    pub after: Option<f64>,
}

impl Score {
    /// Applies an override: `id` is its id in the document, `None` for one set by hand.
    /// The rule without which the score would be the most higher, and by how many points: its share times what it lacks to 100. `None`
    /// where no rule costs anything.
    pub fn costliest_rule(&self) -> Option<(&DimensionScore, &RuleScore, f64)> {
        let rules =
            self.dimensions.iter().flat_map(|dimension| dimension.rules.iter().map(move |rule| (dimension, rule)));
        let costs = rules.filter_map(|(dimension, rule)| {
            let cost = rule.effective_weight * (100.0 - rule.points?);
            (cost > 0.0).then_some((dimension, rule, cost))
        });
        // Of two that cost the same, the first in the document.
        costs.reduce(|best, next| if next.2 > best.2 { next } else { best })
    }

    pub(super) fn limit(&mut self, id: Option<Name>, limit: Limit) {
        let before = self.value;
        self.value = limit.apply(before);
        self.overrides.push(AppliedOverride {
            id,
            kind: limit.kind(),
            value: limit.value(),
            before,
            after: self.value,
        });
    }
}

/// The whole number that people see: half goes up, 70.5 is 71.
pub fn display(value: f64) -> u8 {
    (value + 0.5).floor() as u8
}
