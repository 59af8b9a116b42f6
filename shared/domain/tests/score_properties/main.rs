//! What holds for every scorecard and every customer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod any;
mod columns;
mod explain;
mod plan;
mod snapshot;

use any::{Known, document, known, score};
use keepwell_domain::measure::{MeasureValue, Observed};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::scorecard::Scorecard;
use proptest::prelude::*;
use serde_json::{Value, json};

fn same(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-9,
        (left, right) => left.is_none() && right.is_none(),
    }
}

fn not_lower(before: Option<f64>, after: Option<f64>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after >= before - 1e-9,
        (before, after) => before.is_none() && after.is_none(),
    }
}

fn rule(document: &Value, index: usize) -> Option<Value> {
    let rules = document["dimensions"].as_array().unwrap().iter().flat_map(|it| it["rules"].as_array().unwrap());
    rules.into_iter().find(|rule| rule["id"] == json!(format!("r{index}"))).cloned()
}

/// A value that is better in the eyes of the rule, or as good: a number moved by `by`, another word, yes or no.
/// `None` where the value is of another kind, or steps go up and down as their author likes.
fn raised(points: &Value, observed: &Observed, by: f64, word: usize) -> Option<MeasureValue> {
    let sign = |more_is_better: bool| if more_is_better { 1.0 } else { -1.0 };
    let line = |line: &Value| sign(line["full_at"].as_f64() > line["zero_at"].as_f64());
    let good = match &observed.value {
        MeasureValue::Number(_) if points["linear"].is_object() => line(&points["linear"]),
        MeasureValue::Number(_) if points["trend"].is_object() => line(&points["trend"]),
        MeasureValue::Number(_) => {
            let steps = points["bands"].as_array()?.iter().map(|step| &step["points"]);
            let steps: Vec<f64> = steps.chain([&points["otherwise"]]).map(|it| it.as_f64().unwrap_or(0.0)).collect();
            if steps.is_sorted() { -1.0 } else { steps.is_sorted_by(|left, right| left >= right).then_some(1.0)? }
        }
        MeasureValue::Word(now) => {
            let worth = |word: &str| points["map"].get(word).or(points.get("otherwise")).and_then(Value::as_f64);
            let other = ["good", "fair", "bad", "odd"][word];
            let better = points["map"].is_object() && worth(other).unwrap_or(0.0) >= worth(now.as_str()).unwrap_or(0.0);
            return better.then(|| MeasureValue::Word(other.into()));
        }
        MeasureValue::Boolean(_) => {
            let [yes, no] = ["true", "false"].map(|word| points["boolean"][word].as_f64());
            return Some(MeasureValue::Boolean(yes? >= no?));
        }
    };
    match observed.value {
        MeasureValue::Number(number) => Some(MeasureValue::Number(number + good * by)),
        _ => None,
    }
}

/// Multiplies every weight of a dimension's rules, or of the dimensions.
fn scale(items: &mut Value, factor: f64) {
    for item in items.as_array_mut().unwrap() {
        item["weight"] = json!(item["weight"].as_f64().unwrap() * factor);
    }
}

