//! What sets an automation off, and what does not.

use keepwell_domain::automation::Automation;
use keepwell_domain::automation::plan::{Plan, plan};
use keepwell_domain::event::Fact;
use keepwell_domain::health_status::HealthStatus::{Healthy, Steady, Struggling};
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::signal::Severity;
use serde_json::{Value, json};

use crate::given::{Given, given};

fn automation(trigger: &Value) -> Automation {
    Automation::parse(&json!({
        "format": 1, "id": "a", "name": "A", "on": true, "trigger": trigger,
        "actions": [{ "add_tag": { "tag": "seen" } }],
    }))
    .unwrap()
}

/// Whether an automation with that trigger acts on the fact.
fn acts(trigger: &Value, fact: Fact) -> bool {
    matches!(given().plan(&automation(trigger), fact), Plan::Steps(_))
}

#[test]
fn bands_that_change_from_and_to_unknown_are_no_change_to_a_word() {
    let band = |from, to| Fact::BandChanged { from, to };
    let trigger = json!({ "band_changed": { "to": ["struggling", "steady"] } });
    assert!(acts(&trigger, band(Some(Healthy), Some(Steady))));
    assert!(acts(&trigger, band(None, Some(Struggling))));
    assert!(!acts(&trigger, band(Some(Healthy), None)));
    assert!(!acts(&json!({ "band_changed": { "from": ["healthy"] } }), band(None, Some(Steady))));
    assert!(acts(&json!({ "band_changed": {} }), band(None, None)));
}

#[test]
fn tickets_are_told_apart_by_severity() {
    let opened = |severity| Fact::TicketOpened { ticket: CustomerId::parse("t1").unwrap(), severity };
    assert!(acts(&json!({ "ticket_opened": { "severity": ["critical"] } }), opened(Severity::Critical)));
    assert!(!acts(&json!({ "ticket_opened": { "severity": ["critical"] } }), opened(Severity::High)));
    assert!(acts(&json!({ "ticket_opened": {} }), opened(Severity::Low)));
    assert!(!acts(&json!({ "ticket_escalated": {} }), opened(Severity::Low)));
}

#[test]
fn time_is_waited_for_by_its_own_number_of_days() {
    let renewal = |days| Fact::RenewalApproaching { renewal_on: "2026-09-01".parse().unwrap(), days };
    assert!(acts(&json!({ "renewal_in": { "days": 90 } }), renewal(90)));
    assert!(!acts(&json!({ "renewal_in": { "days": 90 } }), renewal(30)));
    assert!(acts(&json!({ "no_contact_for": { "days": 30 } }), Fact::ContactLapsed { last_met_at: None, days: 30 }));
}

fn point(at: &str, value: f64) -> ScorePoint {
    serde_json::from_value(json!({
        "at": at, "value": value, "raw": value, "band": "steady", "coverage": 1.0,
        "scorecard": { "id": "default", "version": 1 },
    }))
    .unwrap()
}

/// Whether "fell by 10 within 7 days" acts on the newest of the points.
fn fell(given: &Given, points: &[ScorePoint]) -> bool {
    let [.., before, now] = points else { panic!("two points at least") };
    let mut event = given.event(Fact::ScoreChanged { from: before.value, to: now.value });
    event.occurred_at = now.at;
    let context = keepwell_domain::automation::context::Context { points, ..given.context() };
    matches!(plan(&automation(&json!({ "score_fell": { "points": 10, "days": 7 } })), &event, &context), Plan::Steps(_))
}

#[test]
fn a_fall_is_measured_over_its_days_and_counts_once() {
    let mut given = given();
    let slow =
        [point("2026-02-01T00:00:00Z", 80.0), point("2026-02-10T00:00:00Z", 75.0), point("2026-02-20T00:00:00Z", 68.0)];
    assert!(!fell(&given, &slow), "5 and 7 points, each in its own week");
    let fast =
        [point("2026-02-01T00:00:00Z", 80.0), point("2026-02-18T00:00:00Z", 75.0), point("2026-02-20T00:00:00Z", 70.0)];
    assert!(fell(&given, &fast), "10 points within the week: the value of its first day counts");
    given.previous_runs = vec!["2026-02-20T00:00:01Z".parse().unwrap()];
    let further = [fast.as_slice(), &[point("2026-02-21T00:00:00Z", 66.0)]].concat();
    assert!(!fell(&given, &further), "only 4 below where it was reported");
    let again = [further.as_slice(), &[point("2026-02-22T00:00:00Z", 60.0)]].concat();
    assert!(fell(&given, &again), "10 below where it was reported");
}
