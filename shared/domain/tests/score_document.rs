//! The Scorecard document: what is refused and where, what is kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::{Value, json};

/// A document that uses everything there is.
fn full() -> Value {
    json!({
        "format": 1,
        "id": "full",
        "name": "Everything",
        "applies_to": {
            "all": [{"field": "plan", "in": ["Enterprise"]}, {"any": [{"field": "tags", "in": ["vip"]}]}],
            "none": [{"field": "attributes.trial", "in": [true, 3]}],
        },
        "bands": {"thriving": 80, "healthy": 60.5, "steady": 40},
        "dimensions": [
            {"id": "usage", "weight": 40, "combine": "mean", "rules": [
                {"id": "days", "measure": "usage.active_days_28d", "weight": 30, "points": {"linear": {"zero_at": 0, "full_at": 20}}, "missing": "ignore", "valid_days": 60},
                {"id": "seats", "measure": "usage.seats_in_use_ratio", "weight": 20, "points": {"bands": [{"at_least": 0.8, "points": 100}, {"at_least": 0.5, "points": 60}], "otherwise": 20}, "missing": {"neutral": 50}},
                {"id": "trend", "measure": "usage.events_trend_ratio", "weight": 0.5, "points": {"trend": {"zero_at": 0.5, "steady": 70, "full_at": 1.5}}},
            ]},
            {"id": "team", "weight": 30, "combine": "min", "rules": [
                {"id": "status", "measure": "team.health_status", "weight": 1, "points": {"map": {"thriving": 100, "struggling": 0}, "otherwise": 50}, "missing": "worst"},
                {"id": "mine", "measure": "custom.is_live", "weight": 1, "points": {"boolean": {"true": 100, "false": 0}}},
            ]},
        ],
        "overrides": [
            {"id": "critical", "when": {"measure": "tickets.oldest_open_critical_days", "more_than": 7}, "cap": 50},
            {"id": "word", "when": {"measure": "team.health_status", "equals": "struggling"}, "set": 10},
            {"id": "vip", "when": {"measure": "custom.vip", "equals": true}, "floor": 30},
        ],
    })
}

/// The pointers of all problems of `document`.
fn pointers(document: &Value) -> Vec<String> {
    let problems = Scorecard::parse(document).unwrap_err();
    problems.0.into_iter().map(|problem| problem.pointer).collect()
}

/// The full document with the value at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut document = full();
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

#[test]
fn a_document_comes_back_as_it_was() {
    let scorecard = Scorecard::parse(&full()).unwrap();
    assert_eq!(serde_json::to_value(&scorecard).unwrap(), full());
}

#[test]
fn what_was_left_out_stays_left_out() {
    let document = json!({
        "format": 1,
        "id": "small",
        "dimensions": [{"id": "d", "weight": 1, "rules": [
            {"id": "r", "measure": "custom.x", "weight": 1, "points": {"linear": {"zero_at": 0, "full_at": 1}}},
        ]}],
    });
    let scorecard = Scorecard::parse(&document).unwrap();
    assert_eq!(serde_json::to_value(&scorecard).unwrap(), document);
    assert_eq!(scorecard.name(), "small");
    assert_eq!(scorecard.bands().word(60.0), HealthStatus::Healthy);
}

#[test]
fn yaml_and_json_hold_the_same_document() {
    let scorecard = Scorecard::parse(&full()).unwrap();
    let yaml = scorecard.to_yaml().unwrap();
    assert_eq!(Scorecard::from_yaml(&yaml).unwrap(), scorecard, "{yaml}");
    let json = serde_json::to_string(&scorecard).unwrap();
    assert_eq!(Scorecard::from_json(&json).unwrap(), scorecard);
    assert_eq!(serde_json::from_str::<Scorecard>(&json).unwrap(), scorecard);
}

#[test]
fn the_shipped_scorecard_is_valid_and_survives_the_round_trip() {
    let scorecard = Scorecard::from_yaml(Scorecard::default_document()).unwrap();
    let weights: Vec<f64> = scorecard.dimensions.iter().map(|d| d.weight.0).collect();
    assert_eq!(weights, [40.0, 30.0, 30.0]);
    let rules = scorecard.dimensions.iter().map(|d| d.rules.len());
    assert!(rules.sum::<usize>() >= 24);
    let yaml = scorecard.to_yaml().unwrap();
    assert_eq!(Scorecard::from_yaml(&yaml).unwrap(), scorecard);
}

