//! What an array does, item by item.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{results, send};

/// A kind: its path, two good items about `acme`, and a change of the first one.
fn samples() -> [(&'static str, Value, Value); 8] {
    let at = "2026-02-27T09:00:00Z";
    [
        (
            "/v1/interactions",
            json!([{ "id": "i1", "customer": "acme", "kind": "call", "at": at, "quality": 4, "outcome": 5,
                "participants": ["Ann", "Bo"], "notes": "We talked." },
                { "id": "i2", "customer": "acme", "kind": "note", "at": at }]),
            json!({ "quality": 2 }),
        ),
        (
            "/v1/tickets",
            json!([{ "id": "t1", "customer": "acme", "severity": "high", "opened_at": at, "text": "It is down" },
                { "id": "t2", "customer": "acme", "opened_at": at, "first_response_at": at, "closed_at": at, "escalated": true }]),
            json!({ "closed_at": "2026-02-28T09:00:00Z" }),
        ),
        (
            "/v1/surveys",
            json!([{ "id": "s1", "customer": "acme", "kind": "nps", "value": 9, "at": at, "comment": "Great" },
                { "id": "s2", "customer": "acme", "kind": "custom", "scale_min": 0, "scale_max": 3, "value": 1.5, "at": at }]),
            json!({ "value": 3 }),
        ),
        (
            "/v1/goals",
            json!([{ "id": "g1", "customer": "acme", "name": "Go live", "target": 10, "actual": 4, "due_on": "2026-05-01",
                "milestones": [{ "name": "Kick-off", "due_on": "2026-03-01", "done_on": "2026-02-28" }] },
                { "id": "g2", "customer": "acme", "name": "Save", "target": 1, "due_on": "2026-06-01" }]),
            json!({ "actual": 5 }),
        ),
        (
            "/v1/messages",
            json!([{ "id": "m1", "customer": "acme", "at": at, "text": "Thank you, this is wonderful!" },
                { "id": "m2", "customer": "acme", "at": at, "text": "Why is it so slow?", "contact": "uma" }]),
            json!({ "text": "This is terrible." }),
        ),
        (
            "/v1/opportunities",
            json!([{ "id": "o1", "customer": "acme", "kind": "renewal", "amount_cents": 1_200_000, "likelihood": 80,
                "stage": "proposal", "closes_on": "2026-06-30" },
                { "id": "o2", "customer": "acme", "kind": "expansion", "amount_cents": 0, "closes_on": "2026-02-01", "outcome": "won" }]),
            json!({ "outcome": "lost" }),
        ),
        (
            "/v1/outcomes",
            json!([{ "id": "c1", "customer": "acme", "kind": "renewed", "on": "2025-02-01" },
                { "id": "c2", "customer": "acme", "kind": "churned", "on": "2026-02-01", "reason": "Price" }]),
            json!({ "reason": "Happy" }),
        ),
        (
            "/v1/custom-measures",
            json!([{ "customer": "acme", "name": "logins_sso", "value": 12, "observed_at": at },
                { "customer": "acme", "name": "region.tier", "value": "gold", "observed_at": at }]),
            json!({ "value": 13.5 }),
        ),
    ]
}

#[tokio::test]
async fn an_array_is_written_once_and_a_changed_item_replaces_what_was_there() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    for (path, items, change) in samples() {
        assert_eq!(results(&send(&world, path, items.clone()).await), ["created", "created"], "{path}");
        world.settle().await;
        world.system.local().reset_requests();
        let again = send(&world, path, items.clone()).await;
        assert_eq!((&again["unchanged"], results(&again)), (&2.into(), vec!["unchanged", "unchanged"]), "{path}");
        assert_eq!(world.system.local().write_count(), 0, "{path}");

        let mut changed = items;
        changed[0].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(results(&send(&world, path, changed).await), ["updated", "unchanged"], "{path}");
    }
}

