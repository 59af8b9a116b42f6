//! Worked examples that vendors publish: ours give the same. Published ones that are wrong are not reproduced.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Utc};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::fields::Fields;
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::{Inputs, MeasureValue, measure_all};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::request::evaluate_request;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::Survey;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// The score of rules with these weights and scores, on a scale from 0 to `top`.
fn weighted(weights: &[f64], scores: &[f64], top: f64) -> Score {
    let rules: Vec<Value> = weights
        .iter()
        .enumerate()
        .map(|(index, weight)| json!({"id": format!("r{index}"), "measure": format!("custom.m{index}"), "weight": weight, "points": {"linear": {"zero_at": 0, "full_at": top}}}))
        .collect();
    let measures: serde_json::Map<String, Value> =
        scores.iter().enumerate().map(|(index, score)| (format!("custom.m{index}"), json!(score))).collect();
    let scorecard = json!({"format": 1, "id": "o", "dimensions": [{"id": "d", "weight": 1, "rules": rules}]});
    evaluate_request(&json!({"scorecard": scorecard, "measures": measures}), now()).unwrap()
}

fn value(score: &Score) -> f64 {
    score.value.unwrap()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

fn customer() -> Customer {
    NewCustomer::parse(&json!({"name": "Acme"})).unwrap().create(CustomerId::parse("acme").unwrap(), now())
}

/// The value of `measure` for these answers on a scale from `min` to `max`.
fn survey_measure(measure: &str, kind: &str, (min, max): (f64, f64), answers: &[f64]) -> Option<f64> {
    let surveys: Vec<Survey> = answers
        .iter()
        .enumerate()
        .map(|(index, answer)| {
            let survey = json!({"id": format!("s{index}"), "kind": kind, "scale_min": min, "scale_max": max, "value": answer, "at": now()});
            let mut fields = Fields::new(&survey, "").unwrap();
            Survey::read(&mut fields).unwrap()
        })
        .collect();
    let customer = customer();
    let settings = Settings::default();
    let mut inputs = Inputs::new(now(), &customer, &settings);
    inputs.surveys = &surveys;
    match measure_all(&inputs).of(measure)?.value {
        MeasureValue::Number(number) => Some(number),
        _ => None,
    }
}

fn nps(answers: &[f64]) -> Option<f64> {
    survey_measure("customer.nps", "nps", (0.0, 10.0), answers)
}

#[test]
fn gainsights_group_of_arbitrary_weights() {
    let score = weighted(&[20.0, 15.0, 22.0], &[47.0, 59.0, 21.0], 100.0);
    assert!(near(value(&score), 2287.0 / 57.0));
    assert_eq!(score.display, Some(40));
}

#[test]
fn vitallys_three_states_and_its_half() {
    assert!(near(value(&weighted(&[1.0; 3], &[10.0, 10.0, 0.0], 10.0)), 200.0 / 3.0));
    // Published as 8.3 of 10: half goes up.
    let score = weighted(&[50.0, 50.0], &[7.5, 9.0], 10.0);
    assert_eq!((score.value, score.display), (Some(82.5), Some(83)));
}

#[test]
fn catalysts_groups() {
    let score = weighted(&[50.0, 30.0, 20.0], &[10.0, 7.5, 6.0], 10.0);
    assert_eq!((score.value, score.display), (Some(84.5), Some(85)));
    let contributions: Vec<f64> =
        score.dimensions.iter().flat_map(|dimension| &dimension.rules).map(|rule| rule.contribution).collect();
    for (ours, published) in contributions.iter().zip([50.0, 22.5, 12.0]) {
        assert!(near(*ours, published));
    }
    assert!((value(&weighted(&[1.0; 3], &[9.8, 9.4, 7.0], 10.0)) - 87.0).abs() < 0.5);
}

#[test]
fn quivlys_categories() {
    let score = weighted(&[30.0, 25.0, 20.0, 15.0, 10.0], &[85.0, 60.0, 70.0, 40.0, 80.0], 100.0);
    assert_eq!(score.value, Some(68.5));
}

#[test]
fn published_totals_that_are_wrong_are_not_reproduced() {
    let weights = [25.0, 20.0, 25.0, 20.0, 10.0];
    assert_eq!(weighted(&weights, &[80.0, 60.0, 50.0, 100.0, 40.0], 100.0).value, Some(68.5));
    assert_eq!(weighted(&weights, &[90.0, 100.0, 70.0, 80.0, 75.0], 100.0).value, Some(83.5));
    // Weights that add up to 140 or 60 are shares all the same.
    for weights in [[50.0, 40.0, 30.0, 20.0], [10.0, 30.0, 10.0, 10.0]] {
        assert_eq!(weighted(&weights, &[70.0; 4], 100.0).value, Some(70.0));
    }
}

#[test]
fn the_net_promoter_score_counts_zero_and_no_answer_is_unknown() {
    let ten = |promoters: usize, detractors: usize| {
        let mut answers = vec![9.0; promoters];
        answers.extend(vec![6.0; detractors]);
        answers.resize(10, 7.0);
        nps(&answers)
    };
    assert_eq!(ten(3, 2), Some(10.0));
    assert_eq!(ten(5, 1), Some(40.0));
    assert_eq!(nps(&[0.0]), Some(-100.0));
    assert_eq!(nps(&[8.0]), Some(0.0));
    assert_eq!(nps(&[]), None);
}

#[test]
fn a_mean_answer_can_be_read_back_on_its_scale() {
    for (answers, top, published) in [(vec![5.0, 4.0, 2.0, 3.0], 5.0, 3.5), (vec![7.0, 6.0, 1.0], 7.0, 14.0 / 3.0)] {
        let points = survey_measure("customer.survey_score", "ces", (1.0, top), &answers).unwrap();
        assert!(near(1.0 + points / 100.0 * (top - 1.0), published));
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(number).collect()
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim_matches(['%', '~', '+']).parse().ok())
}

/// Every example of the file that our arithmetic can express, beside what was recomputed for it.
#[test]
fn the_collected_examples_come_out_as_recomputed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/oracles/published-examples.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: no {path}; the examples above stand for it");
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let lists = ["cases", "wrong_as_published"].map(|key| file.get(key).and_then(Value::as_array));
    let mut checked = 0;
    for case in lists.into_iter().flatten().flatten() {
        let id = case.get("id").and_then(Value::as_str).unwrap();
        let Some(ours) = case.get("inputs").and_then(|inputs| recompute(id, inputs)) else {
            continue;
        };
        let recomputed = case.get("recomputed").and_then(number).unwrap();
        let digits = case.get("recomputed").and_then(Value::as_str).unwrap();
        let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
        let steps = 10_f64.powi(i32::try_from(decimals).unwrap());
        let shown = (ours * steps + 0.5 + 1e-9).floor() / steps;
        assert!(near(shown, recomputed), "{id}: ours {ours}, recomputed {recomputed}");
        checked += 1;
    }
    assert!(checked >= 12, "only {checked} examples understood");
}