#[test]
fn text_that_is_no_document_is_refused() {
    for yaml in ["a: [", "- 1", "just text", "", "format: 1\nformat: 1", "format: .nan"] {
        assert!(Scorecard::from_yaml(yaml).is_err(), "{yaml}");
    }
    assert!(Scorecard::from_json("{").is_err());
}

#[test]
fn every_problem_has_its_pointer() {
    let cases = [
        ("/format", json!(2), "/format"),
        ("/id", json!("not an id"), "/id"),
        ("/name", json!(7), "/name"),
        ("/applies_to/all/0/field", json!("plam"), "/applies_to/all/0/field"),
        ("/applies_to/all/0/in", json!([]), "/applies_to/all/0/in"),
        ("/applies_to/all/1/any/0", json!({}), "/applies_to/all/1/any/0"),
        ("/bands/thriving", json!(101), "/bands/thriving"),
        ("/bands/healthy", json!(80), "/bands/healthy"),
        ("/bands/steady", json!(70), "/bands/steady"),
        ("/bands/steady", json!(0), "/bands/steady"),
        ("/dimensions", json!([]), "/dimensions"),
        ("/dimensions", json!({}), "/dimensions"),
        ("/dimensions/0/id", json!("team"), "/dimensions/1/id"),
        ("/dimensions/0/weight", json!(-1), "/dimensions/0/weight"),
        ("/dimensions/0/weight", json!("40"), "/dimensions/0/weight"),
        ("/dimensions/0/combine", json!("median"), "/dimensions/0/combine"),
        ("/dimensions/0/rules", json!([]), "/dimensions/0/rules"),
        ("/dimensions/0/rules", Value::Null, "/dimensions/0/rules"),
        ("/dimensions/0/rules/0/id", json!("mine"), "/dimensions/1/rules/1/id"),
        ("/dimensions/0/rules/0/measure", json!("usage.active_day"), "/dimensions/0/rules/0/measure"),
        ("/dimensions/0/rules/0/measure", json!("custom."), "/dimensions/0/rules/0/measure"),
        ("/dimensions/0/rules/0/measure", json!("team.health_status"), "/dimensions/0/rules/0/points"),
        ("/dimensions/0/rules/0/weight", json!(-0.1), "/dimensions/0/rules/0/weight"),
        ("/dimensions/0/rules/0/points", json!({}), "/dimensions/0/rules/0/points"),
        ("/dimensions/0/rules/0/points/linear/full_at", json!(0), "/dimensions/0/rules/0/points/linear/full_at"),
        ("/dimensions/0/rules/0/missing", json!("neutral"), "/dimensions/0/rules/0/missing"),
        ("/dimensions/0/rules/0/valid_days", json!(0), "/dimensions/0/rules/0/valid_days"),
        ("/dimensions/0/rules/1/points/bands", json!([]), "/dimensions/0/rules/1/points/bands"),
        ("/dimensions/0/rules/1/points/bands/0/points", json!(100.5), "/dimensions/0/rules/1/points/bands/0/points"),
        ("/dimensions/0/rules/1/points/bands/1/at_least", json!(0.8), "/dimensions/0/rules/1/points/bands/1/at_least"),
        ("/dimensions/0/rules/1/points/bands/1/at_least", json!(0.9), "/dimensions/0/rules/1/points/bands/1/at_least"),
        ("/dimensions/0/rules/1/points/otherwise", json!(-1), "/dimensions/0/rules/1/points/otherwise"),
        ("/dimensions/0/rules/1/missing/neutral", json!(101), "/dimensions/0/rules/1/missing/neutral"),
        ("/dimensions/0/rules/2/points/trend/full_at", json!(0.9), "/dimensions/0/rules/2/points/trend/full_at"),
        ("/dimensions/1/rules/0/measure", json!("usage.active_days_28d"), "/dimensions/1/rules/0/points"),
        ("/dimensions/1/rules/0/points/map", json!({"happy": 1}), "/dimensions/1/rules/0/points/map/happy"),
        ("/dimensions/1/rules/0/points/map/thriving", json!("100"), "/dimensions/1/rules/0/points/map/thriving"),
        ("/dimensions/1/rules/1/points/boolean", json!({"true": 100}), "/dimensions/1/rules/1/points/boolean/false"),
        ("/overrides", json!({}), "/overrides"),
        ("/overrides/0/id", json!("word"), "/overrides/1/id"),
        ("/overrides/0/cap", json!(101), "/overrides/0/cap"),
        ("/overrides/0/cap", Value::Null, "/overrides/0"),
        ("/overrides/0/when", Value::Null, "/overrides/0/when"),
        ("/overrides/0/when/measure", json!("tickets.none"), "/overrides/0/when/measure"),
        ("/overrides/0/when/measure", json!("team.health_status"), "/overrides/0/when/more_than"),
        ("/overrides/0/when/more_than", json!("7"), "/overrides/0/when/more_than"),
        ("/overrides/0/when/more_than", Value::Null, "/overrides/0/when"),
        ("/overrides/1/when/equals", json!("strugling"), "/overrides/1/when/equals"),
    ];
    for (place, wrong, pointer) in cases {
        let document = with(place, wrong.clone());
        assert_eq!(pointers(&document), [pointer], "{place} = {wrong}");
    }
}

