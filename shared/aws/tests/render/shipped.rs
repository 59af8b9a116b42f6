//! The texts of the shipped automations, about every fact that sets one off.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use keepwell_aws::render::{RenderError, RenderedMail, Templates};
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::plan::{Effect, Plan, plan};
use keepwell_domain::automation::shipped;
use keepwell_domain::automation::variables::{contact_variables, variables};
use keepwell_domain::contact::{Contact, NewContact};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::event::Event;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::Insight;
use keepwell_domain::mail::Recipient;
use keepwell_domain::score::history::ScorePoint;
use serde_json::{Value, json};

use crate::samples::{mail, sample};

fn now() -> DateTime<Utc> {
    "2026-03-06T15:00:00Z".parse().unwrap()
}

/// Every fact that sets off a shipped automation, with what may be absent and without it.
fn facts() -> Vec<Value> {
    let fact = |kind: &str, data: Value| json!({ "type": kind, "data": data });
    let status = |from: Option<&str>, to: &str| fact("health_status.changed.v1", json!({ "from": from, "to": to }));
    let insight = |from: &str, to: &str| fact("insight.changed.v1", json!({ "from": from, "to": to }));
    let answer = |previous: Option<&str>| {
        let data =
            json!({ "request": "req_1", "contact": "c1", "rating": "not_happy", "previous": previous, "revision": 2 });
        fact("feedback.answered.v1", data)
    };
    let lapsed = |last: Option<&str>| fact("contact.lapsed.v1", json!({ "last_met_at": last, "days": 30 }));
    let renewal = |on: &str, days: u32| fact("renewal.approaching.v1", json!({ "renewal_on": on, "days": days }));
    let milestone = json!({ "goal": "g1", "milestone": "Go live", "due_on": "2026-03-04", "days": 1 });
    vec![
        status(None, "struggling"),
        status(Some("struggling"), "steady"),
        status(Some("steady"), "healthy"),
        status(Some("healthy"), "thriving"),
        fact("health_status.became_stale.v1", json!({ "status": "steady", "set_at": "2025-12-01T09:00:00Z" })),
        insight("unknown", "churn_risk"),
        insight("advocate", "product_issues"),
        insight("stale", "business_trouble"),
        insight("unknown", "advocate"),
        answer(Some("happy")),
        answer(None),
        fact("happiness.dropped.v1", json!({ "kind": "points", "from": 80.0, "to": 62.5 })),
        fact("happiness.dropped.v1", json!({ "kind": "words", "from": 80.0, "to": 35.0 })),
        fact("score.changed.v1", json!({ "from": 61.0, "to": 48.0 })),
        fact("health_status.disagreed.v1", json!({ "status": "thriving", "band": "steady" })),
        renewal("2026-06-04", 90),
        renewal("2026-04-05", 30),
        lapsed(Some("2026-02-04T09:00:00Z")),
        lapsed(None),
        fact("milestone.overdue.v1", milestone),
        fact("ticket.opened.v1", json!({ "ticket": "T-4711", "severity": "critical" })),
        fact("ticket.escalated.v1", json!({ "ticket": "T-4711", "severity": "high" })),
    ]
}

fn event(fact: &Value) -> Event {
    let mut event = json!({ "event_id": "evt_1", "customer_id": "acme", "aggregate_version": 1, "occurred_at": now(),
        "correlation_id": "evt_1", "hop": 0 });
    event.as_object_mut().unwrap().extend(fact.as_object().unwrap().clone());
    serde_json::from_value(event).unwrap()
}

/// A customer of whom little is known; nobody looks after it.
fn hardly_known() -> Customer {
    let id = CustomerId::parse("acme").unwrap();
    NewCustomer::parse(&json!({ "name": "Acme Foods" })).unwrap().create(id, now())
}

/// A customer of whom everything is known that a text may name.
fn well_known() -> Customer {
    let customer = json!({ "name": "Acme Foods", "owner": "ana.ruiz@team.test", "arr_cents": 12_000_000, "renewal_on": "2026-04-05",
        "plan": "Enterprise", "industry": "Food", "country": "ES", "size": "Mid", "stage": "live" });
    let mut customer = NewCustomer::parse(&customer).unwrap().create(CustomerId::parse("acme").unwrap(), now());
    let (by, reason) = (EmailAddress::parse("ana.ruiz@team.test").unwrap(), "Their main site closed.".to_owned());
    customer.status = Some(StatusRecord { status: HealthStatus::Struggling, set_at: now(), set_by: by, reason });
    customer.standing.score = Some(38.4);
    customer.standing.happiness_level = Some(HappinessLevel::NotHappy);
    customer.standing.insight = Insight::ChurnRisk;
    customer
}

/// What an automation does about a fact, as people get it.
struct Done {
    automation: String,
    mails: Vec<RenderedMail>,
    tasks: Vec<String>,
    skipped: Vec<String>,
}

