//! Signals that other systems send: arrays, each item kept under its id.

mod arrays;
mod logged;
mod ticket_news;

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::Value;

/// Sends an array as a CSM; answers what became of it.
async fn send(world: &World, path: &str, items: Value) -> Value {
    world.call_as(Role::Csm, Method::POST, path).json(&items).send().await.expect_status(200).json()
}

/// The result of each item.
fn results(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().expect("items");
    items.iter().map(|item| item["result"].as_str().expect("a result")).collect()
}