#[test]
fn all_problems_are_named_at_once() {
    let mut document = with("/bands/healthy", json!(90));
    *document.pointer_mut("/dimensions/0/rules/0/measure").unwrap() = json!("nothing");
    *document.pointer_mut("/overrides/2/floor").unwrap() = json!(-5);
    assert_eq!(pointers(&document), ["/bands/healthy", "/dimensions/0/rules/0/measure", "/overrides/2/floor"]);
}

#[test]
fn a_key_that_nobody_knows_is_refused_wherever_it_stands() {
    for place in [
        "",
        "/applies_to",
        "/applies_to/all/0",
        "/bands",
        "/dimensions/0",
        "/dimensions/0/rules/0",
        "/dimensions/0/rules/0/points",
        "/dimensions/0/rules/0/points/linear",
        "/dimensions/0/rules/1/points/bands/0",
        "/dimensions/0/rules/1/missing",
        "/dimensions/0/rules/2/points/trend",
        "/dimensions/1/rules/1/points/boolean",
        "/overrides/0",
        "/overrides/0/when",
    ] {
        let mut document = full();
        let object = document.pointer_mut(place).unwrap();
        object.as_object_mut().unwrap().insert("wieght".to_owned(), json!(1));
        assert_eq!(pointers(&document), [format!("{place}/wieght")]);
    }
}

#[test]
fn weights_that_are_all_zero_are_refused_and_one_zero_is_not() {
    let mut document = full();
    for index in 0..3 {
        let pointer = format!("/dimensions/0/rules/{index}/weight");
        assert!(Scorecard::parse(&document).is_ok());
        *document.pointer_mut(&pointer).unwrap() = json!(0);
    }
    assert_eq!(pointers(&document), ["/dimensions/0/rules"]);
    let mut document = with("/dimensions/0/weight", json!(0));
    assert!(Scorecard::parse(&document).is_ok());
    *document.pointer_mut("/dimensions/1/weight").unwrap() = json!(0);
    assert_eq!(pointers(&document), ["/dimensions"]);
}

#[test]
fn two_shapes_or_two_effects_in_one_place_are_refused() {
    let mut document = full();
    let rule = document.pointer_mut("/dimensions/0/rules/0/points").unwrap();
    *rule = json!({"linear": {"zero_at": 0, "full_at": 1}, "boolean": {"true": 1, "false": 0}});
    assert!(pointers(&document).contains(&"/dimensions/0/rules/0/points".to_owned()));
    let mut document = full();
    *document.pointer_mut("/overrides/0").unwrap() = json!({
        "id": "both", "when": {"measure": "custom.x", "at_least": 1, "at_most": 2}, "cap": 50, "floor": 40,
    });
    assert_eq!(pointers(&document), ["/overrides/0/when", "/overrides/0"]);
}

#[test]
fn a_scorecard_is_chosen_by_the_customers_attributes() {
    let scorecard = Scorecard::parse(&full()).unwrap();
    let customer = |value: Value| {
        let id = keepwell_domain::id::CustomerId::parse("acme").unwrap();
        let now = "2026-11-01T00:00:00Z".parse().unwrap();
        keepwell_domain::customer::NewCustomer::parse(&value).unwrap().create(id, now)
    };
    let cases = [
        (json!({"name": "A", "plan": "Enterprise", "tags": ["vip"]}), true),
        (json!({"name": "A", "plan": "Enterprise"}), false),
        (json!({"name": "A", "tags": ["vip"]}), false),
        (json!({"name": "A", "plan": "Enterprise", "tags": ["vip"], "attributes": {"trial": 3.0}}), false),
        (json!({"name": "A", "plan": "Enterprise", "tags": ["vip"], "attributes": {"trial": 4}}), true),
    ];
    for (attributes, expected) in cases {
        assert_eq!(scorecard.applies_to(&customer(attributes.clone())), expected, "{attributes}");
    }
    let everyone = Scorecard::from_yaml(Scorecard::default_document()).unwrap();
    assert!(everyone.applies_to(&customer(json!({"name": "A"}))));
}