/// Everything that the shipped automations do about a fact, rendered with the domain's own variables and nothing more.
fn all_done(fact: &Value, customer: &Customer) -> Vec<Done> {
    let contact = json!({ "name": "Dana Scully", "email": "dana@acme.test", "role": "decision_maker" });
    let contacts = [NewContact::parse(&contact).unwrap().create(CustomerId::parse("c1").unwrap(), now())];
    let event = event(fact);
    let settings = serde_json::from_value(json!({ "manager": "max@team.test" })).unwrap();
    let point = |days: i64, value: f64| -> ScorePoint {
        let at = now() - Duration::days(days);
        let scorecard = json!({ "id": "default", "version": 1 });
        let point =
            json!({ "at": at, "value": value, "raw": value, "band": null, "coverage": 1.0, "scorecard": scorecard });
        serde_json::from_value(point).unwrap()
    };
    let points = [point(5, 61.0), point(0, 48.0)];
    let context = Context { points: &points, ..Context::new(customer, &contacts, &settings, now()) };
    let mut all = vec![];
    for automation in shipped() {
        if let Plan::Steps(steps) = plan(&automation, &event, &context) {
            let mut done = Done { automation: automation.id.clone(), mails: vec![], tasks: vec![], skipped: vec![] };
            for step in steps {
                add(&mut done, step.effect, &event, &context, &contacts[0]);
            }
            all.push(done);
        }
    }
    all
}

fn add(done: &mut Done, effect: Effect, event: &Event, context: &Context<'_>, contact: &Contact) {
    let mut words = variables(event, context);
    match effect {
        Effect::Mail(draft) => {
            let mut links = json!({ "customer": "https://keepwell.test/customers/acme" });
            if let Recipient::Contact { .. } = draft.recipient {
                words.insert("contact".to_owned(), contact_variables(contact));
                links = json!({ "unsubscribe": "https://keepwell.test/u/TOKEN" });
            }
            words.insert("links".to_owned(), links);
            done.mails.push(mail(draft.content.template(draft.alert), &words.into()));
        }
        Effect::Task(draft) => {
            let words = words.into();
            let text = |source: &str| Templates::shipped().text(source, &words).unwrap();
            done.tasks.push(format!("[{}] {}\n{}", draft.priority, text(&draft.title), text(&draft.detail)));
        }
        Effect::Skipped { reason } => done.skipped.push(reason),
        other => panic!("{}: {other:?}", done.automation),
    }
}

fn as_read(customer: &Customer) -> String {
    let mut lines = vec![];
    for fact in facts() {
        let all = all_done(&fact, customer);
        assert!(!all.is_empty(), "{fact}");
        for Done { automation, mails, tasks, skipped } in all {
            lines.push(format!("# {automation} ({})", fact["type"].as_str().unwrap()));
            lines.extend(mails.into_iter().map(|mail| format!("Mail: {}", mail.subject)));
            lines.extend(tasks);
            lines.extend(skipped.into_iter().map(|reason| format!("Skipped: {reason}")));
        }
    }
    lines.join("\n\n")
}

#[test]
fn every_shipped_automation_can_be_rendered_for_a_customer_of_whom_little_is_known() {
    insta::assert_snapshot!(as_read(&hardly_known()));
}

#[test]
fn every_shipped_automation_can_be_rendered_for_a_customer_of_whom_much_is_known() {
    insta::assert_snapshot!(as_read(&well_known()));
}

#[test]
fn each_shipped_automation_is_set_off_by_one_of_these_facts() {
    let acted: BTreeSet<String> =
        facts().iter().flat_map(|fact| all_done(fact, &well_known())).map(|done| done.automation).collect();
    assert_eq!(acted, shipped().into_iter().map(|automation| automation.id).collect());
}

#[test]
fn the_alert_to_the_team_reads_well_about_any_event() {
    let settings = serde_json::from_value(json!({})).unwrap();
    let mut texts = vec![];
    let others = [
        json!({ "type": "band.changed.v1", "data": { "from": "steady", "to": null } }),
        json!({ "type": "happiness.changed.v1", "data": { "from": null, "to": "happy" } }),
        json!({ "type": "score.dropped.v1", "data": { "from": 80.0, "to": 69.6, "days": 7 } }),
        json!({ "type": "customer.created.v1", "data": {} }),
    ];
    for fact in facts().into_iter().chain(others) {
        for customer in [hardly_known(), well_known()] {
            let mut words = variables(&event(&fact), &Context::new(&customer, &[], &settings, now()));
            words.insert("links".to_owned(), json!({ "customer": "https://keepwell.test/customers/acme" }));
            let RenderedMail { subject, text, html } = mail("team-alert", &words.into());
            assert!(!html.contains(">none<") && !text.contains("none"), "{html}");
            let (head, _) = text.split_once("\nHealth Status:").unwrap();
            texts.push(format!("Subject: {subject}\n{head}"));
        }
    }
    texts.dedup();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn texts_of_automations_are_plain_strict_and_finite() {
    let templates = Templates::shipped();
    let text = |source: &str| templates.text(source, &sample());
    assert_eq!(text("Call {{ customer.name }}").unwrap(), "Call Acme Foods & Sons");
    assert_eq!(templates.text("{{ plan }}", &json!({ "plan": null })).unwrap(), "unknown");
    for broken in ["{{ nobody }}", "{{ customer.colour }}", "{{ customer.name", "{% include \"mails/layout.html\" %}"] {
        assert!(matches!(text(broken), Err(RenderError::Template { .. })), "{broken}");
    }
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
    assert!(text(endless).is_err());
}
