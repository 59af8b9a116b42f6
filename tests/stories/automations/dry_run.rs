//! What would happen, without anything happening.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{on_struggling, set};
use crate::endpoints::receiver::Receiver;
use crate::endpoints::webhook;

async fn ask(world: &World, id: &str, body: Value) -> Reply {
    world.call_as(Role::Csm, Method::POST, &format!("/v1/automations/{id}/dry-run")).json(&body).send().await
}

/// Checks that since the last reset nothing was written and nothing sent.
fn assert_nothing_happened(world: &World) {
    let local = world.system.local();
    let requests = local.requests();
    assert!(!requests.is_empty());
    for request in &requests {
        assert_eq!(request.service, Service::DynamoDb, "{request:?}");
        assert!(["GetItem", "BatchGetItem", "Query"].contains(&request.operation.as_str()), "{request:?}");
        assert!(!request.is_mutating());
    }
    assert_eq!(local.write_count(), 0);
}

#[tokio::test]
async fn for_one_customer_every_step_is_shown_and_nothing_is_written_or_sent() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let actions = json!([
        { "mail": { "template": "status-struggling", "to": { "role": "decision_maker" } } },
        { "mail": { "template": "status-struggling", "to": { "role": "champion" } } },
        { "task": { "title": "Call {{ customer.name }}", "priority": "high", "due_in_working_days": 1 } },
        { "webhook": { "endpoint": "crm" } },
        { "set_attribute": { "name": "risk", "value": "high" } },
        { "wait": { "days": 7 } },
        { "mail": { "subject": "Still {{ customer.name }}", "text": "Well?", "to": "owner" } }
    ]);
    let mut mine = on_struggling("mine", &actions);
    mine["on"] = json!(false);
    set(&world, &mine).await;
    world.settle().await;
    let before = world.system.local().bus().events().len();
    world.system.local().reset_requests();
    let answer = ask(&world, "mine", json!({ "customer": "acme" })).await.expect_status(200).json();
    assert_nothing_happened(&world);
    assert_eq!((&answer["result"], &answer["on"], &answer["version"]), (&json!("would_act"), &json!(false), &json!(1)));
    assert_eq!(answer["assumed_event"]["data"]["to"], "struggling");
    let steps = answer["steps"].as_array().unwrap();
    let brief: Vec<(&str, &str, u64)> = steps
        .iter()
        .map(|step| {
            (step["kind"].as_str().unwrap(), step["result"].as_str().unwrap(), step["after_days"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(
        brief,
        [
            ("mail", "would_do", 0),
            ("mail", "would_skip", 0),
            ("task", "would_do", 0),
            ("webhook", "would_do", 0),
            ("set_attribute", "would_do", 0),
            ("wait", "would_wait", 0),
            ("mail", "would_do", 7),
        ]
    );
    assert_eq!(steps[0]["to"], json!({ "contact": "dora", "address": "dora@acme.example" }));
    assert!(steps[0]["text"].as_str().unwrap().contains("acme Ltd"), "{answer:#}");
    assert_eq!((&steps[2]["title"], &steps[2]["due_on"]), (&json!("Call acme Ltd"), &json!("2026-03-03")));
    assert_eq!(steps[6]["subject"], "Still acme Ltd");

    world.settle().await;
    world.advance(Duration::days(8)).await;
    assert_eq!(receiver.arrived().len(), 0);
    assert_eq!(world.get("/v1/customers/acme").await["attributes"], json!({}));
    assert_eq!(world.get("/v1/runs").await["items"], json!([]));
    let events = world.system.local().bus().events();
    assert!(events[before..].iter().all(|event| event.detail_type != "task.created.v1"));
}

#[tokio::test]
async fn a_refusal_is_shown_and_a_document_needs_not_be_stored() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut document =
        on_struggling("new", &json!([{ "slack": { "endpoint": "nowhere", "text": "{{ customer.name }}" } }]));
    let _ = ask(&world, "new", json!({ "customer": "acme" })).await.expect_status(404);
    let answer =
        ask(&world, "new", json!({ "customer": "acme", "document": document })).await.expect_status(200).json();
    assert_eq!((&answer["version"], &answer["steps"][0]["result"]), (&Value::Null, &json!("would_fail")));
    assert_eq!(answer["steps"][0]["reason"], "there is no endpoint nowhere");
    document["conditions"] = json!({ "field": "plan", "known": true });
    let answer =
        ask(&world, "new", json!({ "customer": "acme", "document": document })).await.expect_status(200).json();
    assert_eq!(
        (&answer["result"], &answer["reason"]),
        (&json!("refused"), &json!("the customer does not meet the conditions"))
    );
    document["actions"] = json!([{ "task": { "title": "{{ nobody }}", "priority": "low", "due_in_working_days": 1 } }]);
    let reply = ask(&world, "new", json!({ "customer": "acme", "document": document })).await.expect_status(422);
    assert_eq!(reply.pointers(), ["/document/actions/0/task/title"]);
    assert_eq!(
        ask(&world, "status-steady", json!({ "customer": "gone" })).await.expect_status(422).pointers(),
        ["/customer"]
    );
    for id in ["status-thriving", "insight-advocate", "negative-answer", "happiness-dropped", "status-stale"] {
        let answer = ask(&world, id, json!({ "customer": "acme" })).await.expect_status(200).json();
        assert_eq!(answer["result"], "would_act", "{id}: {answer:#}");
    }
}

#[tokio::test]
async fn over_the_portfolio_it_says_what_would_have_been_done_for_whom() {
    let world = World::new().await;
    for customer in ["acme", "bolt", "cora"] {
        world.customer_with(customer, &[("dora", "decision_maker")]).await;
    }
    world.set_status("cora", "struggling").await;
    world.advance(Duration::days(10)).await;
    for _ in 0..3 {
        world.set_status("acme", "struggling").await;
        world.set_status("acme", "healthy").await;
        world.advance(Duration::days(1)).await;
    }
    world.set_status("bolt", "struggling").await;
    let mut document = on_struggling(
        "new",
        &json!([
            { "mail": { "template": "status-struggling", "to": { "role": "decision_maker" } } },
            { "task": { "title": "Call", "priority": "high", "due_in_working_days": 1 } }
        ]),
    );
    let over = |document: &Value, days: u32| {
        let body = json!({ "days": days, "document": document });
        let world = &world;
        async move { ask(world, "new", body).await.expect_status(200).json() }
    };
    world.settle().await;
    world.system.local().reset_requests();
    let answer = over(&document, 7).await;
    assert_nothing_happened(&world);
    assert_eq!(
        (&answer["would_have_acted"], &answer["complete"], &answer["customers_looked_at"]),
        (&json!(4), &json!(true), &json!(3))
    );
    assert_eq!((&answer["counts"]["mails"], &answer["counts"]["tasks"]), (&json!(4), &json!(4)));
    let whom: Vec<(&str, u64)> = answer["for"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["customer"].as_str().unwrap(), line["times"].as_u64().unwrap()))
        .collect();
    assert_eq!(whom, [("acme", 3), ("bolt", 1)]);
    assert_eq!(over(&document, 14).await["would_have_acted"], 5, "cora's too");

    document["cool_down"] = json!({ "times": 1, "days": 2 });
    let cooled = over(&document, 7).await;
    assert_eq!((&cooled["would_have_acted"], &cooled["refused"]), (&json!(3), &json!({ "cooling_down": 1 })));
    document["conditions"] = json!({ "field": "status", "in": ["struggling"] });
    let judged = over(&document, 7).await;
    assert_eq!(
        (&judged["would_have_acted"], &judged["refused"]["conditions"]),
        (&json!(1), &json!(3)),
        "acme is healthy today"
    );
}
