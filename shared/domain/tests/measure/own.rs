//! The team's own measures.

use chrono::Duration;
use keepwell_domain::measure::{Inputs, MeasureValue, measure_all};
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::signal::CustomMeasure;
use serde_json::{Value, json};

use super::given::{ago, customer, inputs, now, read};

fn own(name: &str, value: Value, days_ago: f64) -> CustomMeasure {
    read!(CustomMeasure, json!({"name": name, "value": value, "observed_at": ago(days_ago)}))
}

#[test]
fn a_custom_measure_is_what_was_sent_and_as_old_as_it_says() {
    let customer = customer(json!({}));
    let sent = [
        own("invoices_late", json!(2), 3.0),
        own("tier", json!("gold"), 400.0),
        own("has_sso", json!(true), 0.0),
        own("tomorrow", json!(1), -1.0),
    ];
    let values = measure_all(&Inputs { custom_measures: &sent, ..inputs(&customer) });
    let late = values.of("custom.invoices_late").unwrap();
    assert_eq!((&late.value, late.observed_at), (&MeasureValue::Number(2.0), ago(3.0)));
    assert_eq!(values.of("custom.tier").unwrap().value, MeasureValue::Word("gold".into()));
    assert_eq!(values.of("custom.has_sso").unwrap().value, MeasureValue::Boolean(true));
    assert_eq!(values.of("custom.tomorrow"), None, "what was observed later is not known yet");
    assert_eq!(values.of("custom.never_sent"), None);
}

#[test]
fn a_rule_uses_a_custom_measure_without_code_until_it_is_stale() {
    let rule = json!({"id": "invoices", "measure": "custom.invoices_late", "weight": 1, "valid_days": 30,
        "points": {"linear": {"zero_at": 4, "full_at": 0}}});
    let document = json!({"format": 1, "id": "own", "dimensions": [{"id": "team", "weight": 1, "rules": [rule]}]});
    let scorecard = Compiled::new(&Scorecard::parse(&document).unwrap(), None);
    let customer = customer(json!({}));
    let sent = [own("invoices_late", json!(1), 10.0)];
    let score_at = |as_of| {
        let values = measure_all(&Inputs { as_of, custom_measures: &sent, ..inputs(&customer) });
        scorecard.evaluate(&values, as_of).value
    };
    assert_eq!(score_at(now()), Some(75.0));
    assert_eq!(score_at(ago(10.0)), Some(75.0));
    assert_eq!(score_at(ago(10.0) - Duration::seconds(1)), None, "before it was observed");
    assert_eq!(score_at(ago(10.0) + Duration::days(31)), None, "after it grew stale");
}
