//! What goes wrong in a cloud, made to go wrong on purpose: afterwards nothing is lost, and nothing happened twice.

mod bus;
mod crashes;
mod outages;
mod queues;
mod same_bits;
mod timeouts;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use keepwell_aws::function::Function;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

type Item = HashMap<String, AttributeValue>;

/// A world with one customer that has an owner and a decision maker, and that is not asked for feedback.
async fn one_customer() -> World {
    let world = World::new().await;
    add_customer(&world, "acme").await;
    world
}

/// Adds a customer with an owner and the decision maker `dora`, without feedback requests.
async fn add_customer(world: &World, id: &str) {
    world.post("/v1/customers", json!({ "id": id, "name": id, "owner": "csm@keepwell.example" })).await;
    let dora = json!({ "id": "dora", "name": "Dora", "email": format!("dora@{id}.example"), "role": "decision_maker" });
    world.post(&format!("/v1/customers/{id}/contacts"), dora).await;
    world.settle().await;
}

/// `PUT …/status` as a client that repeats itself: the same key and the version that it saw at first.
async fn put_status(world: &World, customer: &str, status: &str) -> keepwell_tests::Reply {
    let call = world.call_as(Role::Csm, Method::PUT, &format!("/v1/customers/{customer}/status"));
    let call = call.header("if-match", "\"1\"").header("idempotency-key", &format!("{customer}-{status}"));
    call.json(&json!({ "status": status, "reason": "we talked" })).send().await
}

/// All rows of a table.
async fn rows(world: &World, table: &str) -> Vec<Item> {
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let pages = client.scan().table_name(format!("keepwell-{table}")).into_paginator().items().send();
    pages.collect::<Result<Vec<_>, _>>().await.expect("the table can be read")
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// A text of the item's body.
fn body<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get("body").and_then(|body| body.as_m().ok()).map_or("", |body| text(body, name))
}

/// The number of entries of a list that a viewer sees.
async fn count(world: &World, path: &str) -> usize {
    world.get(path).await["items"].as_array().map_or(0, Vec::len)
}

fn function<'a>(world: &'a World, name: &str) -> &'a Function {
    world.system.functions().iter().find(|function| function.name == name).expect("the function is there")
}

/// Runs the one schedule of a function.
async fn run_schedule(world: &World, name: &str) -> Result<(), String> {
    let handler = &function(world, name).schedules[0].handler;
    handler().await.map_err(|error| error.to_string())
}

/// Our ids of the events that the bus accepted, once each, of all types or of one.
fn published(world: &World, detail_type: Option<&str>) -> BTreeSet<String> {
    let events = world.system.local().bus().events();
    let wanted = events.iter().filter(|event| detail_type.is_none_or(|wanted| event.detail_type == wanted));
    wanted.map(|event| event.detail["event_id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What must hold whenever everything has come to rest, whatever went wrong before.
async fn assert_at_rest(world: &World, context: &str) {
    let outbox = rows(world, "outbox").await;
    let pending: Vec<_> = outbox.iter().filter(|row| row.contains_key("pending_shard")).collect();
    assert!(pending.is_empty(), "{context}: unpublished events {pending:?}");
    let committed: BTreeSet<String> = outbox.iter().map(|row| body(row, "event_id").to_owned()).collect();
    assert_eq!(committed, published(world, None), "{context}: events committed and events published differ");

    let bus = world.system.local().bus();
    for consumer in bus.consumers() {
        assert_eq!(bus.depth(&consumer), 0, "{context}: {consumer} has messages left");
        assert_eq!(bus.dead_letters(&consumer), [], "{context}: {consumer} gave messages up");
    }
    for intent in rows(world, "dedupe").await.iter().filter(|row| text(row, "pk").starts_with("MI#")) {
        let state = body(intent, "state");
        assert!(["sent", "skipped"].contains(&state), "{context}: a mail intent is left as {state}");
    }
}

/// At most one mail, and where there is none the intent says why.
async fn assert_mailed_at_most_once(world: &World, address: &str, context: &str) {
    let mails = world.mails_to(address).len();
    assert!(mails <= 1, "{context}: {mails} mails to {address}");
    let contact = address.split('@').next().unwrap_or_default();
    let intents: Vec<Item> = rows(world, "dedupe").await.into_iter().filter(|row| is_for(row, contact)).collect();
    assert_eq!(intents.len(), 1, "{context}: {intents:?}");
    // Accepted by SES but not known to be: the mail is there, the intent given up.
    let state = body(&intents[0], "state");
    assert!(mails == 1 || state == "skipped", "{context}: no mail to {address}, but the intent is {state}");
}

fn is_for(intent: &Item, contact: &str) -> bool {
    let recipient = intent.get("body").and_then(|body| body.as_m().ok()).and_then(|body| body.get("recipient"));
    let named = recipient.and_then(|recipient| recipient.as_m().ok()?.get("contact")?.as_m().ok());
    text(intent, "pk").starts_with("MI#") && named.is_some_and(|named| text(named, "contact") == contact)
}

/// The status history, tasks and `health_status.changed` events of a customer that was set to Struggling once.
async fn assert_struggling_once(world: &World, customer: &str, context: &str) {
    let current: Value = world.get(&format!("/v1/customers/{customer}")).await;
    assert_eq!(current["status"], "struggling", "{context}: {current:#}");
    assert_eq!(count(world, &format!("/v1/customers/{customer}/status/history")).await, 1, "{context}: history");
    let tasks = world.get(&format!("/v1/tasks?customer={customer}")).await;
    assert_eq!(tasks["items"].as_array().map_or(0, Vec::len), 1, "{context}: {tasks:#}");
    let of_customer =
        |row: &Item| body(row, "customer_id") == customer && body(row, "type") == "health_status.changed.v1";
    let events = rows(world, "outbox").await.into_iter().filter(|row| of_customer(row)).count();
    assert_eq!(events, 1, "{context}: events");
}
