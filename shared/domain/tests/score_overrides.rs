//! Overrides: by the scorecard and by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::needless_pass_by_value, reason = "a literal without & reads better")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::measure::{MeasureValues, Observed, Resolved};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::manual_override::ManualOverride;
use keepwell_domain::score::number::PointValue;
use keepwell_domain::score::request::evaluate_request;
use keepwell_domain::score::scorecard::{LimitKind, Scorecard};
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
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

/// A score of `raw` with these overrides, all triggered by `custom.a`.
fn overridden(raw: f64, limits: Value) -> Score {
    let overrides: Vec<Value> = limits
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, limit)| {
            let mut override_ = limit.clone();
            override_["id"] = json!(format!("o{index}"));
            override_["when"] = json!({"measure": "custom.on", "equals": true});
            override_
        })
        .collect();
    evaluate(
        json!({"format": 1, "id": "t", "dimensions": plain(&[("a", 1.0)]), "overrides": overrides}),
        json!({"custom.a": raw, "custom.on": true}),
    )
}

#[test]
fn overrides_act_in_order_and_the_raw_score_is_kept() {
    for (raw, limits, value) in [
        (90.0, json!([{"cap": 50}]), 50.0),
        (30.0, json!([{"cap": 50}]), 30.0),
        (30.0, json!([{"floor": 45.5}]), 45.5),
        (30.0, json!([{"set": 77}]), 77.0),
        (90.0, json!([{"cap": 50}, {"floor": 60}]), 60.0),
        (90.0, json!([{"floor": 60}, {"cap": 50}]), 50.0),
    ] {
        let score = overridden(raw, limits.clone());
        assert_eq!((score.raw, score.value), (Some(raw), Some(value)), "{limits}");
        assert_eq!(score.overrides.len(), limits.as_array().unwrap().len());
    }
    let score = overridden(90.0, json!([{"cap": 50}]));
    assert_eq!((score.display, score.band), (Some(50), Some(HealthStatus::Steady)));
    assert_eq!((score.overrides[0].before, score.overrides[0].after), (Some(90.0), Some(50.0)));
}

#[test]
fn an_override_needs_its_condition_and_data() {
    let with = |when: Value, measures: Value| {
        let mut when = when;
        when["measure"] = json!("custom.b");
        let document = json!({"format": 1, "id": "t", "dimensions": plain(&[("a", 1.0)]), "overrides": [{"id": "o", "when": when, "cap": 50}]});
        !evaluate(document, measures).overrides.is_empty()
    };
    for (when, value, holds) in [
        (json!({"more_than": 7}), json!(7), false),
        (json!({"more_than": 7}), json!(7.01), true),
        (json!({"at_least": 7}), json!(7), true),
        (json!({"less_than": 7}), json!(7), false),
        (json!({"at_most": 7}), json!(7), true),
        (json!({"equals": 7}), json!(7), true),
        (json!({"equals": 7}), json!(8), false),
        (json!({"equals": "a"}), json!("a"), true),
        (json!({"equals": true}), json!(false), false),
        (json!({"equals": true}), Value::Null, false),
        (json!({"less_than": 7}), Value::Null, false),
    ] {
        let measures = json!({"custom.a": 90, "custom.b": value});
        assert_eq!(with(when.clone(), measures), holds, "{when} {value}");
    }
}

fn by_hand(kind: LimitKind, value: f64) -> ManualOverride {
    ManualOverride {
        kind,
        value: PointValue(value),
        reason: "they told me".to_owned(),
        set_by: EmailAddress::parse("csm@keepwell.example").unwrap(),
        set_at: now() - Duration::days(1),
        expires_at: now() + Duration::days(1),
    }
}

#[test]
fn an_override_by_hand_acts_last_and_can_give_a_score_where_there_was_none() {
    let document = json!({"format": 1, "id": "t", "dimensions": plain(&[("a", 1.0)])});
    let compiled = Compiled::new(&Scorecard::parse(&document).unwrap(), None);
    let score = |by_hand: &ManualOverride| compiled.score(&MeasureValues::default(), Some(by_hand), now());
    assert_eq!(score(&by_hand(LimitKind::Cap, 40.0)).value, None);
    let set = score(&by_hand(LimitKind::Set, 40.0));
    assert_eq!((set.value, set.raw), (Some(40.0), None));
    assert_eq!(set.band, Some(HealthStatus::Steady));
    assert_eq!(set.overrides[0].id, None);
}

#[test]
fn an_override_by_hand_acts_from_when_it_is_set_until_it_expires() {
    let document = json!({"format": 1, "id": "t", "dimensions": plain(&[("a", 1.0)])});
    let compiled = Compiled::new(&Scorecard::parse(&document).unwrap(), None);
    let mut values = MeasureValues::default();
    values.set(Resolved::find("custom.a").unwrap(), Some(Observed::number(90.0, now() - Duration::days(9))));
    let cap = by_hand(LimitKind::Cap, 40.0);
    let value = |at| compiled.score(&values, Some(&cap), at).value;
    assert_eq!(value(cap.set_at - Duration::seconds(1)), Some(90.0));
    assert_eq!(value(cap.set_at), Some(40.0));
    assert_eq!(value(cap.expires_at - Duration::seconds(1)), Some(40.0));
    assert_eq!(value(cap.expires_at), Some(90.0));
}

#[test]
fn the_shipped_scorecard_caps_a_customer_with_an_old_critical_ticket() {
    let scorecard: Value = serde_json::to_value(Scorecard::from_yaml(Scorecard::default_document()).unwrap()).unwrap();
    let with = |critical_days: f64| {
        evaluate(
            scorecard.clone(),
            json!({
                "usage.active_days_28d": 20, "usage.events_trend_ratio": 1.2, "team.health_status": "thriving",
                "customer.happiness": 100, "tickets.oldest_open_critical_days": critical_days,
            }),
        )
    };
    let well = with(0.0);
    assert_eq!((well.value, well.band), (Some(100.0), Some(HealthStatus::Thriving)));
    // Shares of the document's weights: 40 % of 40, 30 % of 30, 35 % of 30.
    assert!((well.coverage - (0.16 + 0.09 + 0.105)).abs() < 1e-9, "{}", well.coverage);
    assert!(with(7.0).overrides.is_empty());
    let capped = with(7.5);
    assert_eq!(capped.value, Some(50.0));
    assert!(capped.raw.unwrap() > 90.0);
}
