//! Why a score changed between two moments: by rule, with a cause, adding up exactly to the change.
//!
//! # How a change is shared out
//! The change is walked in two steps: first the new scorecard on the old data ([`Cause::ScorecardChanged`]), then the new data on
//! the new scorecard. In the second step, for the rules of a dimension (and in the same way for the dimensions of a score):
//! - A rule that counted before and counts now has *mean of its two shares x (points now - points before)*.
//! - A rule that came or went has *share x (its points - c)*, with the sign of its coming or going, where *c* is the
//!   weighted mean of the points (before and now) of the rules that stayed. So a rule that goes missing answers for all that
//!   its going does, and the rules among which its weight is shared answer for nothing: their own parts of it cancel out.
//!
//! Both add up exactly, do not depend on the order of rules, and exchange their signs when the two moments are exchanged.
//! Overrides have items of their own: what each did now minus what it did before.

use std::collections::BTreeMap;

use serde::Serialize;

use super::breakdown::{DimensionScore, RuleScore, RuleState, Score};
use crate::measure::{MeasureValue, Name};

crate::words! {
    /// Why a rule's part of a score changed.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "ChangeCause")]
    pub enum Cause {
        /// The measure has another value.
        DataChanged = "data_changed",
        /// The measure has no value any more.
        WentMissing = "went_missing",
        /// The measure has a value again, or a fresh one.
        Returned = "returned",
        /// The value became too old.
        WentStale = "went_stale",
        /// An override came, went, or does more or less than before.
        Override = "override",
        /// The scorecard is another one.
        ScorecardChanged = "scorecard_changed",
    }
}

/// What stands in for a rule's id in the item of an override set by hand.
const MANUAL_OVERRIDE: &str = "manual_override";

/// What stands in for a rule's id where a scorecard as a whole gave or took the score.
const SCORECARD: &str = "scorecard";

/// A change of a score, shared out.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Explanation {
    /// Score at the later moment minus score at the earlier one; `None` while either is unknown.
    pub change: Option<f64>,
    /// Its parts, largest first; their deltas sum to `change` within 10^-9. Empty while `change` is unknown.
    pub items: Vec<Change>,
}

/// One rule's (or override's) part of a change.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ScoreChangePart")]
pub struct Change {
    /// The rule's id, or the override's; `manual_override` for one set by hand.
    pub rule: Name,
    /// Its dimension; `None` for an override.
    pub dimension: Option<Name>,
    /// Its measure; `None` for an override.
    #[schemars(with = "Option<String>")]
    pub measure: Option<Name>,
    /// Its part of the change, in points of the score.
    pub delta: f64,
    /// Why.
    pub cause: Cause,
    /// The rule at the earlier moment; `None` when it was not in the scorecard.
    pub before: Option<Reading>,
    /// The rule at the later moment; `None` when it is not in the scorecard.
    pub after: Option<Reading>,
}

/// A rule at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "RuleReading")]
pub struct Reading {
    /// What was measured.
    pub value: Option<MeasureValue>,
    /// Its points.
    pub points: Option<f64>,
    /// Whether it counted.
    pub state: RuleState,
}

/// Explains the way from `before` to `after`, two scores of one customer.
///
/// Where the scorecards differ, `between` is the data of `before` under the scorecard of `after`, as of the earlier moment.
pub fn explain(before: &Score, after: &Score, between: Option<&Score>) -> Explanation {
    let Some(change) = before.value.zip(after.value).map(|(before, after)| after - before) else {
        return Explanation { change: None, items: Vec::new() };
    };
    let mut items = match between {
        None => data_step(before, after),
        Some(between) if between.value.is_none() => vec![whole(SCORECARD, change, Cause::ScorecardChanged)],
        Some(between) => [scorecard_step(before, between), data_step(between, after)].concat(),
    };
    items.retain(|item| item.delta != 0.0);
    items.sort_by(|a, b| b.delta.abs().total_cmp(&a.delta.abs()).then_with(|| a.rule.cmp(&b.rule)));
    Explanation { change: Some(change), items }
}

fn whole(rule: &str, delta: f64, cause: Cause) -> Change {
    Change { rule: Name::from(rule), dimension: None, measure: None, delta, cause, before: None, after: None }
}

