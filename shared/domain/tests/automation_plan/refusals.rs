//! When an automation does not act although the event is its business.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::automation::plan::{Plan, Refusal};
use keepwell_domain::automation::{Automation, CoolDown};
use keepwell_domain::event::MAX_HOPS;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::insight::Insight;
use serde_json::json;

use crate::given::{find, given, insight, status};

#[test]
fn an_automation_that_is_off_says_so() {
    let mut automation = find("status-healthy");
    automation.on = false;
    assert_eq!(given().plan(&automation, status(HealthStatus::Healthy)), Plan::Refused(Refusal::Off));
    assert_eq!(given().plan(&automation, status(HealthStatus::Steady)), Plan::NotTriggered);
}

#[test]
fn the_loop_guard_cuts_the_chain_with_a_reason() {
    let mut given = given();
    let automation = find("status-healthy");
    given.hop = MAX_HOPS - 1;
    assert!(matches!(given.plan(&automation, status(HealthStatus::Healthy)), Plan::Steps(_)));
    given.hop = MAX_HOPS;
    let plan = given.plan(&automation, status(HealthStatus::Healthy));
    let Plan::Refused(refusal) = plan else { panic!("must refuse") };
    assert_eq!(refusal.to_string(), "loop guard: 5 automations followed one another, 5 are allowed");
}

#[test]
fn a_cool_down_rests_until_the_window_has_passed() {
    let mut given = given();
    let automation = find("insight-advocate");
    given.previous_runs = vec![given.now - Duration::days(179)];
    let until = given.now + Duration::days(1);
    assert_eq!(given.plan(&automation, insight(Insight::Advocate)), Plan::Refused(Refusal::CoolingDown { until }));
    given.now = until;
    assert!(matches!(given.plan(&automation, insight(Insight::Advocate)), Plan::Steps(_)));
}

#[test]
fn a_cool_down_counts_only_what_lies_in_its_window() {
    let now: DateTime<Utc> = "2026-03-06T15:00:00Z".parse().unwrap();
    let ago = |days| now - Duration::days(days);
    let twice_in_ten_days = CoolDown { times: 2, days: 10 };
    for (runs, until) in [
        (vec![], None),
        (vec![ago(1)], None),
        (vec![ago(1), ago(11)], None),
        (vec![ago(10), ago(1)], None),
        (vec![ago(1), ago(9)], Some(now + Duration::days(1))),
        (vec![ago(9), ago(3), ago(1)], Some(now + Duration::days(7))),
    ] {
        assert_eq!(twice_in_ten_days.rests_until(&runs, now), until, "{runs:?}");
    }
}

#[test]
fn conditions_are_a_tree_over_the_customer() {
    let given = given();
    let holds = |conditions| {
        let mut document = serde_json::to_value(find("status-healthy")).unwrap();
        document["conditions"] = conditions;
        let automation = Automation::parse(&document).unwrap();
        match given.plan(&automation, status(HealthStatus::Healthy)) {
            Plan::Steps(_) => true,
            plan => {
                assert_eq!(plan, Plan::Refused(Refusal::Conditions));
                false
            }
        }
    };
    let enterprise = json!({ "field": "plan", "in": ["Pro", "Enterprise"] });
    let pilot = json!({ "field": "tags", "in": ["pilot"] });
    let french = json!({ "field": "country", "in": ["FR"] });
    assert!(holds(enterprise.clone()) && holds(pilot.clone()));
    assert!(!holds(french.clone()), "what is not known has no value");
    assert!(holds(json!({ "field": "attributes.tier", "in": [1.0] })));
    assert!(!holds(json!({ "field": "attributes.other", "in": [1] })));
    assert!(holds(json!({ "all": [enterprise, pilot] })));
    assert!(!holds(json!({ "all": [enterprise, french] })));
    assert!(holds(json!({ "any": [enterprise, french] })));
    assert!(!holds(json!({ "none": [enterprise, french] })));
    assert!(holds(json!({ "none": [french, { "all": [pilot, french] }] })));
    assert!(holds(json!({ "field": "insight", "in": ["unknown"] })));
}

#[test]
fn numbers_are_compared_and_what_is_not_known_passes_no_comparison() {
    let mut given = given();
    given.customer.standing.score = Some(49.5);
    let holds = |conditions| {
        let mut document = serde_json::to_value(find("status-healthy")).unwrap();
        document["conditions"] = conditions;
        let automation = Automation::parse(&document).unwrap();
        matches!(given.plan(&automation, status(HealthStatus::Healthy)), Plan::Steps(_))
    };
    for (condition, expected) in [
        (json!({ "field": "score", "less_than": 49.5 }), false),
        (json!({ "field": "score", "at_most": 49.5 }), true),
        (json!({ "field": "score", "more_than": 49.5 }), false),
        (json!({ "field": "score", "at_least": 49.5 }), true),
        (json!({ "field": "arr_cents", "at_least": 12_000_000 }), true),
        (json!({ "field": "renewal_in_days", "less_than": 180 }), true),
        (json!({ "field": "renewal_in_days", "less_than": 179 }), false),
        (json!({ "field": "happiness_value", "less_than": 50 }), false),
        (json!({ "field": "happiness_value", "at_least": 0 }), false),
        (json!({ "field": "happiness_value", "known": false }), true),
        (json!({ "field": "seats", "known": true }), false),
        (json!({ "field": "tags", "known": true }), true),
        (json!({ "field": "contact_roles", "in": ["decision_maker"] }), true),
        (json!({ "none": [{ "field": "contact_roles", "in": ["champion"] }] }), true),
        (json!({ "field": "mailable_contacts", "at_least": 2 }), true),
        (json!({ "field": "attributes.tier", "at_most": 1 }), true),
        (json!({ "field": "measure.usage.active_days_28d", "less_than": 3 }), false),
        (json!({ "field": "dimension.team_view", "known": false }), true),
    ] {
        assert_eq!(holds(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn whoever_pauses_automations_stops_them() {
    let mut given = given();
    given.customer.profile.automations_paused = true;
    let automation = find("status-healthy");
    let plan = |given: &crate::given::Given| given.plan(&automation, status(HealthStatus::Healthy));
    assert_eq!(plan(&given), Plan::Refused(Refusal::CustomerPaused));
    given.settings.automations_paused = true;
    assert_eq!(plan(&given), Plan::Refused(Refusal::Paused));
}
