//! Once per event, automation and version, whatever comes twice.

use keepwell_aws::function::Message;
use keepwell_tests::World;
use serde_json::json;

use super::{on_struggling, runs, set};

/// The messages of the events of one kind, as the dispatcher gets them.
fn messages(world: &World, kind: &str) -> Vec<Message> {
    let events = world.system.local().bus().events();
    let of_kind = events.into_iter().filter(|event| event.detail_type == kind);
    of_kind
        .map(|event| Message { id: "again".to_owned(), detail_type: event.detail_type, detail: event.detail })
        .collect()
}

async fn deliver(world: &World, messages: Vec<Message>) -> Vec<String> {
    let functions = world.system.functions();
    let dispatch = functions.iter().find(|function| function.name == "automation-dispatch").unwrap();
    let failed = (dispatch.subscription.as_ref().unwrap().handler)(messages).await;
    world.settle().await;
    failed
}

#[tokio::test]
async fn an_event_that_comes_again_is_dealt_with() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    set(
        &world,
        &on_struggling("mine", &json!([{ "task": { "title": "Call", "priority": "low", "due_in_working_days": 1 } }])),
    )
    .await;
    world.set_status("acme", "struggling").await;
    let before = (
        world.get("/v1/tasks?customer=acme").await,
        runs(&world, "/v1/runs").await,
        world.mails_to("dora@acme.example").len(),
    );
    let again = messages(&world, "health_status.changed.v1");
    for _ in 0..3 {
        assert_eq!(deliver(&world, [again.clone(), again.clone()].concat()).await, Vec::<String>::new());
    }
    // Also under a later version of the document.
    set(&world, &on_struggling("mine", &json!([{ "add_tag": { "tag": "new" } }]))).await;
    assert_eq!(deliver(&world, again).await, Vec::<String>::new());
    let after = (
        world.get("/v1/tasks?customer=acme").await,
        runs(&world, "/v1/runs").await,
        world.mails_to("dora@acme.example").len(),
    );
    assert_eq!(before, after);
    assert_eq!(world.get("/v1/customers/acme").await["tags"], json!([]));
}

#[tokio::test]
async fn every_event_that_a_trigger_can_wait_for_is_subscribed_to() {
    use keepwell_domain::automation::Automation;
    use keepwell_domain::automation::sample::Sample;
    let world = World::new().await;
    let now = world.system.now();
    let sample = Sample::new(now).unwrap();
    let functions = world.system.functions();
    let dispatch = functions.iter().find(|function| function.name == "automation-dispatch").unwrap();
    let subscribed = dispatch.subscription.as_ref().unwrap().detail_types;
    let days = json!({ "days": 3 });
    let triggers = json!({
        "health_status_changed": {}, "health_status_became_stale": {}, "health_status_disagreed": {}, "band_changed": {},
        "score_fell": { "points": 10, "days": 7 }, "insight_changed": { "to": ["churn_risk"] },
        "feedback_answered": { "rating": ["not_happy"] }, "happiness_dropped": {}, "ticket_opened": {}, "ticket_escalated": {},
        "renewal_in": days, "no_contact_for": days, "milestone_overdue": days,
    });
    // What the schema offers and nothing else, so that a new trigger is noticed here.
    let schema = serde_json::to_value(keepwell_domain::automation::schema::automation_schema()).unwrap();
    let offered = schema["$defs"]["Trigger"]["oneOf"].as_array().unwrap().len();
    assert_eq!(offered, triggers.as_object().unwrap().len());
    let mut needed = std::collections::BTreeSet::new();
    for (kind, value) in triggers.as_object().unwrap() {
        let document = json!({ "format": 1, "id": "x", "name": "X", "on": true, "trigger": { kind: value }, "actions": [{ "add_tag": { "tag": "x" } }] });
        let trigger = Automation::parse(&document).unwrap().trigger;
        let event = trigger.assumed_event(&sample.customer, &sample.contacts, now);
        let points = trigger.assumed_points(&sample.customer, now);
        assert!(trigger.fires(&event, &points, None), "{kind}: {event:?}");
        assert!(subscribed.contains(&event.fact.name()), "{kind}");
        needed.insert(event.fact.name());
    }
    assert_eq!(needed.len(), subscribed.len(), "nothing is heard in vain");
}