/// The same scorecard on other data. A score that an override alone makes is the override's.
fn data_step(before: &Score, after: &Score) -> Vec<Change> {
    let overrides = override_changes(before, after, Cause::Override);
    if before.raw.is_none() || after.raw.is_none() {
        return overrides;
    }
    let dimensions: Vec<Pair<'_>> = before.dimensions.iter().zip(&after.dimensions).map(Pair::of_dimensions).collect();
    let middle = middle(&dimensions, || None);
    let rules = dimensions.iter().flat_map(|dimension| rule_changes(dimension, middle));
    rules.chain(overrides).collect()
}

/// A rule in either scorecard, where it is there.
type BeforeAndAfter<'a> = (Option<&'a RuleScore>, Option<&'a RuleScore>);

/// Another scorecard on the same data. A rule is the same one when dimension and id are.
fn scorecard_step(before: &Score, after: &Score) -> Vec<Change> {
    let overrides = override_changes(before, after, Cause::ScorecardChanged);
    let Some((from, to)) = before.raw.zip(after.raw) else { return overrides };
    let middle = f64::midpoint(from, to);
    let mut rules: BTreeMap<(&Name, &Name), BeforeAndAfter<'_>> = BTreeMap::new();
    for dimension in &before.dimensions {
        for rule in &dimension.rules {
            rules.entry((&dimension.id, &rule.id)).or_default().0 = Some(rule);
        }
    }
    for dimension in &after.dimensions {
        for rule in &dimension.rules {
            rules.entry((&dimension.id, &rule.id)).or_default().1 = Some(rule);
        }
    }
    let changes = rules.into_iter().filter_map(|((dimension, _), (before, after))| {
        let side = |rule: Option<&RuleScore>| rule.and_then(|rule| Some((rule.effective_weight, rule.points?)));
        let (before_side, after_side) = (side(before), side(after));
        let (share_before, points_before) = before_side.or(after_side.map(|(_, points)| (0.0, points)))?;
        let (share_after, points_after) = after_side.unwrap_or((0.0, points_before));
        let moved = f64::midpoint(share_before, share_after) * (points_after - points_before);
        let weighed = (share_after - share_before) * (f64::midpoint(points_before, points_after) - middle);
        Some(rule_change(dimension, before, after, moved + weighed, Cause::ScorecardChanged))
    });
    changes.chain(overrides).collect()
}

/// Something that counts before, after, both times or never: with its share and its value each time.
struct Pair<'a> {
    before: Option<(f64, f64)>,
    after: Option<(f64, f64)>,
    dimensions: (&'a DimensionScore, &'a DimensionScore),
}

/// A share of 0 is none: the part is switched off, or another rule decided.
fn counting(share: f64, value: Option<f64>) -> Option<(f64, f64)> {
    value.filter(|_| share > 0.0).map(|value| (share, value))
}

impl<'a> Pair<'a> {
    fn of_dimensions((before, after): (&'a DimensionScore, &'a DimensionScore)) -> Self {
        Self {
            before: counting(before.effective_weight, before.value),
            after: counting(after.effective_weight, after.value),
            dimensions: (before, after),
        }
    }

    fn of_rules(&self, before: &RuleScore, after: &RuleScore) -> Self {
        let share = |rule: &RuleScore, dimension: &DimensionScore| {
            if dimension.effective_weight > 0.0 { rule.effective_weight / dimension.effective_weight } else { 0.0 }
        };
        let (dimension_before, dimension_after) = self.dimensions;
        Self {
            before: counting(share(before, dimension_before), before.points),
            after: counting(share(after, dimension_after), after.points),
            dimensions: self.dimensions,
        }
    }

    /// Its part of the change of the mean, around `middle`.
    fn delta(&self, middle: f64) -> f64 {
        match (self.before, self.after) {
            (Some((share_before, before)), Some((share_after, after))) => {
                f64::midpoint(share_before, share_after) * (after - before)
            }
            (Some((share, value)), None) => -share * (value - middle),
            (None, Some((share, value))) => share * (value - middle),
            (None, None) => 0.0,
        }
    }
}

