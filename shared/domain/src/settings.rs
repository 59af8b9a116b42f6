//! What a team configures for the whole of Keepwell.

use serde::{Deserialize, Serialize};

use crate::health_status::HealthStatus;
use crate::id::EmailAddress;

/// The team's settings. Every field has the shipped default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Who is told beside the owner when a customer is about to leave; nobody when empty.
    pub manager: Option<EmailAddress>,
    /// The product's name in mails to contacts.
    pub product_name: String,
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
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            manager: None,
            product_name: "our product".to_owned(),
            answer_values: AnswerValues::default(),
            role_weights: RoleWeights::default(),
            happiness_levels: LevelBounds::default(),
            high_happiness: 60.0,
            high_status: HealthStatus::Healthy,
            score_drop: DropBounds::default(),
        }
    }
}

/// A fall by so many points within so many days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
