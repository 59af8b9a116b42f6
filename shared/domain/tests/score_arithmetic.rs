//! The arithmetic of the Health Score, case by case.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::needless_pass_by_value, reason = "a literal without & reads better")]
#![expect(clippy::float_cmp, reason = "exactness is what is tested")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Utc};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::measure::{MeasureValues, Observed, Resolved};
use keepwell_domain::score::breakdown::{RuleState, Score};
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::request::evaluate_request;
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// The score of a document with these dimensions (and nothing else) for these measures.
fn score(dimensions: Value, measures: Value) -> Score {
    evaluate(json!({"format": 1, "id": "test", "dimensions": dimensions}), measures)
}

fn evaluate(scorecard: Value, measures: Value) -> Score {
    evaluate_request(&json!({"scorecard": scorecard, "measures": measures}), now()).unwrap()
}

/// One dimension with a rule for each `(id, weight)`, whose points are the value of `custom.<id>`.
fn plain(rules: &[(&str, f64)]) -> Value {
    let rules: Vec<Value> = rules
        .iter()
        .map(|(id, weight)| {
            json!({"id": id, "weight": weight, "measure": format!("custom.{id}"), "points": {"linear": {"zero_at": 0, "full_at": 100}}})
        })
        .collect();
    json!([{"id": "d", "weight": 1, "rules": rules}])
}

/// The points that a shape gives to a value.
fn points(shape: Value, value: Value) -> Option<f64> {
    let rules = json!([{"id": "r", "weight": 1, "measure": "custom.x", "points": shape}]);
    let dimensions = json!([{"id": "d", "weight": 1, "rules": rules}]);
    score(dimensions, json!({"custom.x": value})).dimensions[0].rules[0].points
}

#[test]
fn linear_is_clamped_and_goes_both_ways() {
    let up = json!({"linear": {"zero_at": 7, "full_at": 30}});
    for (value, expected) in [(5.0, 0.0), (7.0, 0.0), (18.5, 50.0), (30.0, 100.0), (1e300, 100.0)] {
        assert_eq!(points(up.clone(), json!(value)), Some(expected));
    }
    let down = json!({"linear": {"zero_at": 90, "full_at": 10}});
    for (value, expected) in [(5.0, 100.0), (30.0, 75.0), (90.0, 0.0), (-1e308, 100.0)] {
        assert_eq!(points(down.clone(), json!(value)), Some(expected));
    }
}

#[test]
fn the_lower_bound_of_a_step_belongs_to_it() {
    let shape = json!({"bands": [{"at_least": 0.8, "points": 100}, {"at_least": 0.5, "points": 60}], "otherwise": 20});
    for (value, expected) in [(0.8, 100.0), (0.799_999, 60.0), (0.5, 60.0), (0.499, 20.0), (-1.0, 20.0)] {
        assert_eq!(points(shape.clone(), json!(value)), Some(expected));
    }
    let without = json!({"bands": [{"at_least": 1, "points": 100}]});
    assert_eq!(points(without, json!(0)), Some(0.0));
}

#[test]
fn words_and_yes_and_no_have_their_points() {
    let map = json!({"map": {"good": 100, "fair": 40}, "otherwise": 10});
    assert_eq!(points(map.clone(), json!("fair")), Some(40.0));
    assert_eq!(points(map.clone(), json!("odd")), Some(10.0));
    assert_eq!(points(map, json!(3)), None);
    let yes = json!({"boolean": {"true": 90, "false": 15}});
    assert_eq!(points(yes.clone(), json!(true)), Some(90.0));
    assert_eq!(points(yes.clone(), json!(false)), Some(15.0));
    assert_eq!(points(yes, json!("true")), None);
}

#[test]
fn a_trend_bends_at_no_change() {
    let shape = json!({"trend": {"zero_at": 0.5, "steady": 70, "full_at": 1.5}});
    for (ratio, expected) in [(0.4, 0.0), (0.5, 0.0), (0.75, 35.0), (1.0, 70.0), (1.25, 85.0), (10.0, 100.0)] {
        assert_eq!(points(shape.clone(), json!(ratio)), Some(expected), "{ratio}");
    }
    let fewer = json!({"trend": {"zero_at": 2, "full_at": 0.5}});
    for (ratio, expected) in [(3.0, 0.0), (1.5, 25.0), (1.0, 50.0), (0.75, 75.0), (0.1, 100.0)] {
        assert_eq!(points(fewer.clone(), json!(ratio)), Some(expected), "{ratio}");
    }
}

#[test]
fn no_points_are_zero_and_never_minus_zero() {
    for shape in [json!({"linear": {"zero_at": 90, "full_at": 10}}), json!({"trend": {"zero_at": 2, "full_at": 0.5}})] {
        let zero = shape.pointer("/linear/zero_at").or(shape.pointer("/trend/zero_at")).cloned().unwrap();
        assert_eq!(points(shape, zero).map(f64::to_bits), Some(0));
    }
}

