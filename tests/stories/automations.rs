//! Automations: edited as documents, carried out once, logged step by step, tried out without doing anything.

mod actions;
mod documents;
mod dry_run;
mod loops;
mod once;
mod parts;
mod refusals;
mod run_log;
mod waits;

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

/// Puts a document; any status.
async fn put(world: &World, automation: &Value) -> Reply {
    let path = format!("/v1/automations/{}", automation["id"].as_str().unwrap());
    world.call_as(Role::Admin, Method::PUT, &path).header("if-match", "*").json(automation).send().await
}

/// Sets a document.
pub(crate) async fn set(world: &World, automation: &Value) {
    let _ = put(world, automation).await.expect_status(200);
}

/// An automation for a change to Struggling, beside the shipped one.
pub(crate) fn on_struggling(id: &str, actions: &Value) -> Value {
    json!({ "format": 1, "id": id, "name": format!("Test {id}"), "on": true,
        "trigger": { "health_status_changed": { "to": ["struggling"] } }, "actions": actions })
}

/// Runs as the log shows them, newest first.
async fn runs(world: &World, path: &str) -> Vec<Value> {
    world.get(path).await["items"].as_array().unwrap().clone()
}

/// The one run of an automation.
async fn the_run(world: &World, id: &str) -> Value {
    let mut all = runs(world, &format!("/v1/automations/{id}/runs")).await;
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

async fn reset(world: &World, id: &str, etag: &str) -> Reply {
    let path = format!("/v1/automations/{id}/reset");
    world.call_as(Role::Admin, Method::POST, &path).header("if-match", etag).send().await
}
