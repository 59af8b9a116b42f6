//! The tables ask to slow down, or one function is broken: the rest goes on.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{assert_at_rest, assert_struggling_once, one_customer, put_status, run_schedule};

/// Sends a request until it is not refused for a passing reason.
async fn persist(world: &World, method: Method, path: &str, key: &str, body: &Value, context: &str) -> Reply {
    for _ in 0..20 {
        let call = world.call_as(Role::Csm, method.clone(), path).header("idempotency-key", key);
        let reply = call.header("if-match", "\"1\"").json(body).send().await;
        if reply.status != 503 {
            return reply;
        }
        assert_ne!(reply.header("retry-after"), "", "{context}: when to try again?");
    }
    panic!("{context}: {method} {path} is refused for ever")
}

#[tokio::test]
async fn while_one_request_in_five_is_throttled_everything_still_happens_once() {
    for seed in 1..=5 {
        let world = World::new().await;
        let throttle = FaultRule::on(Service::DynamoDb, Fault::Throttle).probability(0.2);
        let plan = FaultPlan::seeded(seed).rule(throttle);
        let context = plan.to_string();
        world.system.local().faults().set(plan);
        for number in 0..4 {
            let id = format!("c{number}");
            let customer = json!({ "id": id, "name": id, "owner": "csm@keepwell.example" });
            let reply = persist(&world, Method::POST, "/v1/customers", &id, &customer, &context).await;
            assert_eq!(reply.status, 201, "{context}: {}", reply.text);
            let dora = json!({ "id": "dora", "name": "Dora", "email": format!("dora@{id}.example"), "role": "decision_maker" });
            let path = format!("/v1/customers/{id}/contacts");
            let reply = persist(&world, Method::POST, &path, &id, &dora, &context).await;
            assert_eq!(reply.status, 201, "{context}: {}", reply.text);
            let status = json!({ "status": "struggling", "reason": "we talked" });
            let path = format!("/v1/customers/{id}/status");
            let reply = persist(&world, Method::PUT, &path, &id, &status, &context).await;
            assert_eq!(reply.status, 200, "{context}: {}", reply.text);
        }
        let mut rounds = 0;
        while world.system.settle().await.is_err() {
            rounds += 1;
            assert!(rounds < 50, "{context}: does not come to rest");
        }
        world.system.local().faults().clear();
        // A claim whose sender was throttled out is nobody's after 90 seconds, and settled when no news came for a day.
        for _ in 0..2 {
            world.system.local().clock().advance(chrono::Duration::hours(25));
            run_schedule(&world, "automation-dispatch").await.expect("the mail schedule");
        }
        assert_at_rest(&world, &context).await;
        for number in 0..4 {
            assert_struggling_once(&world, &format!("c{number}"), &context).await;
            let mails = world.mails_to(&format!("dora@c{number}.example")).len();
            assert_eq!(mails, 1, "{context}");
        }
    }
}

#[tokio::test]
async fn without_mail_the_task_is_made_all_the_same_and_the_mail_follows() {
    let world = one_customer().await;
    let throttled = FaultRule::on(Service::Ses, Fault::Throttle).operation("SendRawEmail");
    world.system.local().faults().set(FaultPlan::seeded(0).rule(throttled));
    let _ = put_status(&world, "acme", "struggling").await.expect_status(200);
    world.settle().await;
    assert_struggling_once(&world, "acme", "without mail").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 0);

    world.system.local().faults().clear();
    world.advance(chrono::Duration::hours(1)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    assert_at_rest(&world, "when mail is back").await;
}