proptest! {
    #[test]
    fn a_score_lies_between_0_and_100_and_its_parts_add_up(document in document(), data in known()) {
        let score = score(&document, &data);
        let rules = || score.dimensions.iter().flat_map(|dimension| &dimension.rules);
        prop_assert!(rules().all(|rule| rule.points.is_none_or(|points| (0.0..=100.0).contains(&points))));
        prop_assert!((0.0..=1.0).contains(&score.coverage));
        let contributions: f64 = rules().map(|rule| rule.contribution).sum();
        let of_dimensions: f64 = score.dimensions.iter().map(|dimension| dimension.contribution).sum();
        let weights: f64 = rules().map(|rule| rule.effective_weight).sum();
        prop_assert!(score.value.is_none_or(|value| (0.0..=100.0).contains(&value)));
        match score.raw {
            None => prop_assert!(weights == 0.0 && contributions == 0.0),
            Some(raw) => {
                prop_assert!((0.0..=100.0).contains(&raw));
                prop_assert!((contributions - raw).abs() < 1e-9);
                prop_assert!((of_dimensions - raw).abs() < 1e-9);
                prop_assert!((weights - 1.0).abs() < 1e-9);
            }
        }
        for dimension in &score.dimensions {
            let sum: f64 = dimension.rules.iter().map(|rule| rule.contribution).sum();
            prop_assert!((sum - dimension.contribution).abs() < 1e-9);
        }
    }

    #[test]
    fn the_order_of_rules_and_dimensions_does_not_matter(document in document(), data in known()) {
        let mut turned = document.clone();
        let dimensions = turned["dimensions"].as_array_mut().unwrap();
        dimensions.reverse();
        for dimension in dimensions {
            dimension["rules"].as_array_mut().unwrap().reverse();
        }
        let (left, right) = (score(&document, &data), score(&turned, &data));
        prop_assert!(same(left.raw, right.raw) && same(left.value, right.value));
        for dimension in &left.dimensions {
            for rule in &dimension.rules {
                let other = right.dimensions.iter().flat_map(|d| &d.rules).find(|r| r.id == rule.id).unwrap();
                prop_assert!((rule.contribution - other.contribution).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn scaling_all_weights_changes_nothing(document in document(), data in known(), factor in 0.001..1000.0_f64) {
        let mut scaled = document.clone();
        scale(&mut scaled["dimensions"], factor);
        for dimension in scaled["dimensions"].as_array_mut().unwrap() {
            scale(&mut dimension["rules"], factor);
        }
        let (left, right) = (score(&document, &data), score(&scaled, &data));
        prop_assert!(same(left.raw, right.raw) && same(left.value, right.value));
        prop_assert!((left.coverage - right.coverage).abs() < 1e-9);
    }

    #[test]
    fn raising_a_value_in_its_good_direction_never_lowers_the_score(
        document in document(), data in known(), which in 0..15_usize, by in 0.0..500.0_f64, word in 0..4_usize,
    ) {
        let Some((rule, observed)) = rule(&document, which).zip(data.measures[which].clone()) else { return Ok(()) };
        let Some(better) = raised(&rule["points"], &observed, by, word) else { return Ok(()) };
        let mut raised: Known = data.clone();
        raised.measures[which] = Some(Observed { value: better, ..observed });
        let (before, after) = (score(&document, &data), score(&document, &raised));
        prop_assert!(not_lower(before.raw, after.raw), "{:?} {:?}", before, after);
        // An override that asks for this very measure may do what its author likes.
        let overrides = document["overrides"].as_array().unwrap();
        let asked = overrides.iter().any(|override_| override_["when"]["measure"] == rule["measure"]);
        prop_assert!(asked || not_lower(before.value, after.value), "{:?} {:?}", before, after);
    }

    #[test]
    fn the_same_inputs_give_the_same_bits(document in document(), data in known()) {
        let (left, right) = (score(&document, &data), score(&document, &data));
        prop_assert_eq!(left.value.map(f64::to_bits), right.value.map(f64::to_bits));
        let read_back: Score = serde_json::from_str(&serde_json::to_string(&left).unwrap()).unwrap();
        prop_assert_eq!(read_back, left);
    }

    #[test]
    fn any_json_is_read_or_refused_with_a_reason(
        document in document(), place in 0..30_usize, wrong in prop_oneof![Just(json!(null)), Just(json!(-1)), Just(json!("x")), Just(json!([])), Just(json!({}))],
    ) {
        let mut document = document;
        let mut places = Vec::new();
        collect(&document, String::new(), &mut places);
        let pointer = &places[place % places.len()];
        *document.pointer_mut(pointer).unwrap() = wrong;
        if let Err(problems) = Scorecard::parse(&document) {
            prop_assert!(!problems.0.is_empty());
        }
    }
}

/// The pointers of everything in a document.
fn collect(value: &Value, base: String, places: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                collect(inner, format!("{base}/{key}"), places);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect(inner, format!("{base}/{index}"), places);
            }
        }
        _ => {}
    }
    places.push(base);
}