#[tokio::test]
async fn good_items_are_written_although_others_are_bad_or_of_nobody() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let items = json!([
        { "id": "t1", "customer": "acme", "opened_at": "2026-02-27T09:00:00Z", "severity": "urgent" },
        { "id": "t2", "customer": "nobody", "opened_at": "2026-02-27T09:00:00Z" },
        { "id": "t3", "customer": "acme", "opened_at": "2026-02-27T09:00:00Z" },
        { "id": "t3", "customer": "acme", "opened_at": "2026-02-28T09:00:00Z" },
        "t4",
    ]);
    let answer = send(&world, "/v1/tickets", items).await;
    assert_eq!(results(&answer), ["rejected", "rejected", "created", "rejected", "rejected"]);
    insta::assert_json_snapshot!("some_items_are_bad", answer);
    world.settle().await;
    let timeline = world.get("/v1/customers/acme/timeline").await;
    let tickets: Vec<&str> = timeline["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["kind"] == "ticket")
        .map(|line| line["at"].as_str().unwrap())
        .collect();
    assert_eq!(tickets, ["2026-02-27T09:00:00Z"]);
}

#[tokio::test]
async fn of_a_custom_measure_the_newest_observation_counts_in_whatever_order_they_come() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let observed = |day: u32, value: f64| json!({ "customer": "acme", "name": "nps", "value": value, "observed_at": format!("2026-02-{day:02}T00:00:00Z") });
    let path = "/v1/custom-measures";
    let series = json!([observed(10, 1.0), observed(12, 3.0), observed(11, 2.0), observed(12, 4.0)]);
    let answer = send(&world, path, series).await;
    assert_eq!(results(&answer), ["unchanged", "created", "unchanged", "rejected"], "{answer:#}");
    assert_eq!(results(&send(&world, path, json!([observed(11, 9.0)])).await), ["unchanged"], "older");
    assert_eq!(results(&send(&world, path, json!([observed(12, 5.0)])).await), ["updated"], "a correction");
    assert_eq!(results(&send(&world, path, json!([observed(13, 5.0)])).await), ["updated"], "newer");
}

#[tokio::test]
async fn an_array_about_many_customers_is_answered_in_its_own_order() {
    let world = World::new().await;
    let mut items = Vec::new();
    for n in 0..30 {
        let id = format!("c{}", 30 - n);
        world.post("/v1/customers", json!({ "id": id, "name": id })).await;
        items.push(
            json!({ "id": format!("m{n}"), "customer": id, "at": "2026-02-27T09:00:00Z", "text": "Hello there" }),
        );
    }
    let answer = send(&world, "/v1/messages", Value::from(items)).await;
    assert_eq!(answer["created"], 30);
    let ids: Vec<&str> = answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids, (0..30).map(|n| format!("m{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn while_the_tables_are_away_nothing_is_promised_and_the_same_array_is_safe_afterwards() {
    let world = World::new().await;
    for id in ["a", "b", "c"] {
        world.post("/v1/customers", json!({ "id": id, "name": id })).await;
    }
    world.settle().await;
    let items: Value = ["a", "b", "c"]
        .iter()
        .map(|id| json!({ "id": "t1", "customer": id, "opened_at": "2026-02-27T09:00:00Z" }))
        .collect();
    let local = world.system.local();
    let throttled = |nth| FaultRule::on(Service::DynamoDb, Fault::Throttle).operation("TransactWriteItems").nth(nth);
    local.faults().set((2..20).fold(FaultPlan::seeded(1), |plan, nth| plan.rule(throttled(nth))));
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/tickets").json(&items).send().await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after").as_str()), (503, "2"), "{}", reply.text);
    local.faults().clear();
    let answer = send(&world, "/v1/tickets", items.clone()).await;
    assert_eq!(results(&answer), ["unchanged", "created", "created"]);
    assert_eq!(send(&world, "/v1/tickets", items).await["unchanged"], 3);
}

#[tokio::test]
async fn a_write_key_sends_arrays_and_files_and_a_wrong_one_nothing() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let key = world.write_key().await;
    for (path, items, _) in samples() {
        let answer = world.call_with_key(&key, path).json(&items).send().await.expect_status(200).json();
        assert_eq!(answer["created"], 2, "{path}: {answer}");
        let _ = world.call_with_key("wk_nobody_secret", path).json(&items).send().await.expect_status(401);
    }
    let rows = "id,customer,at\nu1,acme,2026-02-27T09:00:00Z";
    let import = world.call_with_key(&key, "/v1/imports/usage").raw("text/csv", rows).send().await;
    assert_eq!(import.expect_status(200).json()["created"], 1);
    // A key sends and reads nothing.
    let read = world.call(Method::GET, "/v1/customers").send().await;
    let _ = read.expect_status(401);
}