#[test]
fn half_is_shown_as_the_next_whole_number_and_never_used_as_such() {
    for (value, display) in [(70.5, 71), (70.49, 70), (0.5, 1), (99.5, 100), (100.0, 100), (0.0, 0)] {
        let score = score(plain(&[("a", 1.0)]), json!({"custom.a": value}));
        assert_eq!((score.value, score.display), (Some(value), Some(display)));
    }
    // Natero's published 70.5, which `format!` would show as 70.
    let score = score(plain(&[("a", 1.0), ("b", 1.0)]), json!({"custom.a": 60, "custom.b": 81}));
    assert_eq!((score.value, score.display), (Some(70.5), Some(71)));
}

#[test]
fn a_band_begins_exactly_at_its_bound() {
    for (value, band) in [
        (80.0, HealthStatus::Thriving),
        (79.999_999_9, HealthStatus::Healthy),
        (79.5, HealthStatus::Healthy),
        (60.0, HealthStatus::Healthy),
        (59.999_999_9, HealthStatus::Steady),
        (40.0, HealthStatus::Steady),
        (39.999_999_9, HealthStatus::Struggling),
        (0.0, HealthStatus::Struggling),
    ] {
        let score = score(plain(&[("a", 3.0)]), json!({"custom.a": value}));
        assert_eq!(score.band, Some(band), "{value}");
    }
}

#[test]
fn equal_points_make_that_score_whatever_the_weights() {
    let weights = [0.1, 0.2, 0.3, 0.7, 1.1, 13.0, 1.0 / 3.0];
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    for count in 1..=7 {
        for value in [40.0, 60.0, 80.0, 70.5, 100.0] {
            let rules: Vec<_> = ids.into_iter().zip(weights).take(count).collect();
            let measures: Value =
                ids.iter().map(|id| (format!("custom.{id}"), json!(value))).collect::<serde_json::Map<_, _>>().into();
            assert_eq!(score(plain(&rules), measures).value, Some(value));
        }
    }
}

#[test]
fn missing_data_does_what_its_rule_says() {
    for (missing, value, coverage) in
        [(json!("ignore"), 80.0, 0.5), (json!("worst"), 40.0, 0.5), (json!({"neutral": 50}), 65.0, 0.5)]
    {
        let mut dimensions = plain(&[("a", 1.0), ("b", 1.0)]);
        dimensions[0]["rules"][1]["missing"] = missing.clone();
        for measures in [
            json!({"custom.a": 80}),
            json!({"custom.a": 80, "custom.b": null}),
            json!({"custom.a": 80, "custom.b": "word"}),
        ] {
            let score = score(dimensions.clone(), measures);
            assert_eq!((score.value, score.coverage), (Some(value), coverage), "{missing}");
            assert_eq!(score.dimensions[0].rules[1].state, RuleState::Missing);
        }
    }
}

#[test]
fn data_past_its_validity_counts_as_missing_and_is_still_shown() {
    let mut dimensions = plain(&[("a", 1.0), ("b", 1.0)]);
    dimensions[0]["rules"][1]["valid_days"] = json!(30);
    let at = |observed_at: &str| {
        score(dimensions.clone(), json!({"custom.a": 80, "custom.b": {"value": 20, "observed_at": observed_at}}))
    };
    let fresh = at("2026-10-02T12:00:00Z");
    assert_eq!((fresh.value, fresh.oldest_input_days), (Some(50.0), Some(30.0)));
    let stale = at("2026-10-02T11:59:59Z");
    assert_eq!((stale.value, stale.coverage), (Some(80.0), 0.5));
    assert_eq!(stale.oldest_input_days, Some(0.0));
    let rule = &stale.dimensions[0].rules[1];
    assert_eq!(rule.state, RuleState::Stale);
    assert_eq!(serde_json::to_value(&rule.value).unwrap(), json!(20.0));
    assert_eq!((rule.points, rule.contribution), (None, 0.0));
    let future = at("2026-11-01T12:00:01Z");
    assert_eq!(future.dimensions[0].rules[1].state, RuleState::Missing);
    assert_eq!(future.dimensions[0].rules[1].value, None);
}

#[test]
fn a_measure_can_go_stale_by_itself() {
    let document = json!({"format": 1, "id": "t", "dimensions": plain(&[("a", 1.0)])});
    let compiled = Compiled::new(&Scorecard::parse(&document).unwrap(), Some(3));
    let mut values = MeasureValues::default();
    let observed = Observed { stale_from: Some(now()), ..Observed::number(70.0, now()) };
    values.set(Resolved::find("custom.a").unwrap(), Some(observed));
    let score = compiled.evaluate(&values, now());
    assert_eq!(score.dimensions[0].rules[0].state, RuleState::Stale);
    assert_eq!(score.scorecard.version, Some(3));
}

#[test]
fn nothing_known_is_no_score_and_never_zero() {
    let score = score(plain(&[("a", 1.0), ("b", 2.0)]), json!({}));
    assert_eq!((score.value, score.raw, score.display, score.band), (None, None, None, None));
    assert_eq!((score.coverage, score.oldest_input_days), (0.0, None));
    assert_eq!(score.dimensions[0].value, None);
    let shipped = Scorecard::from_yaml(Scorecard::default_document()).unwrap();
    let score = Compiled::new(&shipped, None).evaluate(&MeasureValues::default(), now());
    assert_eq!(score.value, None);
}

