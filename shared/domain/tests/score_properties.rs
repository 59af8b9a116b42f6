//! What holds for every scorecard and every customer.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::measure::{MeasureValues, Observed, Resolved};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::scorecard::Scorecard;
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// A rule without its id and measure, which its place gives.
fn rule() -> impl Strategy<Value = Value> {
    let bound = -1000.0..1000.0_f64;
    let points = prop_oneof![
        (bound.clone(), prop_oneof![-500.0..-0.001_f64, 0.001..500.0_f64])
            .prop_map(|(zero, width)| json!({"linear": {"zero_at": zero, "full_at": zero + width}})),
        (bound, 0.0..100.0_f64, 0.0..100.0_f64, 0.0..100.0_f64).prop_map(|(at, high, low, otherwise)| {
            json!({"bands": [{"at_least": at, "points": high}, {"at_least": at - 10.0, "points": low}], "otherwise": otherwise})
        }),
        (0.0..0.99_f64, 0.0..100.0_f64, 1.01..5.0_f64)
            .prop_map(|(zero, steady, full)| json!({"trend": {"zero_at": zero, "steady": steady, "full_at": full}})),
    ];
    let missing = prop_oneof![
        Just(json!("ignore")),
        Just(json!("worst")),
        (0.0..100.0_f64).prop_map(|points| json!({"neutral": points})),
    ];
    let weight = prop_oneof![1 => Just(0.0), 9 => 0.001..1000.0_f64];
    (points, missing, weight, proptest::option::of(1.0..100.0_f64)).prop_map(
        |(points, missing, weight, valid_days)| {
            json!({"points": points, "missing": missing, "weight": weight, "valid_days": valid_days})
        },
    )
}

/// Dimensions with rules `r0`, `r1` … on `custom.r0`, `custom.r1` ….
fn document() -> impl Strategy<Value = Value> {
    let combine = prop_oneof![3 => Just("mean"), 1 => Just("min"), 1 => Just("max")];
    let dimension = (0.01..100.0_f64, combine, proptest::collection::vec(rule(), 1..6));
    proptest::collection::vec(dimension, 1..4).prop_map(|dimensions| {
        let mut count = 0;
        let dimensions: Vec<Value> = dimensions
            .into_iter()
            .enumerate()
            .map(|(index, (weight, combine, mut rules))| {
                for rule in &mut rules {
                    rule["id"] = json!(format!("r{count}"));
                    rule["measure"] = json!(format!("custom.r{count}"));
                    count += 1;
                }
                // One rule of each dimension counts, or the document is refused.
                if rules[0]["weight"] == json!(0.0) {
                    rules[0]["weight"] = json!(1.0);
                }
                json!({"id": format!("d{index}"), "weight": weight, "combine": combine, "rules": rules})
            })
            .collect();
        json!({"format": 1, "id": "p", "dimensions": dimensions})
    })
}

/// Value and age of each measure, or nothing.
type Data = Vec<Option<(f64, i64)>>;

fn data() -> impl Strategy<Value = Data> {
    let observed = (-2000.0..2000.0_f64, -1..120_i64);
    proptest::collection::vec(proptest::option::weighted(0.8, observed), 20)
}

fn score(document: &Value, data: &Data) -> Score {
    let scorecard = Scorecard::parse(document).unwrap();
    let mut values = MeasureValues::default();
    for (index, observed) in data.iter().enumerate() {
        let measure = Resolved::find(&format!("custom.r{index}")).unwrap();
        let observed = observed.map(|(value, age)| Observed::number(value, now() - Duration::days(age)));
        values.set(measure, observed);
    }
    Compiled::new(&scorecard, None).evaluate(&values, now())
}

fn same(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-9,
        (left, right) => left.is_none() && right.is_none(),
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
    fn a_score_lies_between_0_and_100_and_its_parts_add_up(document in document(), data in data()) {
        let score = score(&document, &data);
        let rules = || score.dimensions.iter().flat_map(|dimension| &dimension.rules);
        prop_assert!(rules().all(|rule| rule.points.is_none_or(|points| (0.0..=100.0).contains(&points))));
        prop_assert!((0.0..=1.0).contains(&score.coverage));
        let contributions: f64 = rules().map(|rule| rule.contribution).sum();
        let of_dimensions: f64 = score.dimensions.iter().map(|dimension| dimension.contribution).sum();
        let weights: f64 = rules().map(|rule| rule.effective_weight).sum();
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
    fn the_order_of_rules_and_dimensions_does_not_matter(document in document(), data in data()) {
        let mut turned = document.clone();
        let dimensions = turned["dimensions"].as_array_mut().unwrap();
        dimensions.reverse();
        for dimension in dimensions {
            dimension["rules"].as_array_mut().unwrap().reverse();
        }
        let (left, right) = (score(&document, &data), score(&turned, &data));
        prop_assert!(same(left.raw, right.raw));
        for dimension in &left.dimensions {
            for rule in &dimension.rules {
                let other = right.dimensions.iter().flat_map(|d| &d.rules).find(|r| r.id == rule.id).unwrap();
                prop_assert!((rule.contribution - other.contribution).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn scaling_all_weights_changes_nothing(document in document(), data in data(), factor in 0.001..1000.0_f64) {
        let mut scaled = document.clone();
        scale(&mut scaled["dimensions"], factor);
        for dimension in scaled["dimensions"].as_array_mut().unwrap() {
            scale(&mut dimension["rules"], factor);
        }
        let (left, right) = (score(&document, &data), score(&scaled, &data));
        prop_assert!(same(left.raw, right.raw));
        prop_assert!((left.coverage - right.coverage).abs() < 1e-9);
    }

    #[test]
    fn raising_a_value_in_its_good_direction_never_lowers_the_score(
        document in document(), data in data(), which in 0..20_usize, by in 0.0..500.0_f64,
    ) {
        let before = score(&document, &data);
        let points = document["dimensions"].as_array().unwrap().iter()
            .flat_map(|dimension| dimension["rules"].as_array().unwrap())
            .find(|rule| rule["id"] == json!(format!("r{which}")))
            .map(|rule| rule["points"].clone());
        let good = match points {
            Some(points) if points["linear"].is_object() => {
                if points["linear"]["full_at"].as_f64() > points["linear"]["zero_at"].as_f64() { 1.0 } else { -1.0 }
            }
            Some(points) if points["trend"].is_object() => 1.0,
            // Steps may go up and down as their author likes.
            _ => return Ok(()),
        };
        let mut raised = data;
        if let Some((value, _)) = &mut raised[which] {
            *value += good * by;
        }
        let after = score(&document, &raised);
        match (before.raw, after.raw) {
            (Some(before), Some(after)) => prop_assert!(after >= before - 1e-9),
            (before, after) => prop_assert!(before.is_none() && after.is_none()),
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_bits(document in document(), data in data()) {
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
