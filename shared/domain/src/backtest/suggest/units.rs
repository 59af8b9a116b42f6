//! What is weighed: each rule of a dimension whose mean counts, and each dimension in which one rule decides as a whole.

use serde_json::{Value, json};

use crate::score::breakdown::Score;
use crate::score::scorecard::{Combine, Scorecard};

/// Something with a weight of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    pub(super) dimension_id: String,
    /// `None` = the dimension as a whole.
    pub(super) rule_id: Option<String>,
    dimension: usize,
    rule: Option<usize>,
    /// Its share of the whole score, of 100.
    pub(super) share: f64,
}

impl Unit {
    /// Its points in a score, 0-1; `None` = left out.
    pub(super) fn points(&self, score: &Score) -> Option<f64> {
        let dimension = score.dimensions.get(self.dimension)?;
        let points = match self.rule {
            Some(rule) => dimension.rules.get(rule)?.points?,
            None => dimension.value?,
        };
        Some(points / 100.0)
    }
}

/// What is weighed, in the order of the document.
pub(super) fn units(scorecard: &Scorecard) -> Vec<Unit> {
    let total: f64 = scorecard.dimensions.iter().map(|dimension| dimension.weight.0).sum();
    let mut units = Vec::new();
    for (place, dimension) in scorecard.dimensions.iter().enumerate() {
        let share = dimension.weight.0 / total * 100.0;
        let dimension_id = dimension.id.to_string();
        if dimension.combine.unwrap_or_default() != Combine::Mean {
            units.push(Unit { dimension_id, rule_id: None, dimension: place, rule: None, share });
            continue;
        }
        let of_rules: f64 = dimension.rules.iter().map(|rule| rule.weight.0).sum();
        units.extend(dimension.rules.iter().enumerate().map(|(rule, written)| Unit {
            dimension_id: dimension_id.clone(),
            rule_id: Some(written.id.to_string()),
            dimension: place,
            rule: Some(rule),
            share: share * (written.weight.0 / of_rules),
        }));
    }
    units
}

/// Writes the units' shares into the document as weights. A dimension's weight is the sum of its rules'; one that gets nothing is
/// switched off as a whole and keeps its rules' weights, because a dimension must have a rule that counts.
pub(super) fn set_shares(document: &mut Value, units: &[Unit], shares: &[f64]) {
    let Some(dimensions) = document.get_mut("dimensions").and_then(Value::as_array_mut) else { return };
    for (place, dimension) in dimensions.iter_mut().enumerate() {
        let of_dimension = || units.iter().zip(shares).filter(move |(unit, _)| unit.dimension == place);
        // In tenths, so that the sum is one again.
        let sum = of_dimension().map(|(_, share)| (share * 10.0).round()).sum::<f64>() / 10.0;
        set_weight(dimension, sum);
        let Some(rules) = dimension.get_mut("rules").and_then(Value::as_array_mut).filter(|_| sum > 0.0) else {
            continue;
        };
        for (unit, share) in of_dimension() {
            if let Some(rule) = unit.rule.and_then(|rule| rules.get_mut(rule)) {
                set_weight(rule, *share);
            }
        }
    }
}

fn set_weight(place: &mut Value, weight: f64) {
    if let Some(object) = place.as_object_mut() {
        object.insert("weight".to_owned(), json!(weight));
    }
}
