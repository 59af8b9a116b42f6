//! Why a score changed: the parts add up exactly, and each has the right cause.
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::measure::{MeasureValues, Observed, Resolved};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::explain::{Cause, Explanation, explain};
use keepwell_domain::score::scorecard::Scorecard;
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// A rule whose points are its measure's value.
fn rule(id: &str, weight: f64) -> Value {
    json!({"id": id, "measure": format!("custom.{id}"), "weight": weight, "points": {"linear": {"zero_at": 0, "full_at": 100}},
        "valid_days": 60})
}

fn document(dimensions: &Value) -> Value {
    json!({"format": 1, "id": "t", "dimensions": dimensions})
}

fn score(document: &Value, values: &[(&str, f64, i64)]) -> Score {
    let mut measures = MeasureValues::default();
    for (name, value, age) in values {
        let measure = Resolved::find(&format!("custom.{name}")).unwrap();
        measures.set(measure, Some(Observed::number(*value, now() - Duration::days(*age))));
    }
    Compiled::new(&Scorecard::parse(document).unwrap(), None).evaluate(&measures, now())
}

fn lines(explanation: &Explanation) -> Vec<(&str, Cause, f64)> {
    let round = |delta: f64| (delta * 1e6).round() / 1e6;
    explanation.items.iter().map(|item| (item.rule.as_str(), item.cause, round(item.delta))).collect()
}

#[test]
fn a_rule_answers_for_its_own_change() {
    let document = document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 3.0), rule("b", 1.0)]}]));
    let before = score(&document, &[("a", 80.0, 0), ("b", 40.0, 0)]);
    let after = score(&document, &[("a", 60.0, 0), ("b", 40.0, 0)]);
    let explanation = explain(&before, &after, None);
    assert_eq!(explanation.change, Some(-15.0));
    assert_eq!(lines(&explanation), [("a", Cause::DataChanged, -15.0)]);
}

#[test]
fn a_rule_that_goes_answers_for_its_going_and_the_rest_for_nothing() {
    let document =
        document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 2.0), rule("b", 1.0), rule("c", 1.0)]}]));
    let before = score(&document, &[("a", 90.0, 0), ("b", 40.0, 0), ("c", 60.0, 0)]);
    // (180 + 40 + 60) / 4 = 70; without a: 50. Nothing about b and c changed.
    let missing = explain(&before, &score(&document, &[("b", 40.0, 0), ("c", 60.0, 0)]), None);
    assert_eq!(lines(&missing), [("a", Cause::WentMissing, -20.0)]);
    let stale = score(&document, &[("a", 90.0, 61), ("b", 40.0, 0), ("c", 60.0, 0)]);
    assert_eq!(lines(&explain(&before, &stale, None)), [("a", Cause::WentStale, -20.0)]);
    assert_eq!(lines(&explain(&stale, &before, None)), [("a", Cause::Returned, 20.0)]);
}

#[test]
fn a_dimension_that_goes_answers_through_its_rules() {
    let document = document(&json!([
        {"id": "d", "weight": 1, "rules": [rule("a", 1.0), rule("b", 1.0)]},
        {"id": "e", "weight": 1, "rules": [rule("c", 1.0)]},
    ]));
    let before = score(&document, &[("a", 100.0, 0), ("b", 60.0, 0), ("c", 40.0, 0)]);
    let after = score(&document, &[("c", 40.0, 0)]);
    // 60 becomes 40: a stood 60 above the rest at a quarter of the weight, b 20 above it.
    assert_eq!(
        lines(&explain(&before, &after, None)),
        [("a", Cause::WentMissing, -15.0), ("b", Cause::WentMissing, -5.0)]
    );
}

