//! The team's settings, and what follows from them.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

const PATH: &str = "/v1/settings";

async fn put(world: &World, etag: &str, settings: &Value) -> Reply {
    world.call_as(Role::Admin, Method::PUT, PATH).header("if-match", etag).json(settings).send().await
}

/// The value that a rule of the customer's score had.
async fn rule_value(world: &World, rule: &str) -> Value {
    let score = world.get("/v1/customers/acme/score").await;
    let dimensions = score["dimensions"].as_array().unwrap();
    let mut rules = dimensions.iter().flat_map(|dimension| dimension["rules"].as_array().unwrap());
    rules.find(|it| it["id"] == rule).unwrap()["value"].clone()
}

#[tokio::test]
async fn settings_are_as_shipped_until_an_admin_replaces_them() {
    let world = World::new().await;
    let shipped = world.call_as(Role::Viewer, Method::GET, PATH).send().await.expect_status(200);
    insta::assert_json_snapshot!("shipped_settings", shipped.json());
    let mut changed = shipped.json();
    changed["product_name"] = json!("Loom");
    changed["key_features"] = json!(["reports", "api"]);
    let reply = put(&world, &shipped.header("etag"), &changed).await.expect_status(200);
    changed["key_features"] = json!(["api", "reports"]);
    assert_eq!(reply.json(), changed);
    let read = world.call_as(Role::Viewer, Method::GET, PATH).send().await.expect_status(200);
    assert_eq!((read.json(), read.header("etag")), (changed, reply.header("etag")));

    // What a document leaves out is as shipped again.
    put(&world, &read.header("etag"), &json!({})).await.expect_status(200);
    assert_eq!(world.get(PATH).await, shipped.json());
}

#[tokio::test]
async fn of_two_admins_the_second_sees_that_settings_changed_meanwhile() {
    let world = World::new().await;
    let etag = world.call_as(Role::Admin, Method::GET, PATH).send().await.header("etag");
    let first = put(&world, &etag, &json!({ "product_name": "Loom" })).await.expect_status(200);
    put(&world, &etag, &json!({ "product_name": "Weft" })).await.expect_status(412);
    assert_eq!(world.get(PATH).await["product_name"], "Loom");
    let without = world.call_as(Role::Admin, Method::PUT, PATH).json(&json!({})).send().await;
    without.expect_status(428);

    // The same again is no change.
    world.system.local().reset_requests();
    let again = put(&world, &first.header("etag"), &json!({ "product_name": "Loom" })).await.expect_status(200);
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_change_of_settings_reaches_the_scores_soon() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let rows =
        "id,customer,at,user,feature\ne1,acme,2026-03-01T09:00:00Z,uma,reports\ne2,acme,2026-03-01T10:00:00Z,uma,api";
    let import = world.call_as(Role::Csm, Method::POST, "/v1/imports/usage").raw("text/csv", rows).send().await;
    assert_eq!(import.expect_status(200).json()["rejected"], 0);
    world.settle().await;
    assert_eq!((rule_value(&world, "key_features").await, rule_value(&world, "depth").await), (json!(1.0), json!(2.0)));

    let settings = json!({ "key_features": ["reports", "exports"], "feature_weights": { "api": 4 } });
    put(&world, "*", &settings).await.expect_status(200);
    world.settle().await;
    assert_eq!(rule_value(&world, "key_features").await, 1.0);
    world.advance(Duration::hours(1)).await;
    assert_eq!((rule_value(&world, "key_features").await, rule_value(&world, "depth").await), (json!(0.5), json!(5.0)));
}

/// Replaces the settings by the shipped ones with these fields.
pub(crate) async fn change(world: &World, fields: Value) {
    let etag = world.call_as(Role::Admin, Method::GET, PATH).send().await.header("etag");
    put(world, &etag, &fields).await.expect_status(200);
}
