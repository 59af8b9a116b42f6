//! The Scorecard document: dimensions, rules, weights, bands, overrides.
//!
//! A [`Scorecard`] is always valid: it is only made by reading a document, which names every problem with its place.
//! Written again it says the same; what was left out stays left out.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::applies_to::AppliesTo;
use super::number::{Days, Number, PointValue, Weight};
use super::points::Shape;
use super::schema::measure_name;
use crate::customer::Customer;
use crate::health_status::HealthStatus;
use crate::measure::{Kind, MeasureValue, Name};
use crate::problem::Problems;

mod read;

/// How a Health Score is computed for the customers to which it applies.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scorecard {
    /// The version of the format: 1.
    #[schemars(range(min = 1, max = 1))]
    format: u8,
    /// Its id.
    pub id: Name,
    /// Its name for people; the id when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    name: Option<String>,
    /// To which customers it applies; to every one when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<AppliesTo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bands: Option<Bands>,
    /// What the score is made of; at least one.
    #[schemars(length(min = 1, max = 200))]
    pub dimensions: Vec<Dimension>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200))]
    overrides: Option<Vec<Override>>,
}

/// Lower bounds, inclusive, of the words for a score; below `steady` is struggling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Bands {
    /// Thriving from here.
    pub thriving: PointValue,
    /// Healthy from here.
    pub healthy: PointValue,
    /// Steady from here.
    pub steady: PointValue,
}

impl Default for Bands {
    /// 80 / 60 / 40.
    fn default() -> Self {
        Self { thriving: PointValue(80.0), healthy: PointValue(60.0), steady: PointValue(40.0) }
    }
}

impl Bands {
    /// The word for an unrounded value.
    pub fn word(&self, value: f64) -> HealthStatus {
        if value >= self.thriving.0 {
            HealthStatus::Thriving
        } else if value >= self.healthy.0 {
            HealthStatus::Healthy
        } else if value >= self.steady.0 {
            HealthStatus::Steady
        } else {
            HealthStatus::Struggling
        }
    }
}

/// A part of the score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Dimension {
    /// Its id, unique in the document.
    pub id: Name,
    /// How much it counts beside the other dimensions.
    pub weight: Weight,
    /// How its rules make its value; mean when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub combine: Option<Combine>,
    /// Its rules; at least one.
    #[schemars(length(min = 1, max = 200))]
    pub rules: Vec<Rule>,
}

crate::words! {
    /// How the rules of a dimension make its value.
    #[derive(Default, JsonSchema)]
    pub enum Combine {
        /// The weighted mean.
        #[default]
        Mean = "mean",
        /// The lowest.
        Min = "min",
        /// The highest.
        Max = "max",
    }
}

/// Turns one measure into points.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Rule {
    /// Its id, unique in the document.
    pub id: Name,
    /// The measure.
    #[schemars(schema_with = "measure_name")]
    pub measure: Name,
    /// How much it counts beside the dimension's other rules.
    pub weight: Weight,
    /// From value to points.
    pub points: Shape,
    /// What missing data does; ignored when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// An observation older than this is stale, which is as good as missing; never when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_days: Option<Days>,
}

/// What a rule does without data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The rule is left out; its weight is shared among the rest of the dimension.
    #[default]
    Ignore,
    /// The rule counts as 0 points.
    Worst,
    /// The rule counts as so many points.
    Neutral(PointValue),
}

impl Missing {
    /// The points that stand in for the missing ones, if any.
    pub fn points(self) -> Option<f64> {
        match self {
            Self::Ignore => None,
            Self::Worst => Some(0.0),
            Self::Neutral(points) => Some(points.0),
        }
    }
}

/// Changes the score when a measure says so.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Override {
    /// Its id, unique among the document's overrides.
    pub id: Name,
    /// When it acts. Missing data never triggers it; the age of data does not matter.
    pub when: When,
    /// What it does.
    #[serde(flatten)]
    pub limit: Limit,
}

/// A condition on a measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct When {
    /// The measure.
    #[schemars(schema_with = "measure_name")]
    pub measure: Name,
    /// What it must be.
    #[serde(flatten)]
    pub test: Test,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// Above.
    MoreThan(Number),
    /// Below.
    LessThan(Number),
    /// At or above.
    AtLeast(Number),
    /// At or below.
    AtMost(Number),
    /// The same number, word, true or false.
    Equals(Comparand),
}

/// What `equals` compares with.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Comparand {
    /// A number.
    Number(Number),
    /// A word.
    Word(Name),
    /// True or false.
    Boolean(bool),
}