/// The value around which comings and goings are measured: the weighted mean of what stayed; `without` says what it is when
/// nothing did, else it is half way.
fn middle(pairs: &[Pair<'_>], without: impl FnOnce() -> Option<f64>) -> f64 {
    let (sum, weights) = pairs
        .iter()
        .filter_map(|pair| pair.before.zip(pair.after))
        .fold((0.0, 0.0), |(sum, weights), ((share, before), (_, after))| {
            (sum + share * f64::midpoint(before, after), weights + share)
        });
    if weights > 0.0 {
        return sum / weights;
    }
    let mean = |side: fn(&Pair<'_>) -> Option<(f64, f64)>| -> f64 {
        pairs.iter().filter_map(side).map(|(share, value)| share * value).sum()
    };
    without().unwrap_or_else(|| f64::midpoint(mean(|pair| pair.before), mean(|pair| pair.after)))
}

/// The parts of a dimension's rules. A dimension that came or went as a whole is measured around `outer`.
fn rule_changes<'a>(dimension: &Pair<'a>, outer: f64) -> impl Iterator<Item = Change> + use<'a> {
    let (before, after) = dimension.dimensions;
    let rules: Vec<(&RuleScore, &RuleScore)> = before.rules.iter().zip(&after.rules).collect();
    let pairs: Vec<Pair<'_>> = rules.iter().map(|(before, after)| dimension.of_rules(before, after)).collect();
    let (share, around) = match (dimension.before, dimension.after) {
        (Some((share_before, _)), Some((share_after, _))) => {
            (f64::midpoint(share_before, share_after), middle(&pairs, || decided_by(&rules, &pairs)))
        }
        (Some((share, _)), None) | (None, Some((share, _))) => (share, outer),
        (None, None) => (0.0, outer),
    };
    let deltas: Vec<f64> = pairs.iter().map(|pair| share * pair.delta(around)).collect();
    let id = &before.id;
    rules.into_iter().zip(deltas).map(move |((before, after), delta)| {
        rule_change(id, Some(before), Some(after), delta, cause(before.state, after.state))
    })
}

/// Where the lowest or highest rule decides and another one does now: the change belongs to the one of the two whose points
/// are others. `None` when that is both.
fn decided_by(rules: &[(&RuleScore, &RuleScore)], pairs: &[Pair<'_>]) -> Option<f64> {
    let same_points = |wanted: fn(&Pair<'_>) -> Option<(f64, f64)>| {
        let position = pairs.iter().position(|pair| wanted(pair).is_some())?;
        let (before, after) = rules.get(position)?;
        Some((wanted(pairs.get(position)?)?.1, before.points == after.points))
    };
    let (went, went_same) = same_points(|pair| pair.before.filter(|_| pair.after.is_none()))?;
    let (came, came_same) = same_points(|pair| pair.after.filter(|_| pair.before.is_none()))?;
    match (went_same, came_same) {
        (true, false) => Some(went),
        (false, true) => Some(came),
        _ => None,
    }
}

fn cause(before: RuleState, after: RuleState) -> Cause {
    match (before, after) {
        (RuleState::Missing | RuleState::Stale, RuleState::Used) => Cause::Returned,
        (RuleState::Used | RuleState::Stale, RuleState::Missing) => Cause::WentMissing,
        (RuleState::Used | RuleState::Missing, RuleState::Stale) => Cause::WentStale,
        _ => Cause::DataChanged,
    }
}

fn rule_change(
    dimension: &Name,
    before: Option<&RuleScore>,
    after: Option<&RuleScore>,
    delta: f64,
    cause: Cause,
) -> Change {
    let reading = |rule: &RuleScore| Reading { value: rule.value.clone(), points: rule.points, state: rule.state };
    let rule = after.or(before);
    Change {
        rule: rule.map_or_else(|| Name::from(""), |rule| rule.id.clone()),
        dimension: Some(dimension.clone()),
        measure: rule.map(|rule| rule.measure.clone()),
        delta,
        cause,
        before: before.map(reading),
        after: after.map(reading),
    }
}

/// What every override does after, minus what it did before.
fn override_changes(before: &Score, after: &Score, cause: Cause) -> Vec<Change> {
    let mut effects: BTreeMap<Option<&Name>, f64> = BTreeMap::new();
    for (score, sign) in [(before, -1.0), (after, 1.0)] {
        for applied in &score.overrides {
            // Without any data the whole score is the override's.
            let effect = applied.after.unwrap_or(0.0) - applied.before.unwrap_or(0.0);
            *effects.entry(applied.id.as_ref()).or_default() += sign * effect;
        }
    }
    let mut changes: Vec<Change> =
        effects.into_iter().map(|(id, delta)| whole(id.map_or(MANUAL_OVERRIDE, Name::as_str), delta, cause)).collect();
    // What the data alone made on the side that had some.
    match (before.raw, after.raw) {
        (Some(raw), None) => changes.push(whole(SCORECARD, -raw, Cause::WentMissing)),
        (None, Some(raw)) => changes.push(whole(SCORECARD, raw, Cause::Returned)),
        _ => {}
    }
    changes
}
