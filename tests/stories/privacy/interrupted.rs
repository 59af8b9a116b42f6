//! An erasure that broke off is asked for again, and then nothing is left, whatever went wrong before.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use serde_json::json;

use super::{CANARY, ID, Known, with_canaries};

const CONTACT: (Method, &str) = (Method::POST, "/v1/customers/acme/contacts/c-100/erase");
const CUSTOMER: (Method, &str) = (Method::DELETE, "/v1/customers/acme");

async fn ask(known: &Known, (method, path): &(Method, &str)) -> u16 {
    let status = known.world.call_as(Role::Admin, method.clone(), path).send().await.status.as_u16();
    known.world.settle().await;
    status
}

/// Kills an erasure before its first request that writes and after each, and asks again. A kill before the next one leaves the same.
/// Answers the number of kills.
async fn survives_every_kill(what: &(Method, &str), event: &str) -> usize {
    let known = Known::new().await;
    known.world.system.local().reset_requests();
    let reply = known.world.call_as(Role::Admin, what.0.clone(), what.1).send().await;
    assert!(reply.status.is_success(), "{}", reply.text);
    let requests = known.world.system.local().requests();
    let writing: Vec<u64> = (1..).zip(&requests).filter(|(_, request)| request.is_mutating()).map(|(n, _)| n).collect();
    let before = FaultPlan::crash_before_request(writing[0]);
    let plans: Vec<FaultPlan> =
        [before].into_iter().chain(writing.iter().map(|n| FaultPlan::crash_after_request(*n))).collect();
    for plan in &plans {
        let known = Known::new().await;
        let local = known.world.system.local();
        local.faults().set(plan.clone());
        assert!(local.run_until_crash(ask(&known, what)).await.is_err(), "{plan}: fewer requests than before");
        local.faults().clear();
        local.bus().release_in_flight();
        is_erased(&known, what, event, &plan.to_string()).await;
    }
    plans.len()
}

/// Asks again, as a client does that got no answer, and looks.
async fn is_erased(known: &Known, what: &(Method, &str), event: &str, context: &str) {
    let status = ask(known, what).await;
    assert!([200, 204, 404].contains(&status), "{context}: {status}");
    let left = with_canaries(&known.world).await;
    assert!(left.is_empty(), "{context}: {left:#?}");
    let events = known.world.system.local().bus().events();
    let told: std::collections::BTreeSet<String> = events
        .iter()
        .filter(|published| published.detail_type == event)
        .map(|published| published.detail["event_id"].to_string())
        .collect();
    assert_eq!(told.len(), 1, "{context}: it is told of once");
    let all = format!("{:?}", events.iter().map(|event| event.detail.to_string()).collect::<Vec<_>>());
    assert!(!all.to_lowercase().contains(CANARY), "{context}: {all}");
}

#[tokio::test]
async fn the_erasure_of_a_contact_survives_a_kill_at_every_step() {
    let kills = survives_every_kill(&CONTACT, "contact.erased.v1").await;
    assert!(kills >= 4, "only {kills} kills: is the erasure still there?");
}

#[tokio::test]
async fn the_erasure_of_a_company_survives_a_kill_at_every_step() {
    let kills = survives_every_kill(&CUSTOMER, "customer.erased.v1").await;
    assert!(kills >= 4, "only {kills} kills: is the erasure still there?");
}

#[tokio::test]
async fn erasures_get_through_a_table_that_fails_again_and_again() {
    for seed in 1..=2 {
        for (what, event) in [(CONTACT, "contact.erased.v1"), (CUSTOMER, "customer.erased.v1")] {
            let known = Known::new().await;
            let failing = |fault, probability| FaultRule::on(Service::DynamoDb, fault).probability(probability);
            let plan = FaultPlan::seeded(seed)
                .rule(failing(Fault::Unavailable, 0.3))
                .rule(failing(Fault::TimeoutWithEffect, 0.1));
            known.world.system.local().faults().set(plan.clone());
            for _ in 0..5 {
                let _ = known.world.call_as(Role::Admin, what.0.clone(), what.1).send().await;
            }
            known.world.system.local().faults().clear();
            is_erased(&known, &what, event, &plan.to_string()).await;
        }
    }
}

#[tokio::test]
async fn a_contact_that_comes_back_while_it_is_half_erased_is_erased_with_both_its_names() {
    let known = Known::new().await;
    let local = known.world.system.local();
    local.reset_requests();
    local.faults().set(
        FaultPlan::seeded(1)
            .rule(FaultRule::on(Service::DynamoDb, Fault::CrashBefore).operation("TransactWriteItems").nth(2)),
    );
    assert!(local.run_until_crash(ask(&known, &CONTACT)).await.is_err());
    local.faults().clear();
    local.bus().release_in_flight();
    let again = json!({ "id": ID, "name": "Second Zuzuqname", "email": "second@zuzuq.example" });
    let _ = known.world.post("/v1/customers/acme/contacts", again).await;
    is_erased(&known, &CONTACT, "contact.erased.v1", "half erased").await;
}
