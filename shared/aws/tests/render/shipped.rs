//! The texts of the shipped automations.

use keepwell_aws::render::{RenderError, Templates};
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::plan::{Effect, Plan, plan};
use keepwell_domain::automation::variables::{contact_variables, variables};
use keepwell_domain::contact::NewContact;
use keepwell_domain::customer::NewCustomer;
use keepwell_domain::event::Event;
use keepwell_domain::id::CustomerId;
use keepwell_domain::mail::Recipient;
use serde_json::{Value, json};

use crate::samples::{mail, sample};

/// Everything that the shipped automations do about a fact, rendered with the domain's own variables and nothing more.
fn effects(fact: &Value) -> Vec<String> {
    let now = "2026-03-06T15:00:00Z".parse().unwrap();
    let customer = NewCustomer::parse(&json!({ "name": "Acme Foods", "owner": "ana.ruiz@team.test" }))
        .unwrap()
        .create(CustomerId::parse("acme").unwrap(), now);
    let contact = json!({ "name": "Dana Scully", "email": "dana@acme.test", "role": "decision_maker" });
    let contacts = [NewContact::parse(&contact).unwrap().create(CustomerId::parse("c1").unwrap(), now)];
    let mut event = json!({
        "event_id": "evt_1", "customer_id": "acme", "aggregate_version": 1, "occurred_at": now, "correlation_id": "evt_1", "hop": 0,
    });
    event.as_object_mut().unwrap().extend(fact.as_object().unwrap().clone());
    let event: Event = serde_json::from_value(event).unwrap();
    let settings = serde_json::from_value(json!({ "manager": "max@team.test" })).unwrap();
    let context = Context::new(&customer, &contacts, &settings, now);
    let templates = Templates::shipped();
    let mut lines = vec![];
    for automation in keepwell_domain::automation::shipped() {
        let Plan::Steps(steps) = plan(&automation, &event, &context) else {
            continue;
        };
        for step in steps {
            let mut words = variables(&event, &context);
            match step.effect {
                Effect::Mail(draft) => {
                    let mut links = json!({ "customer": "https://keepwell.test/customers/acme" });
                    if let Recipient::Contact { .. } = draft.recipient {
                        words.insert("contact".to_owned(), contact_variables(&contacts[0]));
                        links = json!({ "unsubscribe": "https://keepwell.test/u/TOKEN" });
                    }
                    words.insert("links".to_owned(), links);
                    lines.push(mail(draft.content.template(draft.alert), &words.into()).subject);
                }
                Effect::Task(draft) => {
                    let words = words.into();
                    let text = |source: &str| templates.text(source, &words).unwrap();
                    lines.push(format!("[{}] {}\n{}", draft.priority, text(&draft.title), text(&draft.detail)));
                }
                other => panic!("{}: {other:?}", automation.id),
            }
        }
    }
    lines
}

#[test]
fn every_shipped_automation_can_be_rendered_for_a_customer_of_whom_little_is_known() {
    let mut all = vec![];
    for fact in [
        json!({ "type": "health_status.changed.v1", "data": { "from": null, "to": "struggling" } }),
        json!({ "type": "health_status.changed.v1", "data": { "from": "struggling", "to": "steady" } }),
        json!({ "type": "health_status.changed.v1", "data": { "from": "steady", "to": "healthy" } }),
        json!({ "type": "health_status.changed.v1", "data": { "from": "healthy", "to": "thriving" } }),
        json!({ "type": "health_status.became_stale.v1", "data": { "status": "steady", "set_at": "2025-12-01T09:00:00Z" } }),
        json!({ "type": "insight.changed.v1", "data": { "from": "unknown", "to": "churn_risk" } }),
        json!({ "type": "insight.changed.v1", "data": { "from": "unknown", "to": "product_issues" } }),
        json!({ "type": "insight.changed.v1", "data": { "from": "unknown", "to": "business_trouble" } }),
        json!({ "type": "insight.changed.v1", "data": { "from": "unknown", "to": "advocate" } }),
        json!({ "type": "feedback.answered.v1", "data": {
            "request": "req_1", "contact": "c1", "rating": "not_happy", "previous": "happy", "revision": 2 } }),
        json!({ "type": "happiness.dropped.v1", "data": { "kind": "points", "from": 80.0, "to": 62.5 } }),
    ] {
        let effects = effects(&fact);
        assert!(!effects.is_empty(), "{fact}");
        all.extend(effects);
    }
    insta::assert_snapshot!(all.join("\n\n"));
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
