//! Reading settings so that every problem is named with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde_json::Value;

use super::{AnswerValues, DropBounds, LevelBounds, ResponseTarget, ResponseTargets, RoleWeights, Settings};
use crate::fields::{Fields, FromField, Line, Whole};
use crate::problem::Problems;

/// Most features that a list of them may name.
const MAX_FEATURES: usize = 200;

/// Longest name of a feature, as usage events have it.
const MAX_FEATURE_NAME: usize = 100;

/// Points.
const POINTS: RangeInclusive<f64> = 0.0..=100.0;

/// How much something counts beside others.
const WEIGHT: RangeInclusive<f64> = 0.0..=1000.0;

/// Hours from half a minute to a year.
const HOURS: RangeInclusive<f64> = 0.01..=8760.0;

impl Settings {
    /// Reads a whole document; what is absent is as shipped. Or names every problem in it.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let shipped = Self::default();
        let mut fields = Fields::new(value, "")?;
        let settings = Self {
            manager: fields.optional("manager"),
            product_name: fields.optional::<Line<120>>("product_name").map_or(shipped.product_name, |line| line.0),
            feedback_interval_days: fields
                .optional::<Whole<7, 365>>("feedback_interval_days")
                .map_or(shipped.feedback_interval_days, |days| days.0 as u32),
            answer_values: fields.nested("answer_values", answer_values).unwrap_or_default(),
            role_weights: fields.nested("role_weights", role_weights).unwrap_or_default(),
            happiness_levels: fields.nested("happiness_levels", happiness_levels).unwrap_or_default(),
            high_happiness: within(&mut fields, "high_happiness", &POINTS, shipped.high_happiness),
            high_status: fields.optional("high_status").unwrap_or(shipped.high_status),
            score_drop: fields.nested("score_drop", score_drop).unwrap_or_default(),
            key_features: fields.nested("key_features", features).unwrap_or_default(),
            login_features: fields.nested("login_features", features).unwrap_or(shipped.login_features),
            feature_weights: fields.nested("feature_weights", feature_weights).unwrap_or_default(),
            response_targets: fields.nested("response_targets", response_targets).unwrap_or_default(),
            automations_paused: fields.optional("automations_paused").unwrap_or(shipped.automations_paused),
        };
        for login in settings.key_features.intersection(&settings.login_features) {
            fields.problem("key_features", format!("must not name {login:?}: it is one of login_features"));
        }
        fields.finish(Some(settings))
    }
}

/// A number of that range; as shipped when absent.
fn within(fields: &mut Fields<'_>, key: &'static str, range: &RangeInclusive<f64>, shipped: f64) -> f64 {
    let number = fields.optional(key).unwrap_or(shipped);
    if !range.contains(&number) {
        fields.problem(key, format!("must be a number {}", words(range)));
    }
    number
}

fn words(range: &RangeInclusive<f64>) -> String {
    format!("from {} to {}", range.start(), range.end())
}

fn answer_values(value: &Value, base: &str) -> Result<AnswerValues, Problems> {
    let shipped = AnswerValues::default();
    let mut fields = Fields::new(value, base)?;
    let values = AnswerValues {
        very_happy: within(&mut fields, "very_happy", &POINTS, shipped.very_happy),
        happy: within(&mut fields, "happy", &POINTS, shipped.happy),
        neutral: within(&mut fields, "neutral", &POINTS, shipped.neutral),
        not_happy: within(&mut fields, "not_happy", &POINTS, shipped.not_happy),
    };
    for (key, worse, better, name) in [
        ("happy", values.happy, values.very_happy, "very_happy"),
        ("neutral", values.neutral, values.happy, "happy"),
        ("not_happy", values.not_happy, values.neutral, "neutral"),
    ] {
        if worse > better {
            fields.problem(key, format!("must not be above {name}"));
        }
    }
    fields.finish(Some(values))
}

fn role_weights(value: &Value, base: &str) -> Result<RoleWeights, Problems> {
    let shipped = RoleWeights::default();
    let mut fields = Fields::new(value, base)?;
    let mut weight = |key: &'static str, shipped: f64| within(&mut fields, key, &WEIGHT, shipped);
    let weights = RoleWeights {
        decision_maker: weight("decision_maker", shipped.decision_maker),
        champion: weight("champion", shipped.champion),
        user: weight("user", shipped.user),
        other: weight("other", shipped.other),
    };
    if [weights.decision_maker, weights.champion, weights.user, weights.other].iter().all(|weight| *weight == 0.0) {
        fields.problems.add(base, "must not all be 0, or nobody's answer counts");
    }
    fields.finish(Some(weights))
}