impl Test {
    /// Whether the value passes. A value of another kind never does.
    pub fn passes(&self, value: &MeasureValue) -> bool {
        match (self, value) {
            (Self::MoreThan(bound), MeasureValue::Number(number)) => *number > bound.0,
            (Self::LessThan(bound), MeasureValue::Number(number)) => *number < bound.0,
            (Self::AtLeast(bound), MeasureValue::Number(number)) => *number >= bound.0,
            (Self::AtMost(bound), MeasureValue::Number(number)) => *number <= bound.0,
            (Self::Equals(Comparand::Number(other)), MeasureValue::Number(number)) => Number(*number) == *other,
            (Self::Equals(Comparand::Word(other)), MeasureValue::Word(word)) => word == other,
            (Self::Equals(Comparand::Boolean(other)), MeasureValue::Boolean(yes)) => yes == other,
            _ => false,
        }
    }

    /// The kind of measure that can pass.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Equals(Comparand::Word(_)) => Kind::Word,
            Self::Equals(Comparand::Boolean(_)) => Kind::Boolean,
            _ => Kind::Number,
        }
    }
}

/// What an override does to the score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// At most this.
    Cap(PointValue),
    /// At least this.
    Floor(PointValue),
    /// Exactly this, even where there is no data.
    Set(PointValue),
}

crate::words! {
    /// The kinds of [`Limit`].
    #[derive(JsonSchema)]
    pub enum LimitKind {
        /// At most.
        Cap = "cap",
        /// At least.
        Floor = "floor",
        /// Exactly.
        Set = "set",
    }
}

impl Limit {
    /// A limit of this kind.
    pub fn new(kind: LimitKind, value: PointValue) -> Self {
        match kind {
            LimitKind::Cap => Self::Cap(value),
            LimitKind::Floor => Self::Floor(value),
            LimitKind::Set => Self::Set(value),
        }
    }

    /// Its kind.
    pub fn kind(self) -> LimitKind {
        match self {
            Self::Cap(_) => LimitKind::Cap,
            Self::Floor(_) => LimitKind::Floor,
            Self::Set(_) => LimitKind::Set,
        }
    }

    /// Its value.
    pub fn value(self) -> f64 {
        let (Self::Cap(value) | Self::Floor(value) | Self::Set(value)) = self;
        value.0
    }

    /// The score after the override. Without a score, only [`Limit::Set`] makes one.
    pub fn apply(self, score: Option<f64>) -> Option<f64> {
        match self {
            Self::Cap(most) => score.map(|score| score.min(most.0)),
            Self::Floor(least) => score.map(|score| score.max(least.0)),
            Self::Set(fixed) => Some(fixed.0),
        }
    }
}

/// The shipped document, with the source of every threshold in its comments.
const DEFAULT: &str = include_str!("../../scorecards/default.yaml");

impl Scorecard {
    /// The shipped document, with the source of every threshold in its comments.
    pub const fn default_document() -> &'static str {
        DEFAULT
    }

    /// The shipped scorecard.
    ///
    /// # Panics
    /// Never: a test reads the document.
    #[expect(clippy::expect_used, reason = "the document is part of the binary, and a test reads it")]
    pub fn shipped() -> Self {
        Self::from_yaml(DEFAULT).expect("the shipped scorecard is valid")
    }

    /// Reads a document that is already JSON.
    pub fn parse(document: &Value) -> Result<Self, Problems> {
        read::scorecard(document)
    }

    /// Reads YAML text. A key that is there twice is refused, as is text that is no YAML.
    pub fn from_yaml(text: &str) -> Result<Self, Problems> {
        let document =
            serde_saphyr::from_str(text).map_err(|error| Problems::one("", format!("is not YAML: {error}")))?;
        Self::parse(&document)
    }

    /// Reads JSON text.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        let document =
            serde_json::from_str(text).map_err(|error| Problems::one("", format!("is not JSON: {error}")))?;
        Self::parse(&document)
    }

    /// The document as YAML.
    pub fn to_yaml(&self) -> Result<String, serde_saphyr::SerializeError> {
        serde_saphyr::to_string(self)
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }

    /// Whether it applies to the customer.
    pub fn applies_to(&self, customer: &Customer) -> bool {
        self.applies_to.as_ref().is_none_or(|applies_to| applies_to.matches(customer))
    }

    /// Whether it applies to every customer.
    pub fn is_for_everyone(&self) -> bool {
        self.applies_to.as_ref().is_none_or(AppliesTo::is_everyone)
    }

    /// The bands; 80 / 60 / 40 when left out.
    pub fn bands(&self) -> Bands {
        self.bands.unwrap_or_default()
    }

    /// The overrides, in the order in which they act.
    pub fn overrides(&self) -> &[Override] {
        self.overrides.as_deref().unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Scorecard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let document = Value::deserialize(deserializer)?;
        Self::parse(&document).map_err(D::Error::custom)
    }
}
