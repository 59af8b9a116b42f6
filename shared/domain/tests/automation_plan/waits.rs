//! Waiting, and going on.

use keepwell_domain::automation::Automation;
use keepwell_domain::automation::plan::{Plan, Refusal, resume};
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use serde_json::json;

use crate::given::{Given, email, given, line, status};

fn patient() -> Automation {
    Automation::parse(&json!({
        "format": 1, "id": "patient", "name": "Patient", "on": true,
        "trigger": { "health_status_changed": { "to": ["struggling"] } },
        "actions": [
            { "add_tag": { "tag": "at-risk" } },
            { "wait": { "days": 7, "still": { "field": "status", "in": ["struggling"] } } },
            { "set_attribute": { "name": "risk", "value": "high" } },
            { "wait": { "days": 1 } },
            { "remove_tag": { "tag": "pilot" } },
        ],
    }))
    .unwrap()
}

fn lines(plan: Plan) -> Vec<String> {
    let Plan::Steps(steps) = plan else { panic!("must act: {plan:?}") };
    steps.iter().map(line).collect()
}

fn struggling(given: &mut Given) {
    given.customer.status = Some(StatusRecord {
        status: HealthStatus::Struggling,
        reason: "No budget".to_owned(),
        set_by: email("ana@team.test"),
        set_at: given.now,
    });
}

#[test]
fn what_follows_a_wait_is_decided_when_it_is_over() {
    let mut given = given();
    struggling(&mut given);
    let first = lines(given.plan(&patient(), status(HealthStatus::Struggling)));
    assert_eq!(first, ["tag + at-risk", "wait until 2026-03-13 15:00:00 UTC"]);
    let second = lines(resume(&patient(), 1, &given.context()));
    assert_eq!(second, ["attribute risk = \"high\"", "wait until 2026-03-07 15:00:00 UTC"]);
    assert_eq!(lines(resume(&patient(), 3, &given.context())), ["tag - pilot"]);
}

#[test]
fn what_no_longer_holds_ends_the_wait() {
    let given = given();
    assert_eq!(resume(&patient(), 1, &given.context()), Plan::Refused(Refusal::NoLongerTrue));
    let off = Automation { on: false, ..patient() };
    assert_eq!(resume(&off, 1, &given.context()), Plan::Refused(Refusal::Off));
    assert_eq!(resume(&patient(), 0, &given.context()), Plan::NotTriggered, "that is no wait");
}

#[test]
fn what_is_so_already_is_not_done_again() {
    let mut given = given();
    struggling(&mut given);
    given.customer.profile.tags = ["at-risk".to_owned()].into();
    given.customer.profile.attributes.insert("risk".to_owned(), json!("high"));
    let steps = lines(given.plan(&patient(), status(HealthStatus::Struggling)));
    assert_eq!(steps.first().unwrap(), "skipped: the customer has the tag at-risk already");
    assert_eq!(
        lines(resume(&patient(), 1, &given.context())).first().unwrap(),
        "skipped: the attribute risk is so already"
    );
    assert_eq!(lines(resume(&patient(), 3, &given.context())), ["skipped: the customer has no tag pilot"]);
}