fn recompute(id: &str, inputs: &Value) -> Option<f64> {
    let field = |key: &str| inputs.get(key).cloned().unwrap_or_default();
    let (weights, scores) = (numbers(&field("weights")), numbers(&field("scores")));
    let top =
        if id.starts_with("vitally") || id.starts_with("planhat") || id.starts_with("catalyst") { 10.0 } else { 100.0 };
    match id {
        // 0.33 three times is not a whole, and other scores are not ours.
        "natero-group-2" => None,
        "natero-linear-5" => {
            let points = json!({"linear": {"zero_at": field("zero_at"), "full_at": field("hundred_at")}});
            let scorecard = json!({"format": 1, "id": "o", "dimensions": [{"id": "d", "weight": 1, "rules": [{"id": "r", "weight": 1, "measure": "custom.x", "points": points}]}]});
            evaluate_request(&json!({"scorecard": scorecard, "measures": {"custom.x": field("value")}}), now())
                .unwrap()
                .value
        }
        "nps-dela" | "nps-reputation" => {
            let mut answers = vec![10.0; number(&field("promoters_pct"))? as usize];
            answers.extend(vec![0.0; number(&field("detractors_pct"))? as usize]);
            answers.resize(100, 8.0);
            nps(&answers)
        }
        "nps-formbricks-invalid" => nps(&numbers(&field("ratings"))),
        "ces-formbricks-5" | "ces-formbricks-7" => {
            let top = if id.ends_with('5') { 5.0 } else { 7.0 };
            let points = survey_measure("customer.survey_score", "ces", (1.0, top), &numbers(&field("ratings")))?;
            Some(1.0 + points / 100.0 * (top - 1.0))
        }
        "totango-quality" => {
            let counts = ["good", "average", "poor"].map(|key| number(&field(key)).unwrap());
            weighted(&counts, &[100.0, 60.0, 40.0], 100.0).value
        }
        _ if scores.is_empty() => None,
        _ => {
            let weights = if weights.is_empty() { vec![1.0; scores.len()] } else { weights };
            Some(value(&weighted(&weights, &scores, top)) * top / 100.0)
        }
    }
}
