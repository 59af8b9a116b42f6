//! What a product's back end sends through Segment's SDKs, and the write keys that let it.

mod answers;
mod counting;
mod faults;
mod keys;
mod meaning;

use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

/// Sends a call or a batch with the local write key.
async fn send(world: &World, path: &str, body: &Value) -> Reply {
    let key = world.write_key().await;
    world.call_with_key(&key, path).json(body).send().await
}

/// Sends calls in one batch, each with its `type`; the batch must be taken. Answers what was answered.
async fn batch(world: &World, calls: Value) -> Value {
    send(world, "/v1/batch", &json!({ "batch": calls })).await.expect_status(200).json()
}

/// The usage of a customer as it is stored, day by day: `(day, events, users, features)`.
async fn usage(world: &World, customer: &str) -> Vec<(String, u64, Vec<String>, Vec<(String, u64)>)> {
    let id = keepwell_domain::id::CustomerId::parse(customer).unwrap();
    let now = world.system.now().date_naive();
    let from = now - chrono::Duration::days(500);
    let days = world.system.cloud().store.usage(&id, from, now + chrono::Duration::days(10)).await.unwrap();
    days.into_iter()
        .map(|day| {
            (day.day.to_string(), day.events, day.users.into_iter().collect(), day.features.into_iter().collect())
        })
        .collect()
}

/// All events of a customer.
async fn events(world: &World, customer: &str) -> u64 {
    usage(world, customer).await.iter().map(|day| day.1).sum()
}