#[test]
fn where_the_lowest_decides_the_one_that_fell_answers() {
    let document =
        document(&json!([{"id": "d", "weight": 1, "combine": "min", "rules": [rule("a", 1.0), rule("b", 1.0)]}]));
    let before = score(&document, &[("a", 50.0, 0), ("b", 70.0, 0)]);
    let after = score(&document, &[("a", 50.0, 0), ("b", 30.0, 0)]);
    assert_eq!(lines(&explain(&before, &after, None)), [("b", Cause::DataChanged, -20.0)]);
    let risen = score(&document, &[("a", 90.0, 0), ("b", 70.0, 0)]);
    assert_eq!(lines(&explain(&before, &risen, None)), [("a", Cause::DataChanged, 20.0)]);
}

#[test]
fn an_override_answers_for_what_it_holds_back() {
    let mut document = document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 1.0)]}]));
    document["overrides"] = json!([{"id": "alarm", "when": {"measure": "custom.alarm", "more_than": 0}, "cap": 50}]);
    let before = score(&document, &[("a", 80.0, 0), ("alarm", 0.0, 0)]);
    let after = score(&document, &[("a", 90.0, 0), ("alarm", 1.0, 0)]);
    let explanation = explain(&before, &after, None);
    assert_eq!(explanation.change, Some(-30.0));
    assert_eq!(lines(&explanation), [("alarm", Cause::Override, -40.0), ("a", Cause::DataChanged, 10.0)]);
}

#[test]
fn a_new_scorecard_answers_for_itself() {
    let old = document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 1.0), rule("b", 1.0)]}]));
    let new = document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 3.0), rule("b", 1.0)]}]));
    let (then, now) = ([("a", 80.0, 0), ("b", 40.0, 0)], [("a", 60.0, 0), ("b", 40.0, 0)]);
    let explanation = explain(&score(&old, &then), &score(&new, &now), Some(&score(&new, &then)));
    assert_eq!(explanation.change, Some(-5.0));
    // 60 to 70 by the weights: what stands above the middle (65) weighs more, what stands below it less. Then 70 to 55.
    assert_eq!(
        lines(&explanation),
        [("a", Cause::DataChanged, -15.0), ("b", Cause::ScorecardChanged, 6.25), ("a", Cause::ScorecardChanged, 3.75),]
    );
}

#[test]
fn without_a_score_on_both_sides_there_is_no_change_to_explain() {
    let document = document(&json!([{"id": "d", "weight": 1, "rules": [rule("a", 1.0)]}]));
    let explanation = explain(&score(&document, &[]), &score(&document, &[("a", 80.0, 0)]), None);
    assert_eq!((explanation.change, explanation.items.len()), (None, 0));
}

/// Dimensions of rules on `custom.r0` … with any weights and missing policies, and overrides on some of them.
fn any_document() -> impl Strategy<Value = Value> {
    let missing = prop_oneof![Just(json!("ignore")), Just(json!("worst")), Just(json!({"neutral": 50}))];
    let rule = (prop_oneof![1 => Just(0.0), 9 => 0.01..100.0_f64], missing);
    let combine = prop_oneof![3 => Just("mean"), 1 => Just("min"), 1 => Just("max")];
    let dimension = (0.01..100.0_f64, combine, proptest::collection::vec(rule, 1..5));
    let overrides = proptest::collection::vec((0_usize..3, 0.0..100.0_f64, 0_usize..12), 0..3);
    (proptest::collection::vec(dimension, 1..4), overrides).prop_map(|(dimensions, overrides)| {
        let mut count = 0;
        let mut document = document(&Value::Null);
        let dimensions = dimensions.into_iter().enumerate().map(|(index, (weight, combine, rules))| {
            let rules = rules.into_iter().enumerate().map(|(place, (weight, missing))| {
                let weight = if place == 0 { weight + 0.1 } else { weight };
                let mut rule = rule_of(count, weight);
                rule["missing"] = missing;
                count += 1;
                rule
            });
            json!({"id": format!("d{index}"), "weight": weight, "combine": combine, "rules": rules.collect::<Vec<_>>()})
        });
        document["dimensions"] = dimensions.collect::<Vec<_>>().into();
        let overrides = overrides.into_iter().enumerate().map(|(index, (kind, value, measure))| {
            let when = json!({"measure": format!("custom.r{measure}"), "more_than": 50});
            let mut override_ = json!({"id": format!("o{index}"), "when": when});
            override_[["cap", "floor", "set"].get(kind).copied().unwrap_or("cap")] = json!(value);
            override_
        });
        document["overrides"] = overrides.collect::<Vec<_>>().into();
        document
    })
}

