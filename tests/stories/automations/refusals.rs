//! When an automation does not act: paused, cooling down, off, for other customers. The log says so, and does not grow without end.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{on_struggling, runs, set};

async fn again(world: &World, times: usize) {
    for _ in 0..times {
        world.set_status("acme", "steady").await;
        world.set_status("acme", "struggling").await;
    }
}

async fn tasks(world: &World) -> usize {
    let tasks = world.get("/v1/tasks?customer=acme").await;
    tasks["items"].as_array().unwrap().iter().filter(|task| task["source"]["automation"] == "mine").count()
}

fn mine() -> Value {
    on_struggling("mine", &json!([{ "task": { "title": "Call", "priority": "low", "due_in_working_days": 1 } }]))
}

#[tokio::test]
async fn a_pause_is_logged_and_nothing_is_done_later() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set(&world, &mine()).await;
    let pause_all = |paused: bool| {
        let call = world.call_as(Role::Admin, Method::PUT, "/v1/settings").header("if-match", "*");
        call.json(&json!({ "automations_paused": paused })).send()
    };
    let _ = pause_all(true).await.expect_status(200);
    world.set_status("acme", "struggling").await;
    let refused = runs(&world, "/v1/automations/mine/runs?result=refused").await;
    assert_eq!((refused.len(), &refused[0]["reason"]), (1, &json!("all automations are paused")));
    let _ = pause_all(false).await.expect_status(200);
    // A moment later, so that the log has an order.
    world.system.local().clock().advance(Duration::minutes(1));
    let customer = |paused: bool| json!({ "automations_paused": paused });
    world.change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", customer(true)).await.expect_status(200);
    again(&world, 1).await;
    let refused = runs(&world, "/v1/automations/mine/runs").await;
    assert_eq!((refused.len(), &refused[0]["reason"]), (2, &json!("automations are paused for this customer")));
    world.change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", customer(false)).await.expect_status(200);
    world.advance(Duration::days(2)).await;
    assert_eq!(tasks(&world).await, 0);
    again(&world, 1).await;
    assert_eq!(tasks(&world).await, 1);
}

#[tokio::test]
async fn a_cool_down_counts_what_was_done_in_its_days() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut automation = mine();
    automation["cool_down"] = json!({ "times": 2, "days": 7 });
    set(&world, &automation).await;
    again(&world, 4).await;
    assert_eq!(tasks(&world).await, 2);
    let refused = runs(&world, "/v1/automations/mine/runs?result=refused").await;
    assert_eq!(refused[0]["reason"], "cooling down until 2026-03-09 08:00 UTC");
    world.advance(Duration::days(7)).await;
    again(&world, 1).await;
    assert_eq!(tasks(&world).await, 3);
}

#[tokio::test]
async fn the_first_refusal_of_a_day_is_listed_and_all_are_with_the_customer() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut automation = mine();
    automation["conditions"] = json!({ "field": "plan", "in": ["Enterprise"] });
    set(&world, &automation).await;
    again(&world, 3).await;
    let listed = runs(&world, "/v1/automations/mine/runs").await;
    assert_eq!((listed.len(), &listed[0]["reason"]), (1, &json!("the customer does not meet the conditions")));
    assert_eq!(runs(&world, "/v1/automations/mine/runs?customer=acme").await.len(), 3);
    world.advance(Duration::days(1)).await;
    again(&world, 2).await;
    assert_eq!(runs(&world, "/v1/automations/mine/runs").await.len(), 2);
    assert_eq!(tasks(&world).await, 0);
}

#[tokio::test]
async fn one_that_is_off_reads_nothing_and_logs_nothing() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut automation = mine();
    automation["on"] = json!(false);
    set(&world, &automation).await;
    again(&world, 2).await;
    assert_eq!(runs(&world, "/v1/automations/mine/runs").await, Vec::<Value>::new());
    assert_eq!(tasks(&world).await, 0);
}

#[tokio::test]
async fn one_fall_of_the_score_counts_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let points = json!({ "linear": { "zero_at": 0, "full_at": 100 } });
    let rule = json!({ "id": "r", "measure": "custom.here", "weight": 1, "points": points });
    let card = json!({ "format": 1, "id": "default", "dimensions": [{ "id": "d", "weight": 1, "rules": [rule] }] });
    let call = world.call_as(Role::Admin, Method::PUT, "/v1/scorecards/default").header("if-match", "*").json(&card);
    let _ = call.send().await.expect_status(200);
    let mut automation = mine();
    automation["trigger"] = json!({ "score_fell": { "points": 20, "days": 7 } });
    set(&world, &automation).await;
    let fell = async |value: u32| {
        world.advance(Duration::hours(1)).await;
        let body = json!([{ "customer": "acme", "name": "here", "value": value, "observed_at": world.system.now() }]);
        let call = world.call_as(Role::Csm, Method::POST, "/v1/custom-measures").json(&body);
        assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
        world.settle().await;
        tasks(&world).await
    };
    assert_eq!(fell(90).await, 0);
    assert_eq!(fell(75).await, 0, "by 15 points only");
    assert_eq!(fell(69).await, 1, "21 in all");
    assert_eq!(fell(60).await, 1, "the same fall");
    assert_eq!(fell(45).await, 2, "24 since it was told");
}