fn happiness_levels(value: &Value, base: &str) -> Result<LevelBounds, Problems> {
    let shipped = LevelBounds::default();
    let mut fields = Fields::new(value, base)?;
    let bounds = LevelBounds {
        very_happy: within(&mut fields, "very_happy", &POINTS, shipped.very_happy),
        happy: within(&mut fields, "happy", &POINTS, shipped.happy),
        neutral: within(&mut fields, "neutral", &POINTS, shipped.neutral),
    };
    for (key, lower, upper, name) in
        [("happy", bounds.happy, bounds.very_happy, "very_happy"), ("neutral", bounds.neutral, bounds.happy, "happy")]
    {
        if lower >= upper {
            fields.problem(key, format!("must be below {name}, or its word is never reached"));
        }
    }
    if bounds.neutral == 0.0 {
        fields.problem("neutral", "must be above 0, or not_happy is never reached");
    }
    fields.finish(Some(bounds))
}

fn score_drop(value: &Value, base: &str) -> Result<DropBounds, Problems> {
    let shipped = DropBounds::default();
    let mut fields = Fields::new(value, base)?;
    let bounds = DropBounds {
        points: within(&mut fields, "points", &POINTS, shipped.points),
        days: fields.optional::<Whole<1, 90>>("days").map_or(shipped.days, |days| days.0 as u32),
    };
    if bounds.points == 0.0 {
        fields.problem("points", "must be above 0");
    }
    fields.finish(Some(bounds))
}

/// Names of features, each once.
fn features(value: &Value, base: &str) -> Result<BTreeSet<String>, Problems> {
    let items = value.as_array().ok_or_else(|| Problems::one(base, "must be a list"))?;
    refuse_too_many(items.len(), base)?;
    let mut problems = Problems::default();
    let mut features = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        match Line::<MAX_FEATURE_NAME>::from_field(item) {
            Ok(Line(feature)) => _ = features.insert(feature),
            Err(detail) => problems.add(format!("{base}/{index}"), detail),
        }
    }
    problems.into_result(features)
}

/// Weights by the name of the feature.
fn feature_weights(value: &Value, base: &str) -> Result<BTreeMap<String, f64>, Problems> {
    let object = value.as_object().ok_or_else(|| Problems::one(base, "must be a JSON object"))?;
    refuse_too_many(object.len(), base)?;
    let mut problems = Problems::default();
    let mut weights = BTreeMap::new();
    for (name, weight) in object {
        let pointer = format!("{base}/{}", name.replace('~', "~0").replace('/', "~1"));
        let weight = f64::from_field(weight).ok().filter(|weight| WEIGHT.contains(weight));
        match (Line::<MAX_FEATURE_NAME>::from_field(&Value::String(name.clone())), weight) {
            (Err(detail), _) => problems.add(pointer, format!("is not the name of a feature: it {detail}")),
            (_, None) => problems.add(pointer, format!("must be a number {}", words(&WEIGHT))),
            (Ok(Line(name)), Some(weight)) => _ = weights.insert(name, weight),
        }
    }
    problems.into_result(weights)
}

fn refuse_too_many(features: usize, base: &str) -> Result<(), Problems> {
    if features > MAX_FEATURES {
        return Err(Problems::one(base, format!("must name at most {MAX_FEATURES} features")));
    }
    Ok(())
}

fn response_targets(value: &Value, base: &str) -> Result<ResponseTargets, Problems> {
    let shipped = ResponseTargets::default();
    let mut fields = Fields::new(value, base)?;
    let mut target = |key: &'static str, shipped: ResponseTarget| {
        fields.nested(key, |value, base| response_target(value, base, shipped)).unwrap_or(shipped)
    };
    let targets = ResponseTargets {
        low: target("low", shipped.low),
        normal: target("normal", shipped.normal),
        high: target("high", shipped.high),
        critical: target("critical", shipped.critical),
    };
    fields.finish(Some(targets))
}

fn response_target(value: &Value, base: &str, shipped: ResponseTarget) -> Result<ResponseTarget, Problems> {
    let mut fields = Fields::new(value, base)?;
    let mut hours = |key: &'static str, shipped: f64| within(&mut fields, key, &HOURS, shipped);
    let target = ResponseTarget {
        first_response_hours: hours("first_response_hours", shipped.first_response_hours),
        resolution_hours: hours("resolution_hours", shipped.resolution_hours),
    };
    fields.finish(Some(target))
}