#[test]
fn a_dimension_without_a_usable_rule_gives_its_weight_to_the_others() {
    let mut dimensions = plain(&[("a", 1.0)]);
    let other = json!({"id": "e", "weight": 3, "rules": [{"id": "b", "weight": 1, "measure": "custom.b", "points": {"linear": {"zero_at": 0, "full_at": 100}}}]});
    dimensions.as_array_mut().unwrap().push(other);
    let score = score(dimensions, json!({"custom.a": 55}));
    assert_eq!((score.value, score.coverage), (Some(55.0), 0.25));
    assert_eq!(score.dimensions[0].effective_weight, 1.0);
    assert_eq!(score.dimensions[1].effective_weight, 0.0);
    assert_eq!(score.dimensions[1].value, None);
}

#[test]
fn the_lowest_or_highest_rule_carries_its_dimension_alone() {
    for (combine, value, decisive) in [("min", 20.0, 1), ("max", 90.0, 2), ("mean", 55.0, 0)] {
        let mut dimensions = plain(&[("a", 2.0), ("b", 1.0), ("c", 1.0), ("off", 0.0)]);
        dimensions[0]["combine"] = json!(combine);
        let score = score(dimensions, json!({"custom.a": 55, "custom.b": 20, "custom.c": 90, "custom.off": 0}));
        assert_eq!(score.value, Some(value), "{combine}");
        let rules = &score.dimensions[0].rules;
        assert_eq!(rules[3].contribution, 0.0);
        if combine != "mean" {
            assert_eq!(rules[decisive].contribution, value);
            assert_eq!(rules.iter().filter(|rule| rule.effective_weight > 0.0).count(), 1);
        }
    }
}

#[test]
fn a_rule_with_weight_zero_is_switched_off() {
    let rules = plain(&[("a", 1.0), ("off", 0.0)]);
    let score = score(rules.clone(), json!({"custom.a": 60, "custom.off": 0}));
    assert_eq!((score.value, score.coverage), (Some(60.0), 1.0));
    let alone = self::score(rules, json!({"custom.off": 50}));
    assert_eq!((alone.value, alone.coverage), (None, 0.0));
}

#[test]
fn a_score_survives_being_stored() {
    let score = score(plain(&[("a", 1.0), ("b", 2.0)]), json!({"custom.a": 100}));
    let text = serde_json::to_string(&score).unwrap();
    assert_eq!(serde_json::from_str::<Score>(&text).unwrap(), score);
}

#[test]
fn the_body_has_the_names_of_the_contract() {
    let mut dimensions = plain(&[("a", 3.0), ("b", 1.0)]);
    dimensions[0]["rules"][1]["valid_days"] = json!(10);
    let measures = json!({"custom.a": 90, "custom.b": {"value": 3, "observed_at": "2026-10-02T12:00:00Z"}});
    let body = serde_json::to_value(score(dimensions, measures)).unwrap();
    assert_eq!(
        body,
        json!({
            "value": 90.0, "display": 90, "band": "thriving", "raw": 90.0, "coverage": 0.75,
            "oldest_input_days": 0.0, "as_of": "2026-11-01T12:00:00Z",
            "scorecard": {"id": "test", "version": null},
            "dimensions": [{"id": "d", "weight": 1.0, "effective_weight": 1.0, "value": 90.0, "contribution": 90.0, "rules": [
                {"id": "a", "measure": "custom.a", "value": 90.0, "points": 90.0, "weight": 3.0, "effective_weight": 1.0,
                 "contribution": 90.0, "state": "used", "observed_at": "2026-11-01T12:00:00Z", "age_days": 0.0},
                {"id": "b", "measure": "custom.b", "value": 3.0, "points": null, "weight": 1.0, "effective_weight": 0.0,
                 "contribution": 0.0, "state": "stale", "observed_at": "2026-10-02T12:00:00Z", "age_days": 30.0},
            ]}],
            "overrides": [],
        })
    );
}

#[test]
fn a_bad_request_names_every_problem_in_its_place() {
    let body = json!({
        "scorecard": {"format": 1, "id": "t", "dimensions": []},
        "measures": {"custom.a": [], "usage.nothing": 1, "team.health_status": 3, "custom.b": {"value": 1, "at": 2}, "team.days_to_renewal": {"value": "x"}},
        "as_of": "yesterday",
        "extra": 1,
    });
    let mut pointers: Vec<String> =
        evaluate_request(&body, now()).unwrap_err().0.into_iter().map(|problem| problem.pointer).collect();
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/as_of",
            "/extra",
            "/measures/custom.a",
            "/measures/custom.b/at",
            "/measures/team.days_to_renewal/value",
            "/measures/team.health_status",
            "/measures/usage.nothing",
            "/scorecard/dimensions",
        ]
    );
}
