//! Different scorecards for different customers: the first in the order that applies, the default one for the rest.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{active_days, set_scorecard, use_on};

fn for_plan(id: &str, plan: &str, full_at: u32) -> Value {
    let mut scorecard = active_days(id, full_at);
    scorecard["applies_to"] = json!({ "all": [{ "field": "plan", "in": [plan] }] });
    scorecard
}

async fn scorecard_of(world: &World, customer: &str) -> String {
    let score = world.get(&format!("/v1/customers/{customer}/score")).await;
    format!("{}@{}", score["scorecard"]["id"].as_str().unwrap(), score["scorecard"]["version"])
}

async fn order(world: &World, ids: &[&str]) -> Reply {
    let call = world.call_as(Role::Admin, Method::PUT, "/v1/scorecards/order").header("if-match", "*");
    let reply = call.json(&json!({ "order": ids })).send().await;
    world.advance(Duration::hours(1)).await;
    reply
}

#[tokio::test]
async fn the_first_scorecard_that_applies_counts() {
    let world = World::new().await;
    for (id, plan) in [("big", "Enterprise"), ("small", "Basic")] {
        world.post("/v1/customers", json!({ "id": id, "name": id, "plan": plan })).await;
        use_on(&world, id, 10).await;
    }
    set_scorecard(&world, &for_plan("enterprise", "Enterprise", 20)).await;
    assert_eq!(scorecard_of(&world, "big").await, "enterprise@1");
    assert_eq!(scorecard_of(&world, "small").await, "default@1");
    assert_eq!(world.get("/v1/customers/big/score").await["value"], 50.0);

    // A second one for the same customers comes behind the first, until somebody puts it in front.
    set_scorecard(&world, &for_plan("strict", "Enterprise", 28)).await;
    assert_eq!(scorecard_of(&world, "big").await, "enterprise@1");
    order(&world, &["strict", "enterprise", "default"]).await.expect_status(200);
    assert_eq!(scorecard_of(&world, "big").await, "strict@1");

    // Left out of the order a scorecard is retired; its versions stay for the scores of the past.
    order(&world, &["default"]).await.expect_status(200);
    assert_eq!(scorecard_of(&world, "big").await, "default@1");
    let list = world.get("/v1/scorecards").await;
    let items = list["items"].as_array().unwrap().iter();
    let positions: Vec<(&str, &Value)> = items.map(|item| (item["id"].as_str().unwrap(), &item["position"])).collect();
    assert_eq!(positions, [("default", &json!(1)), ("strict", &Value::Null), ("enterprise", &Value::Null)]);
    let then = world.get("/v1/customers/big/score?as_of=2026-03-02T09:30:00Z").await;
    assert_eq!((&then["value"], &then["scorecard"]["id"]), (&json!(50.0), &json!("enterprise")));
}

#[tokio::test]
async fn a_customer_that_moves_to_another_plan_gets_its_scorecard_at_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    use_on(&world, "acme", 10).await;
    set_scorecard(&world, &for_plan("enterprise", "Enterprise", 20)).await;
    assert_eq!(scorecard_of(&world, "acme").await, "default@1");
    let path = "/v1/customers/acme";
    world.change(Method::PATCH, path, path, json!({ "plan": "Enterprise" })).await.expect_status(200);
    world.settle().await;
    assert_eq!(scorecard_of(&world, "acme").await, "enterprise@1");
    let history = world.get("/v1/customers/acme/score/history").await;
    let changed = history["annotations"].as_array().unwrap().iter().find(|note| note["kind"] == "scorecard_changed");
    assert_eq!(changed.unwrap()["title"], "Scorecard default version 1 → enterprise version 1");
}

#[tokio::test]
async fn the_order_ends_with_the_default_one_and_names_each_once() {
    let world = World::new().await;
    set_scorecard(&world, &for_plan("enterprise", "Enterprise", 20)).await;
    for (ids, pointers) in [
        (vec![], vec!["/order"]),
        (vec!["default", "enterprise"], vec!["/order"]),
        (vec!["enterprise", "enterprise", "default"], vec!["/order/1"]),
        (vec!["nobody", "default"], vec!["/order/0"]),
    ] {
        assert_eq!(order(&world, &ids).await.expect_status(422).pointers(), pointers, "{ids:?}");
    }
    let path = "/v1/scorecards/order";
    let body = json!({ "order": ["default"] });
    let _ = world.call_as(Role::Admin, Method::PUT, path).json(&body).send().await.expect_status(428);
    let stale = world.call_as(Role::Admin, Method::PUT, path).header("if-match", "\"0\"").json(&body);
    let _ = stale.send().await.expect_status(412);
}
