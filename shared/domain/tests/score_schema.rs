//! The published JSON Schema of a scorecard: it takes what we take, and refuses what a schema can refuse.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use jsonschema::Validator;
use keepwell_domain::score::schema::scorecard_schema;
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::to_value(scorecard_schema()).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// One rule in one dimension; `change` makes it another document.
fn document(change: impl FnOnce(&mut Value)) -> Value {
    let rule = json!({ "id": "r", "measure": "usage.active_days_28d", "weight": 1, "points": { "linear": { "zero_at": 0, "full_at": 20 } } });
    let mut document = json!({ "format": 1, "id": "t", "dimensions": [{ "id": "d", "weight": 1, "rules": [rule] }] });
    change(&mut document);
    document
}

fn of_rule(change: impl FnOnce(&mut Value)) -> Value {
    document(|document| change(&mut document["dimensions"][0]["rules"][0]))
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scorecard.schema.json");
    let schema = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == schema, "run `UPDATE_SCHEMA=1 cargo test -p keepwell-domain --test score_schema`");
}

#[test]
fn what_we_take_the_schema_takes() {
    let validator = validator();
    let shipped = serde_json::to_value(Scorecard::shipped()).unwrap();
    let good = [
        shipped,
        document(|_| {}),
        document(|document| document["applies_to"] = json!({})),
        document(|document| {
            document["applies_to"] = json!({ "any": [{ "field": "plan", "in": ["A", 3, true] }, { "none": [{ "field": "attributes.x", "in": ["y"] }] }] });
        }),
        document(|document| document["name"] = Value::Null),
        document(|document| document["dimensions"][0]["combine"] = json!("max")),
        document(|document| {
            document["overrides"] = json!([{ "id": "o", "when": { "measure": "team.health_status", "equals": "struggling" }, "floor": 1 },
                { "id": "p", "when": { "measure": "custom.x", "at_most": -2.5 }, "set": 100 }]);
        }),
        of_rule(|rule| rule["points"] = json!({ "bands": [{ "at_least": 1, "points": 50 }], "otherwise": 2 })),
        of_rule(|rule| rule["points"] = json!({ "trend": { "zero_at": 0.5, "full_at": 1.5 } })),
        of_rule(|rule| {
            rule["measure"] = json!("custom.nps-2.eu");
            rule["points"] = json!({ "boolean": { "true": 100, "false": 0 } });
        }),
        of_rule(|rule| {
            rule["measure"] = json!("team.health_status");
            rule["points"] = json!({ "map": { "thriving": 100 } });
        }),
        of_rule(|rule| rule["missing"] = json!("worst")),
        of_rule(|rule| rule["missing"] = json!({ "neutral": 50 })),
        of_rule(|rule| rule["valid_days"] = json!(0.5)),
    ];
    for document in good {
        Scorecard::parse(&document).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{document:#}: {errors:?}");
    }
}

#[test]
fn what_the_schema_can_see_is_wrong_is_refused_by_both() {
    let validator = validator();
    let wrong = [
        json!([]),
        json!({}),
        document(|document| document["format"] = json!(2)),
        document(|document| document["id"] = json!("a b")),
        document(|document| document["colour"] = json!("red")),
        document(|document| document["dimensions"] = json!([])),
        document(|document| document["dimensions"][0]["rules"] = json!([])),
        document(|document| document["dimensions"][0]["weight"] = json!(-1)),
        document(|document| document["dimensions"][0]["combine"] = json!("median")),
        document(|document| document["bands"] = json!({ "thriving": 80, "healthy": 60 })),
        document(|document| {
            document["overrides"] = json!([{ "id": "o", "when": { "measure": "custom.x", "more_than": 1 } }]);
        }),
        document(|document| {
            document["overrides"] = json!([{ "id": "o", "when": { "measure": "custom.x" }, "cap": 1 }]);
        }),
        document(|document| {
            document["overrides"] =
                json!([{ "id": "o", "when": { "measure": "custom.x", "more_than": 1 }, "cap": 1, "why": "" }]);
        }),
        of_rule(|rule| rule["measure"] = json!("usage.nothing")),
        of_rule(|rule| rule["measure"] = json!("custom.")),
        of_rule(|rule| rule["points"] = json!({ "linear": { "zero_at": 0 } })),
        of_rule(|rule| rule["points"] = json!({ "linear": { "zero_at": 0, "full_at": "1" } })),
        of_rule(|rule| rule["points"] = json!({ "steps": [] })),
        of_rule(|rule| rule["points"] = json!({ "bands": [] })),
        of_rule(|rule| rule["points"] = json!({ "bands": [{ "at_least": 1, "points": 101 }] })),
        of_rule(|rule| rule["points"]["otherwise"] = json!(1)),
        of_rule(|rule| rule["missing"] = json!("zero")),
        of_rule(|rule| rule["missing"] = json!({ "neutral": 200 })),
        of_rule(|rule| rule["valid_days"] = json!(0)),
        of_rule(|rule| rule["note"] = json!("x")),
    ];
    for document in wrong {
        assert!(Scorecard::parse(&document).is_err(), "{document:#}");
        assert!(!validator.is_valid(&document), "{document:#}");
    }
}
