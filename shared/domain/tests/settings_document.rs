//! Settings as a document: what is absent is as shipped, and everything that is wrong is named.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use keepwell_domain::settings::Settings;
use keepwell_domain::signal::Severity;
use serde_json::{Value, json};

fn pointers(document: &Value) -> Vec<String> {
    let problems = Settings::parse(document).unwrap_err();
    let mut pointers: Vec<String> = problems.0.into_iter().map(|problem| problem.pointer).collect();
    pointers.sort_unstable();
    pointers
}

/// Whether a document with this value at `section` is taken.
fn takes(section: &str, value: &Value) -> bool {
    Settings::parse(&json!({ section: value })).is_ok()
}

#[test]
fn an_empty_document_is_what_is_shipped_and_written_settings_read_back() {
    let shipped = Settings::default();
    assert_eq!(Settings::parse(&json!({})).unwrap(), shipped);
    assert_eq!(Settings::parse(&serde_json::to_value(&shipped).unwrap()).unwrap(), shipped);
    let changed = json!({
        "manager": "lea@example.com", "product_name": "Loom", "high_happiness": 55.5, "high_status": "steady",
        "answer_values": {"neutral": 40}, "role_weights": {"decision_maker": 3, "other": 0},
        "happiness_levels": {"very_happy": 90}, "score_drop": {"days": 14},
        "key_features": ["reports", "api", "reports"], "login_features": ["Session Started"],
        "feature_weights": {"api": 2.5, "a/b~c": 0}, "response_targets": {"high": {"first_response_hours": 2}},
    });
    let settings = Settings::parse(&changed).unwrap();
    assert_eq!(Settings::parse(&serde_json::to_value(&settings).unwrap()).unwrap(), settings);
    assert_eq!((settings.answer_values.neutral, settings.answer_values.happy), (40.0, 75.0));
    assert_eq!((settings.score_drop.days, settings.score_drop.points), (14, 10.0));
    assert_eq!(settings.key_features, ["api", "reports"].map(str::to_owned).into());
    assert_eq!((settings.feature_weight("api"), settings.feature_weight("reports")), (2.5, 1.0));
    let high = settings.response_targets.of(Severity::High);
    assert_eq!((high.first_response_hours, high.resolution_hours), (2.0, 24.0));
}

#[test]
fn everything_that_is_wrong_is_named_with_its_place() {
    let wrong = json!({
        "manager": "lea", "product_name": "", "high_happiness": 101, "high_status": "good", "colour": 1,
        "answer_values": {"very_happy": 70, "not_happy": -1, "sad": 1},
        "role_weights": {"user": -1},
        "happiness_levels": {"very_happy": 60, "neutral": "x"},
        "score_drop": {"points": 0, "days": 91},
        "key_features": ["ok", "", 7], "login_features": "login",
        "feature_weights": {"api": 1001, "a/b": "x", "": 1},
        "response_targets": {"low": {"first_response_hours": 0, "minutes": 3}, "urgent": {}},
    });
    let expected = [
        "/answer_values/happy",
        "/answer_values/not_happy",
        "/answer_values/sad",
        "/colour",
        "/feature_weights/",
        "/feature_weights/api",
        "/feature_weights/a~1b",
        "/happiness_levels/happy",
        "/happiness_levels/neutral",
        "/high_happiness",
        "/high_status",
        "/key_features/1",
        "/key_features/2",
        "/login_features",
        "/manager",
        "/product_name",
        "/response_targets/low/first_response_hours",
        "/response_targets/low/minutes",
        "/response_targets/urgent",
        "/role_weights/user",
        "/score_drop/days",
        "/score_drop/points",
    ];
    assert_eq!(pointers(&wrong), expected);
}

#[test]
fn an_edge_is_inside_and_the_next_value_is_not() {
    for (section, inside, outside) in [
        ("answer_values", json!({"not_happy": 0, "very_happy": 100, "happy": 100}), json!({"very_happy": 100.1})),
        ("answer_values", json!({"happy": 25}), json!({"happy": 24.9})),
        ("happiness_levels", json!({"happy": 79.9}), json!({"happy": 80})),
        ("happiness_levels", json!({"neutral": 0.1}), json!({"neutral": 0})),
        ("score_drop", json!({"points": 0.1, "days": 1}), json!({"days": 0})),
        ("score_drop", json!({"points": 100, "days": 90}), json!({"points": 100.1})),
        ("role_weights", json!({"user": 1e-9, "other": 1000}), json!({"other": 1000.1})),
        ("role_weights", json!({"user": 0, "other": 0, "champion": 0}), json!({"user": 1e-101})),
        ("feature_weights", json!({"api": 0, "b": 1000}), json!({"api": -0.1})),
        ("response_targets", json!({"low": {"resolution_hours": 8760}}), json!({"low": {"resolution_hours": 8760.1}})),
        ("high_happiness", json!(0), json!(-1)),
    ] {
        assert!(takes(section, &inside), "{section} {inside}");
        assert!(!takes(section, &outside), "{section} {outside}");
    }
    let names = |count: usize| json!((0..count).map(|index| format!("f{index}")).collect::<Vec<_>>());
    assert!(takes("key_features", &names(200)) && !takes("key_features", &names(201)));
    assert!(takes("login_features", &json!([])) && !takes("login_features", &json!(["x".repeat(101)])));
}

#[test]
fn nobody_whose_answer_counts_and_a_log_in_as_key_feature_make_no_sense() {
    let nobody = json!({"decision_maker": 0, "champion": 0, "user": 0, "other": 0});
    assert_eq!(pointers(&json!({"role_weights": nobody})), ["/role_weights"]);
    assert_eq!(pointers(&json!({"key_features": ["api", "login"]})), ["/key_features"]);
    assert!(Settings::parse(&json!({"key_features": ["login"], "login_features": ["Signed In"]})).is_ok());
}
