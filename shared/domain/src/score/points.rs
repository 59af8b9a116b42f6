//! How a rule turns the value of a measure into 0-100 points.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::number::{Number, PointValue};
use super::schema::points_by_word;
use crate::fields::{Fields, FromField};
use crate::measure::{Kind, Measure, MeasureValue, Name};
use crate::problem::Problems;

/// The shape of a rule, `points` in the document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields)]
pub enum Shape {
    /// A straight line between two bounds, level beyond them.
    Linear {
        /// The line.
        linear: Linear,
    },
    /// Steps, the lower bound of each belonging to it.
    Bands {
        /// The steps, from the highest bound to the lowest.
        #[schemars(length(min = 1))]
        bands: Vec<Step>,
        /// Points below the lowest step; 0 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<PointValue>,
    },
    /// Points by word.
    Map {
        /// The words.
        #[schemars(schema_with = "points_by_word")]
        map: BTreeMap<Name, PointValue>,
        /// Points of any other word; 0 when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        otherwise: Option<PointValue>,
    },
    /// Points for yes and for no.
    Boolean {
        /// The two.
        boolean: YesNo,
    },
    /// A ratio of now to before, 1 being no change.
    Trend {
        /// The line with its bend at 1.
        trend: Trend,
    },
}

/// `points = (value - zero_at) x 100 / (full_at - zero_at)`, limited to 0-100. `zero_at` above `full_at` = less is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Linear {
    /// 0 points here and beyond.
    pub zero_at: Number,
    /// 100 points here and beyond.
    pub full_at: Number,
}

/// One step of a banded rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Step {
    /// Lower bound, inclusive.
    pub at_least: Number,
    /// What it is worth.
    pub points: PointValue,
}

/// What yes and no are worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct YesNo {
    /// Yes.
    #[serde(rename = "true")]
    pub yes: PointValue,
    /// No.
    #[serde(rename = "false")]
    pub no: PointValue,
}

/// Two straight lines that meet at the ratio 1: from 0 points at `zero_at` to `steady` points at 1 to 100 points at `full_at`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Trend {
    /// The ratio worth 0 points, below 1 (above 1 where less is better).
    pub zero_at: Number,
    /// What no change is worth; 50 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<PointValue>,
    /// The ratio worth 100 points, on the other side of 1.
    pub full_at: Number,
}

impl Shape {
    /// The points of a value, or `None` when the value is of a kind that the shape does not take (as missing data).
    pub fn points(&self, value: &MeasureValue) -> Option<f64> {
        match (self, value) {
            (Self::Linear { linear }, MeasureValue::Number(value)) => Some(linear.points(*value)),
            (Self::Bands { bands, otherwise }, MeasureValue::Number(value)) => {
                let step = bands.iter().find(|step| *value >= step.at_least.0);
                let points = step.map(|step| step.points).or(*otherwise);
                Some(points.map_or(0.0, |points| points.0))
            }
            (Self::Trend { trend }, MeasureValue::Number(value)) => Some(trend.points(*value)),
            (Self::Map { map, otherwise }, MeasureValue::Word(word)) => {
                let points = map.get(word).copied().or(*otherwise);
                Some(points.map_or(0.0, |points| points.0))
            }
            (Self::Boolean { boolean }, MeasureValue::Boolean(yes)) => {
                Some(if *yes { boolean.yes.0 } else { boolean.no.0 })
            }
            _ => None,
        }
    }

    /// The kind of measure that the shape takes.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Linear { .. } | Self::Bands { .. } | Self::Trend { .. } => Kind::Number,
            Self::Map { .. } => Kind::Word,
            Self::Boolean { .. } => Kind::Boolean,
        }
    }

    /// Reads `points` at the pointer `base`. A shape that does not fit `measure` is a problem; a custom measure (`None`) takes any.
    pub(super) fn read(value: &Value, base: &str, measure: Option<&Measure>) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, base)?;
        let linear = fields.raw("linear");
        let bands = fields.raw("bands");
        let map = fields.raw("map");
        let boolean = fields.raw("boolean");
        let trend = fields.raw("trend");
        let given = [linear, bands, map, boolean, trend];
        if given.iter().flatten().count() != 1 {
            fields.problems.add(base, "must have exactly one of linear, bands, map, boolean, trend");
        }
        let otherwise = fields.optional("otherwise");
        if otherwise.is_some() && bands.is_none() && map.is_none() {
            fields.problem("otherwise", "goes with bands or map only");
        }
        let shapes = [
            linear.map(|value| Linear::read(value, &fields.pointer("linear")).map(|linear| Self::Linear { linear })),
            bands
                .map(|value| read_steps(value, &fields.pointer("bands")).map(|bands| Self::Bands { bands, otherwise })),
            map.map(|value| read_words(value, &fields.pointer("map"), measure).map(|map| Self::Map { map, otherwise })),
            boolean
                .map(|value| YesNo::read(value, &fields.pointer("boolean")).map(|boolean| Self::Boolean { boolean })),
            trend.map(|value| Trend::read(value, &fields.pointer("trend")).map(|trend| Self::Trend { trend })),
        ];
        let mut shape = None;
        for read in shapes.into_iter().flatten() {
            match read {
                Ok(read) => shape = Some(read),
                Err(problems) => fields.problems.0.extend(problems.0),
            }
        }
        if let (Some(shape), Some(measure)) = (&shape, measure)
            && shape.kind() != measure.kind
        {
            fields.problems.add(base, format!("takes a {}, but {} is a {}", shape.kind(), measure.id, measure.kind));
        }
        fields.finish(shape)
    }
}

