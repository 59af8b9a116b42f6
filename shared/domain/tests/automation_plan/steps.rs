//! What the shipped automations do.

use chrono::NaiveDate;
use keepwell_domain::automation::plan::{Effect, Plan};
use keepwell_domain::contact::MailState;
use keepwell_domain::event::Fact;
use keepwell_domain::happiness::{DropKind, HappinessLevel};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::insight::Insight;

use crate::given::{Given, answer, contact, find, given, insight, status};

#[test]
fn struggling_mails_the_decision_maker_and_makes_a_high_task() {
    assert_eq!(
        given().everything(&status(HealthStatus::Struggling)),
        ["status-struggling: mail status-struggling to c1", "status-struggling: high task due 2026-03-09"]
    );
}

#[test]
fn the_other_statuses_have_their_own_steps() {
    assert_eq!(
        given().everything(&status(HealthStatus::Steady)),
        ["status-steady: mail status-steady to c1", "status-steady: normal task due 2026-03-13"]
    );
    assert_eq!(given().everything(&status(HealthStatus::Healthy)), ["status-healthy: mail status-healthy to c1"]);
    assert_eq!(
        given().everything(&status(HealthStatus::Thriving)),
        ["status-thriving: mail status-thriving to c1", "status-thriving: normal task due 2026-03-20"]
    );
}

#[test]
fn churn_risk_tells_owner_and_manager_at_once() {
    assert_eq!(
        given().everything(&insight(Insight::ChurnRisk)),
        [
            "insight-churn-risk: mail churn-risk-alert to ana.ruiz@team.test (alert)",
            "insight-churn-risk: mail churn-risk-alert to max@team.test (alert)",
            "insight-churn-risk: urgent task due 2026-03-06",
        ]
    );
}

#[test]
fn an_urgent_task_of_a_saturday_is_due_on_monday() {
    let mut given = given();
    given.now = "2026-03-07T10:00:00Z".parse().unwrap();
    let Plan::Steps(steps) = given.plan(&find("insight-churn-risk"), insight(Insight::ChurnRisk)) else {
        panic!("must act")
    };
    let Some(Effect::Task(task)) = steps.last().map(|step| &step.effect) else { panic!("must make a task") };
    assert_eq!(task.due_on, NaiveDate::from_ymd_opt(2026, 3, 9).unwrap());
    assert_eq!(task.owner, given.customer.profile.owner);
}

#[test]
fn the_other_insights_make_one_task_each() {
    let given = given();
    assert_eq!(given.everything(&insight(Insight::Advocate)), ["insight-advocate: normal task due 2026-03-20"]);
    assert_eq!(
        given.everything(&insight(Insight::ProductIssues)),
        ["insight-product-issues: high task due 2026-03-11"]
    );
    assert_eq!(
        given.everything(&insight(Insight::BusinessTrouble)),
        ["insight-business-trouble: high task due 2026-03-10"]
    );
    assert!(given.everything(&insight(Insight::Unknown)).is_empty());
    assert!(given.everything(&insight(Insight::Stale)).is_empty());
}

#[test]
fn a_negative_answer_makes_a_high_task_due_in_two_working_days() {
    let given = given();
    let task = ["negative-answer: high task due 2026-03-10"];
    assert_eq!(given.everything(&answer(HappinessLevel::NotHappy, None)), task);
    assert_eq!(given.everything(&answer(HappinessLevel::NotHappy, Some(HappinessLevel::Happy))), task);
    assert!(given.everything(&answer(HappinessLevel::Neutral, None)).is_empty());
}

#[test]
fn a_comment_added_to_the_same_answer_is_not_a_second_answer() {
    assert!(given().everything(&answer(HappinessLevel::NotHappy, Some(HappinessLevel::NotHappy))).is_empty());
}

#[test]
fn drops_and_stale_statuses_make_tasks() {
    let given = given();
    let drop = Fact::HappinessDropped { kind: DropKind::Points, from: 80.0, to: 60.0 };
    assert_eq!(given.everything(&drop), ["happiness-dropped: high task due 2026-03-11"]);
    let stale = Fact::HealthStatusBecameStale { status: HealthStatus::Steady, set_at: given.now };
    assert_eq!(given.everything(&stale), ["status-stale: normal task due 2026-03-11"]);
}

#[test]
fn facts_that_no_automation_waits_for_do_nothing() {
    let given = given();
    for fact in [
        Fact::CustomerCreated {},
        Fact::CustomerChanged {},
        Fact::TaskCreated { task: "tsk_1".to_owned() },
        Fact::BandChanged { from: None, to: Some(HealthStatus::Struggling) },
    ] {
        assert!(given.everything(&fact).is_empty(), "{fact:?}");
    }
}

#[test]
fn nobody_is_mailed_who_must_not_be() {
    for (state, reason) in [
        (MailState::Unsubscribed, "contact c1 asked for no more mail"),
        (MailState::Bounced, "mail to contact c1 bounced"),
        (MailState::Complained, "contact c1 marked a mail as spam"),
    ] {
        let mut given = given();
        given.contacts.iter_mut().for_each(|contact| contact.mail.state = state);
        let lines = given.everything(&status(HealthStatus::Struggling));
        assert_eq!(
            lines,
            [format!("status-struggling: skipped: {reason}"), "status-struggling: high task due 2026-03-09".to_owned(),]
        );
    }
}

#[test]
fn without_a_decision_maker_the_mail_is_skipped_and_the_task_made() {
    let mut given = given();
    given.contacts.remove(0);
    let lines = given.everything(&status(HealthStatus::Struggling));
    assert_eq!(
        lines,
        [
            "status-struggling: skipped: the customer has no decision maker among its contacts",
            "status-struggling: high task due 2026-03-09",
        ]
    );
}

#[test]
fn every_decision_maker_is_mailed_but_no_address_twice() {
    let mut given = given();
    given.contacts.push(contact("c3", "Dana@ACME.test", "decision_maker"));
    given.contacts.push(contact("c4", "dora@acme.test", "decision_maker"));
    let lines = given.everything(&status(HealthStatus::Healthy));
    assert_eq!(lines, ["status-healthy: mail status-healthy to c1", "status-healthy: mail status-healthy to c4"]);
}

#[test]
fn owner_and_manager_may_be_missing_or_one_person() {
    let alert = |given: &Given| {
        let mut lines = given.everything(&insight(Insight::ChurnRisk));
        lines.pop();
        lines
    };
    let mut given = given();
    given.settings.manager = given.customer.profile.owner.clone();
    assert_eq!(alert(&given), ["insight-churn-risk: mail churn-risk-alert to ana.ruiz@team.test (alert)"]);
    given.settings.manager = None;
    given.customer.profile.owner = None;
    assert_eq!(
        alert(&given),
        [
            "insight-churn-risk: skipped: the customer has no owner",
            "insight-churn-risk: skipped: no manager is set in the settings",
        ]
    );
}
