//! What a team configures for the whole of Keepwell.

mod parse;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::customer::DEFAULT_FEEDBACK_INTERVAL_DAYS;
use crate::health_status::HealthStatus;
use crate::id::EmailAddress;
use crate::signal::Severity;

/// The team's settings. Every field has the shipped default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct Settings {
    /// Who is told beside the owner when a customer is about to leave; nobody when empty.
    pub manager: Option<EmailAddress>,
    /// The product's name in mails to contacts.
    pub product_name: String,
    /// Days between two feedback requests to one contact, for customers that have no number of their own; 7 to 365.
    pub feedback_interval_days: u32,
    /// What the four answers are worth.
    pub answer_values: AnswerValues,
    /// How much an answer counts by the contact's role.
    pub role_weights: RoleWeights,
    /// Lowest value that still gets the word, for Very Happy, Happy and Neutral.
    pub happiness_levels: LevelBounds,
    /// Happiness at or above this is "high" in an Insight.
    pub high_happiness: f64,
    /// This Health Status and every better one is "high" in an Insight.
    pub high_status: HealthStatus,
    /// A fall of the Health Score that is reported.
    pub score_drop: DropBounds,
    /// The features that matter most; while none is named, those that a customer used lately are its key features.
    pub key_features: BTreeSet<String>,
    /// The features whose events are log-ins. Coming in is no use of a feature, so that none of them is a key feature.
    pub login_features: BTreeSet<String>,
    /// How much one event of a feature counts in the depth of use: complex features more. 1 for those that are not here.
    pub feature_weights: BTreeMap<String, f64>,
    /// How soon tickets should be answered and solved.
    pub response_targets: ResponseTargets,
    /// Whether no automation acts for any customer.
    pub automations_paused: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            manager: None,
            product_name: "our product".to_owned(),
            feedback_interval_days: DEFAULT_FEEDBACK_INTERVAL_DAYS,
            answer_values: AnswerValues::default(),
            role_weights: RoleWeights::default(),
            happiness_levels: LevelBounds::default(),
            high_happiness: 60.0,
            high_status: HealthStatus::Healthy,
            score_drop: DropBounds::default(),
            key_features: BTreeSet::new(),
            // The first is what Segment's B2B SaaS specification calls a log-in, the others are what products say.
            login_features: ["Signed In", "Logged In", "User Logged In", "Login", "login"].map(str::to_owned).into(),
            feature_weights: BTreeMap::new(),
            response_targets: ResponseTargets::default(),
            automations_paused: false,
        }
    }
}

impl Settings {
    /// How much one event of `feature` counts in the depth of use.
    pub fn feature_weight(&self, feature: &str) -> f64 {
        self.feature_weights.get(feature).copied().unwrap_or(1.0)
    }
}

/// How soon a ticket should be answered and solved, in hours of the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ResponseTarget {
    /// Hours from opening to the first answer.
    pub first_response_hours: f64,
    /// Hours from opening to closing.
    pub resolution_hours: f64,
}

/// The targets by severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct ResponseTargets {
    /// A question or a wish.
    pub low: ResponseTarget,
    /// As usual.
    pub normal: ResponseTarget,
    /// Work is hindered.
    pub high: ResponseTarget,
    /// Work is stopped.
    pub critical: ResponseTarget,
}

impl Default for ResponseTargets {
    /// The patient ends of the ranges that simplyticket.net/docs/priority-sla publishes, its "medium" being our
    /// normal and its "urgent" our critical. Others are stricter, and stop the clock over night, which this one does not.
    fn default() -> Self {
        let within = |first_response_hours, resolution_hours| ResponseTarget { first_response_hours, resolution_hours };
        Self {
            low: within(48.0, 168.0),
            normal: within(24.0, 72.0),
            high: within(4.0, 24.0),
            critical: within(0.5, 4.0),
        }
    }
}

impl ResponseTargets {
    /// The target of tickets of this severity.
    pub const fn of(&self, severity: Severity) -> ResponseTarget {
        match severity {
            Severity::Low => self.low,
            Severity::Normal => self.normal,
            Severity::High => self.high,
            Severity::Critical => self.critical,
        }
    }
}

/// A fall by so many points within so many days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct DropBounds {
    /// Points, above 0 and up to 100.
    pub points: f64,
    /// Days, 1 to 90.
    pub days: u32,
}

impl Default for DropBounds {
    /// 10 points in 7 days: 2 are noise and 30 come too late (`CodeSignal`, predictive insights).
    fn default() -> Self {
        Self { points: 10.0, days: 7 }
    }
}

/// What the four answers are worth, 0-100: the source product's +50/+25/-25/-50 moved to 0-100.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct AnswerValues {
    /// Very Happy.
    pub very_happy: f64,
    /// Happy.
    pub happy: f64,
    /// Neutral.
    pub neutral: f64,
    /// Not Happy.
    pub not_happy: f64,
}

impl Default for AnswerValues {
    fn default() -> Self {
        Self { very_happy: 100.0, happy: 75.0, neutral: 25.0, not_happy: 0.0 }
    }
}

/// Weight of an answer by role; all equal as shipped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct RoleWeights {
    /// Decision makers.
    pub decision_maker: f64,
    /// Champions.
    pub champion: f64,
    /// Users.
    pub user: f64,
    /// Anybody else.
    pub other: f64,
}

impl Default for RoleWeights {
    fn default() -> Self {
        Self { decision_maker: 1.0, champion: 1.0, user: 1.0, other: 1.0 }
    }
}

/// Lower bounds, inclusive, of the words for happiness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default)]
pub struct LevelBounds {
    /// Very Happy from here.
    pub very_happy: f64,
    /// Happy from here.
    pub happy: f64,
    /// Neutral from here; below is Not Happy.
    pub neutral: f64,
}

impl Default for LevelBounds {
    fn default() -> Self {
        Self { very_happy: 80.0, happy: 60.0, neutral: 40.0 }
    }
}
