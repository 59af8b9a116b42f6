//! No answer comes, and nobody knows whether the request took effect. The client asks again with the same key.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{assert_at_rest, body, count, rows};

/// A request that changes something, once for each pattern of timeouts.
struct Change {
    method: Method,
    /// With `{}` for the number of the pattern.
    path: &'static str,
    /// With `{}` for the number of the pattern in its texts.
    body: Value,
    /// The customer that it is about, with `{}`.
    customer: &'static str,
    /// The event that tells of it.
    event: &'static str,
    /// Where its effect is to be seen once, with `{}`.
    seen: &'static str,
}

impl Change {
    async fn send(&self, world: &World, n: usize) -> Reply {
        let call = world.call_as(Role::Csm, self.method.clone(), &fill(self.path, n));
        let call = call.header("idempotency-key", &format!("key-{n}")).header("if-match", "\"1\"");
        call.raw("application/json", fill(&self.body.to_string(), n)).send().await
    }
}

fn fill(text: &str, n: usize) -> String {
    text.replace("{}", &n.to_string())
}

/// One to four transactions in a row time out, with or without effect, in every combination: the SDK tries three times
/// itself, so that the longest patterns reach the client.
fn patterns() -> Vec<Vec<Fault>> {
    let fault = |with_effect| if with_effect { Fault::TimeoutWithEffect } else { Fault::TimeoutWithoutEffect };
    let of_length = |length: u32| {
        (0..1_u32 << length).map(move |mask| (0..length).map(|bit| fault(mask >> bit & 1 == 1)).collect())
    };
    (1..=4).flat_map(of_length).collect()
}

/// Sends the change under every pattern, and again with the same key until it is answered.
async fn happens_once(change: Change) {
    let world = World::new().await;
    let mut gave_up = 0;
    for (n, pattern) in patterns().into_iter().enumerate() {
        world.post("/v1/customers", json!({ "id": format!("host-{n}"), "name": "Host" })).await;
        let timed_out = |(nth, fault): (u64, &Fault)| {
            FaultRule::on(Service::DynamoDb, fault.clone()).operation("TransactWriteItems").nth(nth)
        };
        let plan = (1..).zip(&pattern).map(timed_out).fold(FaultPlan::seeded(0), FaultPlan::rule);
        world.system.local().faults().set(plan.clone());
        let mut reply = change.send(&world, n).await;
        let mut tries = 1;
        while reply.status == 503 && tries < 5 {
            assert_ne!(reply.header("retry-after"), "", "{plan}: when to try again?");
            gave_up += 1;
            tries += 1;
            reply = change.send(&world, n).await;
        }
        assert!(reply.status.is_success(), "{plan}: {} {}", reply.status, reply.text);

        world.system.local().faults().clear();
        let again = change.send(&world, n).await;
        assert_eq!((again.status, &again.text), (reply.status, &reply.text), "{plan}: another answer");
        assert_eq!(again.header("etag"), reply.header("etag"), "{plan}: another version");
        assert_eq!(count(&world, &fill(change.seen, n)).await, 1, "{plan}: effects");
        let customer = fill(change.customer, n);
        let told = rows(&world, "outbox").await;
        let told = told.iter().filter(|row| body(row, "customer_id") == customer && body(row, "type") == change.event);
        assert_eq!(told.count(), usize::from(!change.event.is_empty()), "{plan}: events");
    }
    world.settle().await;
    assert_at_rest(&world, "after all patterns").await;
    assert!(gave_up > 0, "no pattern reached the client");
}

#[tokio::test]
async fn a_status_is_set_once_whatever_times_out() {
    let body = json!({ "status": "steady", "reason": "quiet quarter {}" });
    let (path, seen) = ("/v1/customers/host-{}/status", "/v1/customers/host-{}/status/history");
    let event = "health_status.changed.v1";
    happens_once(Change { method: Method::PUT, path, body, customer: "host-{}", event, seen }).await;
}

#[tokio::test]
async fn a_customer_is_created_once_whatever_times_out() {
    let body = json!({ "id": "new-{}", "name": "Fresh{}name" });
    let (path, seen) = ("/v1/customers", "/v1/customers?q=Fresh{}name");
    let event = "customer.created.v1";
    happens_once(Change { method: Method::POST, path, body, customer: "new-{}", event, seen }).await;
}

#[tokio::test]
async fn a_contact_is_created_once_whatever_times_out() {
    let body = json!({ "name": "Dora", "email": "dora@host-{}.example", "role": "user" });
    let path = "/v1/customers/host-{}/contacts";
    happens_once(Change { method: Method::POST, path, body, customer: "host-{}", event: "", seen: path }).await;
}

#[tokio::test]
async fn a_task_is_created_once_whatever_times_out() {
    let body = json!({ "customer": "host-{}", "title": "Call them", "due_on": "2026-03-09" });
    let (path, seen, event) = ("/v1/tasks", "/v1/tasks?customer=host-{}", "task.created.v1");
    happens_once(Change { method: Method::POST, path, body, customer: "host-{}", event, seen }).await;
}
