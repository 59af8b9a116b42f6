//! Endpoints get what automations send: signed, at least once, under one id, and nobody else gets it.

mod editing;
mod failing;
mod guarded;
pub(crate) mod receiver;
mod sending;

use chrono::{DateTime, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::store::deliveries::delivery_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_aws::webhooks;
use keepwell_domain::delivery::{Body, Delivery, DeliveryKey, EndpointId, EndpointKind, Source};
use keepwell_domain::id::CustomerId;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

/// A call by an admin.
pub(crate) async fn admin(world: &World, method: Method, path: &str, body: Value) -> Reply {
    world.call_as(Role::Admin, method, path).header("if-match", "*").json(&body).send().await
}

/// A signed webhook's endpoint. Answers its secret.
pub(crate) async fn webhook(world: &World, id: &str, url: &str) -> String {
    let new = json!({ "id": id, "kind": "webhook", "url": url });
    let made = admin(world, Method::POST, "/v1/endpoints", new).await.expect_status(201).json();
    made["secret"].as_str().unwrap().to_owned()
}

/// An endpoint of Slack.
async fn slack(world: &World, id: &str, url: &str) {
    let new = json!({ "id": id, "kind": "slack", "url": url });
    let made = admin(world, Method::POST, "/v1/endpoints", new).await.expect_status(201).json();
    assert_eq!(made["secret"], Value::Null);
}

async fn endpoint(world: &World, id: &str) -> Value {
    admin(world, Method::GET, &format!("/v1/endpoints/{id}"), Value::Null).await.expect_status(200).json()
}

async fn deliveries(world: &World, endpoint: &str) -> Vec<Value> {
    let path = format!("/v1/endpoints/{endpoint}/deliveries");
    let page = world.call_as(Role::Csm, Method::GET, &path).send().await.expect_status(200).json();
    page["items"].as_array().unwrap().clone()
}

/// The one delivery to an endpoint.
async fn the_delivery(world: &World, endpoint: &str) -> Value {
    let mut all = deliveries(world, endpoint).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Writes a delivery about `acme`, as the run of an automation does in its transaction. Nothing is sent yet.
pub(crate) async fn drafted(world: &World, endpoint: &str, kind: EndpointKind) -> DeliveryKey {
    let cloud = world.system.cloud();
    let acme = CustomerId::parse("acme").unwrap();
    if cloud.store.customer(&acme).await.unwrap().is_none() {
        world.post("/v1/customers", json!({ "id": "acme", "name": "Acme & Söhne" })).await;
    }
    let now = cloud.now();
    let body = match kind {
        EndpointKind::Webhook => {
            let data = json!({ "automation": "renewal-90", "customer": { "id": "acme", "name": "Acme & Söhne" } });
            Body::webhook("automation.fired", now, &data).unwrap()
        }
        EndpointKind::Slack => Body::slack("Acme & Söhne <!channel> renews in 90 days"),
    };
    let source =
        Source::Automation { automation: "renewal-90".to_owned(), event_id: "evt_1".to_owned(), customer: acme };
    let endpoint = EndpointId::parse(endpoint).unwrap();
    let delivery = Delivery::new(cloud.fresh_id("msg"), endpoint, source, body, now);
    let mut transaction = Transaction::default();
    transaction.put(delivery_record(&delivery), Expect::Absent);
    transaction.commit(&cloud.store).await.unwrap();
    delivery.key()
}

/// Writes a delivery and sends it. Answers its key.
async fn sent(world: &World, endpoint: &str) -> DeliveryKey {
    let key = drafted(world, endpoint, EndpointKind::Webhook).await;
    webhooks::deliver_all(world.system.cloud(), vec![key.clone()]).await.unwrap();
    key
}

/// Turns the clock to `moment` and runs the schedule that sends what is due.
async fn sweep_at(world: &World, moment: DateTime<Utc>) {
    world.system.local().clock().set(moment);
    let functions = world.system.functions();
    let dispatch = functions.iter().find(|function| function.name == "automation-dispatch").unwrap();
    let schedule = dispatch.schedules.iter().find(|schedule| schedule.name == "webhooks").unwrap();
    (schedule.handler)().await.unwrap();
}

/// When the delivery is sent next.
fn next_attempt(delivery: &Value) -> DateTime<Utc> {
    delivery["next_attempt_at"].as_str().unwrap_or_else(|| panic!("not to be sent: {delivery}")).parse().unwrap()
}
