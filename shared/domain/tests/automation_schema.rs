//! The published JSON Schema of an automation: it takes what we take, and refuses what a schema can refuse.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jsonschema::Validator;
use keepwell_domain::automation::schema::automation_schema;
use keepwell_domain::automation::{Automation, shipped};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::to_value(automation_schema()).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

fn document(key: &str, value: Value) -> Value {
    let mut document = json!({
        "format": 1, "id": "a", "name": "A", "on": true, "trigger": { "happiness_dropped": {} },
        "actions": [{ "add_tag": { "tag": "sad" } }],
    });
    document.as_object_mut().unwrap().insert(key.to_owned(), value);
    document
}

#[test]
fn the_published_schema_is_the_one_of_the_types() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/automation.schema.json");
    let schema = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &schema).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert!(published == schema, "run `UPDATE_SCHEMA=1 cargo test -p keepwell-domain --test automation_schema`");
}

#[test]
fn what_we_take_the_schema_takes() {
    let validator = validator();
    let task = json!({ "title": "T", "priority": "low", "due_in_working_days": 0 });
    let with = |assignee: Value| {
        let mut task = task.clone();
        task.as_object_mut().unwrap().insert("assignee".to_owned(), assignee);
        json!([{ "task": task }])
    };
    let good = [
        document("trigger", json!({ "health_status_changed": {} })),
        document("trigger", json!({ "score_fell": { "points": 0.5, "days": 90 } })),
        document("trigger", json!({ "ticket_opened": { "severity": ["critical"] } })),
        document("trigger", json!({ "milestone_overdue": { "days": 1 } })),
        document(
            "conditions",
            json!({ "none": [{ "field": "tags", "in": ["x"] }, { "all": [{ "field": "score", "less_than": 3 }] }] }),
        ),
        document("conditions", json!({ "field": "measure.custom.x", "at_least": 3 })),
        document("cool_down", json!({ "times": 1, "days": 1 })),
        document("actions", json!([{ "task": task }])),
        document("actions", with(json!("owner_or_manager"))),
        document("actions", with(json!({ "person": "a@b.test" }))),
        document("actions", json!([{ "mail": { "template": "status-steady", "to": { "role": "champion" } } }])),
        document("actions", json!([{ "mail": { "subject": "S", "text": "T", "to": "manager" } }])),
        document(
            "actions",
            json!([{ "wait": { "days": 3, "still": { "field": "plan", "known": true } } }, { "webhook": { "endpoint": "crm" } }]),
        ),
        document(
            "actions",
            json!([{ "set_attribute": { "name": "risk", "value": null } }, { "slack": { "endpoint": "s", "text": "x" } }]),
        ),
    ];
    let shipped = shipped().into_iter().map(|automation| serde_json::to_value(automation).unwrap());
    for document in shipped.chain(good) {
        Automation::parse(&document).unwrap();
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
        document("colour", json!("red")),
        document("on", json!("yes")),
        document("trigger", json!({ "moon_phase": {} })),
        document("trigger", json!({ "renewal_in": {} })),
        document("trigger", json!({ "feedback_answered": { "rating": ["sad"] } })),
        document("conditions", json!({ "field": "shoe_size", "in": ["a"] })),
        document("conditions", json!({ "field": "score", "below": 3 })),
        document("cool_down", json!({ "times": 1 })),
        document("actions", json!([{ "fax": {} }])),
        document("actions", json!([{ "mail": { "template": "x", "to": "everybody" } }])),
        document("actions", json!([{ "wait": { "days": "3" } }, { "webhook": { "endpoint": "crm" } }])),
        document("actions", json!([{ "add_tag": { "tag": "x", "colour": "red" } }])),
    ];
    for document in wrong {
        assert!(Automation::parse(&document).is_err(), "{document:#}");
        assert!(!validator.is_valid(&document), "{document:#}");
    }
}
