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
    let pilot = json!({ "field": "tag", "in": ["pilot"] });
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
fn effects_of_one_event_have_different_keys_and_the_same_step_the_same_key() {
    let given = given();
    let automation = find("insight-churn-risk");
    let keys = || {
        let Plan::Steps(steps) = given.plan(&automation, insight(Insight::ChurnRisk)) else { panic!("must act") };
        steps.iter().filter_map(|step| step.effect_key(&automation, "evt_1")).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(),
        [
            "mail/insight-churn-risk@1/evt_1/0/ana.ruiz@team.test",
            "mail/insight-churn-risk@1/evt_1/0/max@team.test",
            "task/insight-churn-risk@1/evt_1/1/",
        ]
    );
    assert_eq!(keys(), keys());
}
