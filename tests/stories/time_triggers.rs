//! What time alone brings: renewals that come near, customers whom nobody meets, milestones that are late. Each is told of once.

mod contacts;
mod failures;
mod milestones;
mod renewals;
mod stored_before;

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::store::due::DueEntry;
use keepwell_aws::store::keys;
use keepwell_domain::id::CustomerId;
use keepwell_tests::World;
use serde_json::{Value, json};

const RENEWAL: &str = "renewal.approaching.v1";
const CONTACT: &str = "contact.lapsed.v1";
const MILESTONE: &str = "milestone.overdue.v1";

/// What was published of a type, in the order of time and, of each customer, of its numbers: when, about whom, and what.
fn told(world: &World, detail_type: &str) -> Vec<(String, String, Value)> {
    let mut events = world.system.local().bus().events();
    events.retain(|event| event.detail_type == detail_type);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events.sort_by_key(|event| (text(&event.detail["occurred_at"]), event.detail["aggregate_version"].as_u64()));
    let told = events.iter().map(|event| {
        let detail = &event.detail;
        (text(&detail["occurred_at"]), text(&detail["customer_id"]), detail["data"].clone())
    });
    // A resend is the same event.
    let mut seen = BTreeSet::new();
    told.filter(|one| seen.insert(format!("{one:?}"))).collect()
}

/// The days that were waited for, of what was published of a type about a customer, in order.
fn days(world: &World, detail_type: &str, customer: &str) -> Vec<i64> {
    let of_customer = told(world, detail_type).into_iter().filter(|(_, of, _)| of == customer);
    of_customer.map(|(_, _, data)| data["days"].as_i64().unwrap_or_default()).collect()
}

/// What the hourly schedule does.
async fn pass(world: &World) -> Result<(), String> {
    let function = world.system.functions().iter().find(|function| function.name == "automation-dispatch").unwrap();
    let schedule = function.schedules.iter().find(|schedule| schedule.name == "time").unwrap();
    (schedule.handler)().await.map_err(|error| error.to_string())
}

/// A world in which it was looked for news once.
async fn begun() -> World {
    let world = World::new().await;
    pass(&world).await.unwrap();
    world
}

/// Lets so many days pass, of which only the last hour is looked at: what came before is told of then.
async fn later(world: &World, days: i64) {
    world.system.local().clock().advance(Duration::days(days) - Duration::hours(1));
    world.advance(Duration::hours(1)).await;
}

/// A customer that was written this moment, with nothing but these fields.
async fn customer(world: &World, id: &str, mut fields: Value) {
    fields["id"] = json!(id);
    fields["name"] = json!(format!("{id} Ltd"));
    fields["owner"] = json!("csm@keepwell.example");
    world.post("/v1/customers", fields).await;
    world.settle().await;
}

async fn patch(world: &World, id: &str, change: Value) {
    let path = format!("/v1/customers/{id}");
    let _ = world.change(Method::PATCH, &path, &path, change).await.expect_status(200);
    world.settle().await;
}

/// Sends signals as a CSM.
async fn send(world: &World, path: &str, items: Value) {
    let answer = world.call_as(Role::Csm, Method::POST, path).json(&items).send().await.expect_status(200).json();
    assert_eq!(answer["rejected"], 0, "{answer:#}");
    world.settle().await;
}

async fn meet(world: &World, id: &str, at: DateTime<Utc>) {
    let meeting = json!([{ "id": format!("i{}", at.timestamp()), "customer": id, "kind": "call", "at": at }]);
    send(world, "/v1/interactions", meeting).await;
}

async fn churn(world: &World, id: &str) {
    let today = world.system.now().date_naive();
    send(world, "/v1/outcomes", json!([{ "id": "o1", "customer": id, "kind": "churned", "on": today }])).await;
}

/// What the work index has about the customer at a place.
async fn entry(world: &World, id: &str, place: &str) -> Option<DueEntry> {
    let key = keys::due(&CustomerId::parse(id).unwrap(), place);
    world.system.cloud().store.due(&key).await.unwrap().map(|stored| stored.value)
}

/// The tasks that an automation made for a customer.
async fn tasks(world: &World, id: &str, automation: &str) -> Vec<Value> {
    let tasks = world.get(&format!("/v1/tasks?customer={id}")).await["items"].as_array().cloned().unwrap_or_default();
    tasks.into_iter().filter(|task| task["source"]["automation"] == automation).collect()
}

/// So many days from the world's today.
fn day(world: &World, days: i64) -> String {
    (world.system.now() + Duration::days(days)).date_naive().to_string()
}
