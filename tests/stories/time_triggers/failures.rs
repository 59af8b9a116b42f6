//! A pass that breaks off, comes twice, or does not come for weeks; and what it costs.

use chrono::Duration;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::json;

use super::{CONTACT, MILESTONE, RENEWAL, begun, customer, day, days, meet, pass, send, told};

/// Customers of whom the pass of tomorrow has news: two that wait in the index, one that is new.
async fn with_news() -> World {
    let world = begun().await;
    customer(&world, "acme", json!({ "renewal_on": day(&world, 91) })).await;
    let milestones =
        json!([{ "name": "Pilot", "due_on": day(&world, 0) }, { "name": "Go live", "due_on": day(&world, 0) }]);
    let goal = json!([{ "id": "g1", "customer": "acme", "name": "Roll out", "target": 1, "due_on": day(&world, 50), "milestones": milestones }]);
    send(&world, "/v1/goals", goal).await;
    world.advance(Duration::hours(1)).await;
    customer(&world, "new", json!({ "renewal_on": day(&world, 20) })).await;
    world.system.local().clock().advance(Duration::days(1));
    world
}

fn assert_told_once(world: &World, context: &str) {
    assert_eq!(days(world, RENEWAL, "acme"), [90], "{context}");
    assert_eq!(days(world, RENEWAL, "new"), [30], "{context}");
    assert_eq!(days(world, MILESTONE, "acme"), [1, 1], "{context}");
}

#[tokio::test]
async fn a_pass_that_is_killed_at_any_step_is_repeated_without_doubles() {
    let world = with_news().await;
    world.system.local().reset_requests();
    pass(&world).await.unwrap();
    let requests = world.system.local().requests();
    let writing: Vec<u64> = (1..).zip(&requests).filter(|(_, request)| request.is_mutating()).map(|(n, _)| n).collect();
    assert!(writing.len() >= 6, "{writing:?}");
    for plan in writing.iter().flat_map(|n| [FaultPlan::crash_before_request(*n), FaultPlan::crash_after_request(*n)]) {
        let world = with_news().await;
        let local = world.system.local();
        local.faults().set(plan.clone());
        assert!(local.run_until_crash(pass(&world)).await.is_err(), "{plan}");
        local.faults().clear();
        for _ in 0..2 {
            pass(&world).await.unwrap();
            world.settle().await;
        }
        assert_told_once(&world, &plan.to_string());
    }
}

#[tokio::test]
async fn an_answer_that_gets_lost_makes_no_second_event() {
    let world = with_news().await;
    let lost = FaultRule::on(Service::DynamoDb, Fault::TimeoutWithEffect).operation("TransactWriteItems");
    for n in 1..=4 {
        world.system.local().faults().set(FaultPlan::seeded(n).rule(lost.clone().nth(n)));
        // Whether it fails or not: what matters is what comes of it.
        let _ = pass(&world).await;
    }
    world.system.local().faults().clear();
    pass(&world).await.unwrap();
    world.settle().await;
    assert_told_once(&world, "lost answers");
}

#[tokio::test]
async fn two_passes_at_once_tell_once() {
    let world = with_news().await;
    let (one, other) = tokio::join!(pass(&world), pass(&world));
    assert_eq!((one, other), (Ok(()), Ok(())));
    world.settle().await;
    assert_told_once(&world, "two at once");
}

#[tokio::test]
async fn what_came_while_no_pass_ran_is_told_of_afterwards_in_order() {
    let world = begun().await;
    customer(&world, "acme", json!({ "renewal_on": day(&world, 100) })).await;
    meet(&world, "acme", world.system.now() - Duration::hours(2)).await;
    world.advance(Duration::hours(1)).await;
    world.system.local().clock().advance(Duration::days(80));
    pass(&world).await.unwrap();
    world.settle().await;
    assert_eq!(days(&world, RENEWAL, "acme"), [90, 30]);
    assert_eq!(days(&world, CONTACT, "acme"), [30]);
    pass(&world).await.unwrap();
    world.settle().await;
    assert_eq!(told(&world, RENEWAL).len() + told(&world, CONTACT).len(), 3);
}

#[tokio::test]
async fn a_pass_costs_the_same_however_many_customers_wait() {
    let mut requests = Vec::new();
    for customers in [2, 40] {
        let world = begun().await;
        for n in 0..customers {
            customer(&world, &format!("c{n}"), json!({ "renewal_on": day(&world, 200 + n) })).await;
        }
        world.advance(Duration::hours(1)).await;
        world.system.local().clock().advance(Duration::hours(1));
        world.system.local().reset_requests();
        pass(&world).await.unwrap();
        requests
            .push(world.system.local().requests().iter().map(|request| request.operation.clone()).collect::<Vec<_>>());
    }
    assert_eq!(requests[0], requests[1]);
}
