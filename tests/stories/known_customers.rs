//! What a process knows of the portfolio: the newest snapshot, and what was written and erased since.

use std::collections::BTreeMap;

use chrono::{Duration, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::known_customers::KnownCustomers;
use keepwell_aws::snapshot::take;
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;

async fn world() -> World {
    let world = World::new().await;
    for id in ["acme", "beta", "gamma"] {
        world.customer_with(id, &[]).await;
    }
    world
}

async fn erase(world: &World, id: &str) {
    let erase = world.call_as(Role::Admin, Method::DELETE, &format!("/v1/customers/{id}"));
    let _ = erase.header("if-match", "*").send().await.expect_status(204);
}

/// What a process knows; it must be what the tables have.
async fn look(world: &World, process: &KnownCustomers) -> BTreeMap<CustomerId, Customer> {
    let cloud = world.system.cloud();
    let known = process.all(cloud).await.unwrap();
    let known: BTreeMap<_, _> = known.iter().map(|it| (it.id.clone(), Customer::clone(it))).collect();
    let stored = cloud.store.portfolio().await.unwrap();
    assert_eq!(known, stored.into_iter().map(|it| (it.value.id.clone(), it.value)).collect());
    known
}

fn words(known: &BTreeMap<CustomerId, Customer>) -> Vec<String> {
    known.keys().map(ToString::to_string).collect()
}

#[tokio::test]
async fn what_others_write_and_erase_is_seen_at_the_next_look() {
    let world = world().await;
    let process = KnownCustomers::default();
    assert_eq!(words(&look(&world, &process).await), ["acme", "beta", "gamma"]);
    world.set_status("gamma", "struggling").await;
    erase(&world, "beta").await;
    world.customer_with("delta", &[]).await;
    let known = look(&world, &process).await;
    assert_eq!(words(&known), ["acme", "delta", "gamma"]);
    let gamma = known.get(&CustomerId::parse("gamma").unwrap()).unwrap();
    assert_eq!(gamma.status.as_ref().unwrap().status.as_str(), "struggling");
}

#[tokio::test]
async fn who_is_erased_and_made_again_is_there() {
    let world = world().await;
    let process = KnownCustomers::default();
    world.set_status("beta", "healthy").await;
    let _ = look(&world, &process).await;
    erase(&world, "beta").await;
    world.customer_with("beta", &[]).await;
    let known = look(&world, &process).await;
    assert!(known.get(&CustomerId::parse("beta").unwrap()).unwrap().status.is_none(), "it is the new one");
}

#[tokio::test]
async fn a_new_process_starts_from_the_snapshot() {
    let world = world().await;
    let cloud = world.system.cloud();
    assert!(take(cloud).await.unwrap().current.portfolio.looked_at.is_some());
    erase(&world, "beta").await;
    world.set_status("acme", "thriving").await;
    world.system.local().reset_requests();
    let process = KnownCustomers::default();
    assert_eq!(words(&look(&world, &process).await), ["acme", "gamma"]);
    let objects = world.system.local().requests();
    assert!(objects.iter().any(|it| it.service == Service::S3 && it.operation == "GetObject"), "the snapshot was read");
}

#[tokio::test]
async fn without_a_snapshot_that_can_be_had_the_tables_are_read() {
    let world = world().await;
    let cloud = world.system.cloud();
    let taken = take(cloud).await.unwrap();
    cloud.snapshots.put(&taken.key, b"<html>".to_vec()).await.unwrap();
    assert_eq!(words(&look(&world, &KnownCustomers::default()).await), ["acme", "beta", "gamma"]);
    world.system.local().faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::S3, Fault::Unavailable)));
    assert_eq!(words(&look(&world, &KnownCustomers::default()).await), ["acme", "beta", "gamma"]);
}

#[tokio::test]
async fn who_was_not_written_since_is_not_read_again() {
    let world = world().await;
    let store = &world.system.cloud().store;
    let before = Utc::now();
    let later = before + Duration::minutes(2);
    world.set_status("acme", "thriving").await;
    erase(&world, "beta").await;
    let written = store.written_since(before).await.unwrap();
    assert!(written.iter().any(|it| it.value.id.as_str() == "acme"));
    assert_eq!(store.erased_since(before).await.unwrap(), [CustomerId::parse("beta").unwrap()]);
    assert!(store.written_since(later).await.unwrap().is_empty());
    assert!(store.erased_since(later).await.unwrap().is_empty());
}