fn rule_of(index: usize, weight: f64) -> Value {
    rule(&format!("r{index}"), weight)
}

type Data = Vec<Option<(f64, i64)>>;

fn any_data() -> impl Strategy<Value = Data> {
    proptest::collection::vec(proptest::option::weighted(0.8, (-20.0..120.0_f64, 0..80_i64)), 12)
}

fn any_score(document: &Value, data: &Data) -> Score {
    let names: Vec<String> = (0..data.len()).map(|index| format!("r{index}")).collect();
    let known = names.iter().zip(data).filter_map(|(name, observed)| Some((name.as_str(), (*observed)?)));
    let values: Vec<(&str, f64, i64)> = known.map(|(name, (value, age))| (name, value, age)).collect();
    score(document, &values)
}

fn sum(explanation: &Explanation) -> f64 {
    explanation.items.iter().map(|item| item.delta).sum()
}

proptest! {
    #[test]
    fn the_parts_of_a_change_add_up_to_it(document in any_document(), then in any_data(), now in any_data()) {
        let (before, after) = (any_score(&document, &then), any_score(&document, &now));
        let explanation = explain(&before, &after, None);
        match before.value.zip(after.value) {
            Some((from, to)) => {
                prop_assert_eq!(explanation.change, Some(to - from));
                prop_assert!((sum(&explanation) - (to - from)).abs() < 1e-9, "{:?}", explanation);
            }
            None => prop_assert!(explanation.change.is_none() && explanation.items.is_empty()),
        }
    }

    #[test]
    fn and_do_so_from_one_scorecard_to_another(
        old in any_document(), new in any_document(), then in any_data(), now in any_data()
    ) {
        let (before, between, after) = (any_score(&old, &then), any_score(&new, &then), any_score(&new, &now));
        let explanation = explain(&before, &after, Some(&between));
        if let Some(change) = explanation.change {
            prop_assert!((sum(&explanation) - change).abs() < 1e-9, "{:?}", explanation);
        }
    }

    #[test]
    fn the_way_back_has_the_same_parts_with_other_signs(
        document in any_document(), then in any_data(), now in any_data()
    ) {
        let (before, after) = (any_score(&document, &then), any_score(&document, &now));
        let (there, back) = (explain(&before, &after, None), explain(&after, &before, None));
        for item in &there.items {
            let opposite = back.items.iter().find(|other| other.rule == item.rule && other.dimension == item.dimension);
            let delta = opposite.map_or(0.0, |other| other.delta);
            prop_assert!((item.delta + delta).abs() < 1e-9, "{item:?} {opposite:?}");
        }
    }

    #[test]
    fn a_rule_of_which_nothing_changed_has_no_part(document in any_document(), then in any_data(), now in any_data()) {
        let (before, after) = (any_score(&document, &then), any_score(&document, &now));
        let means = document["dimensions"].as_array().unwrap().iter().all(|dimension| dimension["combine"] == "mean");
        for item in explain(&before, &after, None).items.iter().filter(|item| means && item.dimension.is_some()) {
            let same = item.before.as_ref().zip(item.after.as_ref()).is_some_and(|(before, after)| before == after);
            // Rounding noise of a dimension's value is far below this.
            prop_assert!(!same || item.delta.abs() < 1e-9, "{item:?}");
        }
    }
}