impl Linear {
    /// The points of a value.
    pub(super) fn points(self, value: f64) -> f64 {
        let (zero, full) = (self.zero_at.0, self.full_at.0);
        // Plus 0, because a line that falls passes through -0, which is written with its sign.
        ((value - zero) * 100.0 / (full - zero)).clamp(0.0, 100.0) + 0.0
    }

    fn read(value: &Value, base: &str) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, base)?;
        let zero_at: Option<Number> = fields.required("zero_at");
        let full_at: Option<Number> = fields.required("full_at");
        if zero_at.is_some() && zero_at == full_at {
            fields.problem("full_at", "must differ from zero_at");
        }
        let linear = zero_at.zip(full_at).map(|(zero_at, full_at)| Self { zero_at, full_at });
        fields.finish(linear)
    }
}

impl Trend {
    /// What no change is worth when the document does not say.
    const STEADY: f64 = 50.0;

    /// The points of a ratio.
    pub(super) fn points(self, ratio: f64) -> f64 {
        let (zero, full) = (self.zero_at.0, self.full_at.0);
        let steady = self.steady.map_or(Self::STEADY, |steady| steady.0);
        let falling = (ratio < 1.0) == (zero < full);
        if falling {
            let share = ((ratio - zero) / (1.0 - zero)).clamp(0.0, 1.0);
            steady * share + 0.0
        } else {
            let share = ((ratio - 1.0) / (full - 1.0)).clamp(0.0, 1.0);
            steady + (100.0 - steady) * share
        }
    }

    fn read(value: &Value, base: &str) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, base)?;
        let zero_at: Option<Number> = fields.required("zero_at");
        let steady = fields.optional("steady");
        let full_at: Option<Number> = fields.required("full_at");
        if let Some((zero, full)) = zero_at.zip(full_at)
            && !((zero.0 < 1.0 && 1.0 < full.0) || (full.0 < 1.0 && 1.0 < zero.0))
        {
            fields.problem("full_at", "must lie on the other side of 1 than zero_at");
        }
        let trend = zero_at.zip(full_at).map(|(zero_at, full_at)| Self { zero_at, steady, full_at });
        fields.finish(trend)
    }
}

impl YesNo {
    fn read(value: &Value, base: &str) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, base)?;
        let yes = fields.required("true");
        let no = fields.required("false");
        fields.finish(yes.zip(no).map(|(yes, no)| Self { yes, no }))
    }
}

fn read_steps(value: &Value, base: &str) -> Result<Vec<Step>, Problems> {
    let items = value
        .as_array()
        .filter(|items| !items.is_empty())
        .ok_or_else(|| Problems::one(base, "must be a list of at least one step"))?;
    let mut problems = Problems::default();
    let mut steps = Vec::new();
    let mut above: Option<Number> = None;
    for (index, item) in items.iter().enumerate() {
        let pointer = format!("{base}/{index}");
        match read_step(item, &pointer, above) {
            Ok(step) => {
                above = Some(step.at_least);
                steps.push(step);
            }
            Err(wrong) => problems.0.extend(wrong.0),
        }
    }
    problems.into_result(steps)
}

fn read_step(value: &Value, base: &str, above: Option<Number>) -> Result<Step, Problems> {
    let mut fields = Fields::new(value, base)?;
    let at_least: Option<Number> = fields.required("at_least");
    let points = fields.required("points");
    if let Some((at_least, above)) = at_least.zip(above)
        && at_least >= above
    {
        fields.problem(
            "at_least",
            format!(
                "can never be reached: steps go from the highest bound to the lowest, and the one before begins at {}",
                above.0
            ),
        );
    }
    let step = at_least.zip(points).map(|(at_least, points)| Step { at_least, points });
    fields.finish(step)
}

fn read_words(value: &Value, base: &str, measure: Option<&Measure>) -> Result<BTreeMap<Name, PointValue>, Problems> {
    let object = value
        .as_object()
        .filter(|object| !object.is_empty())
        .ok_or_else(|| Problems::one(base, "must be an object of at least one word"))?;
    let words = measure.map(|measure| measure.words).filter(|words| !words.is_empty());
    let mut problems = Problems::default();
    let mut map = BTreeMap::new();
    for (word, value) in object {
        let pointer = format!("{base}/{}", word.replace('~', "~0").replace('/', "~1"));
        if let Some(words) = words
            && !words.contains(&word.as_str())
        {
            problems.add(&pointer, format!("must be one of {}", words.join(", ")));
        }
        match PointValue::from_field(value) {
            Ok(points) => {
                map.insert(Name::from(word.as_str()), points);
            }
            Err(detail) => problems.add(pointer, detail),
        }
    }
    problems.into_result(map)
}
