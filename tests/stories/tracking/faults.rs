//! A store that fails, a process that dies: the SDK comes again, and nothing counts twice.

use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{events, send};

const CUSTOMERS: [&str; 3] = ["acme", "bolt", "core"];

/// A group, an identify and a track call for each of three customers.
fn calls() -> Value {
    let of_customer = |customer: &str| {
        let call = |kind: &str| {
            json!({ "type": kind, "userId": format!("u-{customer}"), "groupId": customer, "event": "Login",
                "messageId": format!("{kind}-{customer}"), "timestamp": "2026-03-02T07:00:00Z",
                "traits": { "email": "ann@acme.example" } })
        };
        ["group", "identify", "track"].map(call)
    };
    json!({ "batch": CUSTOMERS.into_iter().flat_map(of_customer).collect::<Vec<_>>() })
}

/// The calls are sent once more, without faults: they must be taken, and everything must be there once.
async fn completes(world: &World, what: &str) {
    world.system.local().faults().clear();
    let answer = send(world, "/v1/batch", &calls()).await.expect_status(200).json();
    assert_eq!(answer, json!({ "success": true, "accepted": 9, "rejected": [] }), "{what}");
    world.settle().await;
    for customer in CUSTOMERS {
        assert_eq!(events(world, customer).await, 1, "{what}: {customer}");
        let contacts = world.get(&format!("/v1/customers/{customer}/contacts")).await;
        assert_eq!(contacts["items"].as_array().unwrap().len(), 1, "{what}: {customer}");
    }
    let heard = world.system.local().bus().events();
    for kind in ["customer.created.v1", "signals.received.v1"] {
        assert_eq!(heard.iter().filter(|event| event.detail_type == kind).count(), 3, "{what}: {kind}");
    }
    world.system.local().reset_requests();
    let _ = send(world, "/v1/batch", &calls()).await.expect_status(200);
    assert_eq!(world.system.local().write_count(), 0, "{what}: the third time nothing is new");
}

#[tokio::test]
async fn a_store_that_fails_is_answered_by_503_and_the_same_request_again_completes_it() {
    for (operation, fault) in [
        ("BatchGetItem", Fault::TimeoutWithoutEffect),
        ("Query", Fault::Unavailable),
        ("TransactWriteItems", Fault::TimeoutWithEffect),
        ("TransactWriteItems", Fault::TimeoutWithoutEffect),
    ] {
        for from in [1, 2, 3].into_iter().take(if operation == "BatchGetItem" { 1 } else { 3 }) {
            let what = format!("{fault:?} of {operation} from request {from}");
            let world = World::new().await;
            let _ = world.write_key().await;
            // From there on all fail, so that the SDK's own attempts do not help.
            let rule = |nth| FaultRule::on(Service::DynamoDb, fault.clone()).operation(operation).nth(nth);
            let plan = (from..40).map(rule).fold(FaultPlan::seeded(0), FaultPlan::rule);
            world.system.local().faults().set(plan);
            let reply = send(&world, "/v1/batch", &calls()).await.expect_status(503);
            assert_eq!(reply.header("retry-after"), "2", "{what}");
            completes(&world, &what).await;
        }
    }
}

#[tokio::test]
async fn wherever_the_process_dies_the_same_request_again_completes_it() {
    let world = World::new().await;
    let _ = world.write_key().await;
    world.system.local().reset_requests();
    let _ = send(&world, "/v1/batch", &calls()).await.expect_status(200);
    let requests = world.system.local().requests();
    let writing: Vec<u64> = (1..).zip(&requests).filter(|(_, request)| request.is_mutating()).map(|(n, _)| n).collect();
    assert_eq!(writing.len(), 3, "a transaction for each customer");
    for n in writing {
        for plan in [FaultPlan::crash_before_request(n), FaultPlan::crash_after_request(n)] {
            let world = World::new().await;
            let _ = world.write_key().await;
            world.system.local().faults().set(plan.clone());
            let ended = world.system.local().run_until_crash(send(&world, "/v1/batch", &calls())).await;
            assert!(ended.is_err(), "{plan}: the request has fewer steps than before");
            completes(&world, &plan.to_string()).await;
        }
    }
}
