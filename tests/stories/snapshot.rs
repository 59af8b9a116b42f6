//! The portfolio's snapshot: taken every quarter of an hour and on demand, brought up to date when it is read.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::snapshot::{Current, current, take};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::snapshot::{FORMAT, Row, SnapshotError};
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::json;

/// Three customers with signals, so that they have scores.
async fn world() -> World {
    let world = World::new().await;
    for id in ["acme", "beta", "gamma"] {
        world.customer_with(id, &[("dora", "decision_maker")]).await;
    }
    csat(&world, "acme", 5).await;
    csat(&world, "beta", 1).await;
    world
}

async fn csat(world: &World, customer: &str, value: u32) {
    let at = world.system.now();
    let id = format!("s{}", at.timestamp());
    let survey = json!([{ "id": id, "customer": customer, "kind": "csat", "value": value, "at": at }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/surveys").json(&survey);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
}

/// Everybody's row and measures as the tables have them, by id.
async fn in_tables(world: &World) -> Vec<(Row, MeasureValues)> {
    let store = &world.system.cloud().store;
    let mut all = Vec::new();
    for stored in store.portfolio().await.unwrap() {
        let measures = store.newest_measures(&stored.value.id).await.unwrap().unwrap_or_default();
        all.push((Row { customer: stored.value, revision: stored.revision }, measures));
    }
    all.sort_by(|(a, _), (b, _)| a.customer.id.cmp(&b.customer.id));
    all
}

/// The portfolio as of now; it must be what the tables have.
async fn read(world: &World) -> Current {
    let current = current(world.system.cloud()).await.unwrap();
    let rows = current.portfolio.rows().iter().cloned().enumerate();
    let mut all: Vec<(Row, MeasureValues)> =
        rows.map(|(place, row)| (row, current.portfolio.measures().of(place))).collect();
    all.sort_by(|(a, _), (b, _)| a.customer.id.cmp(&b.customer.id));
    assert_eq!(all, in_tables(world).await);
    assert_eq!(current.portfolio.taken_at, world.system.now());
    current
}

async fn put_object(world: &World, key: &str, bytes: Vec<u8>) {
    world.system.cloud().snapshots.put(key, bytes).await.unwrap();
}

fn count(world: &World, service: Service, operation: &str) -> usize {
    let requests = world.system.local().requests();
    requests.iter().filter(|request| request.service == service && request.operation == operation).count()
}

#[tokio::test]
async fn every_quarter_of_an_hour_everybody_is_put_into_one_object() {
    let world = world().await;
    let empty = read(&world).await;
    assert_eq!((empty.snapshot_at, empty.read_again), (None, 3), "there is none yet: the tables are read");
    world.advance(Duration::minutes(16)).await;
    let taken_at = world.system.now() - Duration::minutes(1);
    world.system.local().reset_requests();
    let current = read(&world).await;
    assert_eq!((current.snapshot_at, current.read_again, current.unusable), (Some(taken_at), 0, None));
    assert_eq!(count(&world, Service::S3, "GetObject"), 1);
    let acme = current.portfolio.rows().iter().position(|row| row.customer.id.as_str() == "acme").unwrap();
    assert!(current.portfolio.measures().of(acme).iter().count() > 0, "measures are in it");
}

#[tokio::test]
async fn who_did_not_change_is_not_read_again() {
    let world = world().await;
    take(world.system.cloud()).await.unwrap();
    world.system.local().clock().advance(Duration::minutes(1));
    world.system.local().reset_requests();
    let taken = take(world.system.cloud()).await.unwrap();
    assert_eq!((taken.current.read_again, taken.current.portfolio.rows().len()), (0, 3));
    assert_eq!(count(&world, Service::DynamoDb, "GetItem"), 0);
    assert_eq!(count(&world, Service::DynamoDb, "Query"), 16, "a look at the list rows, shard by shard");
}

#[tokio::test]
async fn what_changed_since_is_laid_over_the_snapshot() {
    let world = world().await;
    world.advance(Duration::minutes(15)).await;
    // The clock does not run the schedules from here on.
    world.system.local().clock().advance(Duration::minutes(1));
    csat(&world, "acme", 2).await;
    world.set_status("gamma", "struggling").await;
    let erase = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/beta");
    let _ = erase.header("if-match", "*").send().await.expect_status(204);
    world.customer_with("delta", &[]).await;
    world.settle().await;
    let current = read(&world).await;
    let ids: Vec<&str> = current.portfolio.rows().iter().map(|row| row.customer.id.as_str()).collect();
    assert_eq!(ids, ["acme", "delta", "gamma"], "beta is erased, delta is new");
    assert_eq!(current.read_again, 3);
    let gamma = CustomerId::parse("gamma").unwrap();
    let gamma = current.portfolio.rows().iter().find(|row| row.customer.id == gamma).unwrap();
    assert_eq!(gamma.customer.status.as_ref().unwrap().status.as_str(), "struggling");
}

#[tokio::test]
async fn a_customer_that_was_erased_and_made_again_is_read_anew() {
    let world = world().await;
    take(world.system.cloud()).await.unwrap();
    world.system.local().clock().advance(Duration::minutes(1));
    let erase = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/beta");
    let _ = erase.header("if-match", "*").send().await.expect_status(204);
    world.customer_with("beta", &[("dora", "decision_maker")]).await;
    csat(&world, "beta", 5).await;
    assert_eq!(read(&world).await.read_again, 1);
}

#[tokio::test]
async fn a_damaged_snapshot_or_one_of_another_release_is_left_aside_and_the_tables_are_read() {
    let world = world().await;
    let taken = take(world.system.cloud()).await.unwrap();
    let good = world.system.cloud().snapshots.get(&taken.key).await.unwrap().unwrap();
    let cases: [(&str, Vec<u8>); 4] = [
        (
            "damaged",
            good.iter().enumerate().map(|(at, byte)| if at + 9 == good.len() { !byte } else { *byte }).collect(),
        ),
        ("damaged", good.iter().copied().take(good.len() / 2).collect()),
        ("format", good.iter().enumerate().map(|(at, byte)| if at == 8 { byte + 1 } else { *byte }).collect()),
        ("not a portfolio snapshot", b"<html>".to_vec()),
    ];
    for (reason, bytes) in cases {
        world.system.local().clock().advance(Duration::minutes(1));
        put_object(&world, &format!("portfolio/{}", world.system.now().format("%Y-%m-%dT%H:%M:%S.000Z")), bytes).await;
        let current = read(&world).await;
        let unusable = current.unusable.expect("it says so");
        assert!(unusable.to_string().contains(reason), "{reason}: {unusable}");
        assert_eq!((current.snapshot_at, current.read_again), (None, 3), "{reason}");
        if reason == "format" {
            assert_eq!(unusable, SnapshotError::OtherFormat { found: FORMAT + 1 });
        }
        // The next one is good again, and says what was wrong with the one before.
        world.system.local().clock().advance(Duration::minutes(1));
        let call = world.call_as(Role::Admin, Method::POST, "/v1/snapshot").json(&json!({}));
        let answer = call.send().await.expect_status(200).json();
        assert!(answer["before_unusable"].as_str().is_some_and(|text| text.contains(reason)), "{answer}");
        let repaired = read(&world).await;
        assert_eq!((repaired.snapshot_at, repaired.read_again), (Some(world.system.now()), 0), "{reason}");
    }
}

#[tokio::test]
async fn an_admin_takes_a_snapshot_on_demand() {
    let world = world().await;
    let call = || world.call_as(Role::Admin, Method::POST, "/v1/snapshot").json(&json!({}));
    let first = call().send().await.expect_status(200).json();
    assert_eq!(first["as_of"], json!(world.system.now()));
    assert_eq!((&first["customers"], &first["read_again"]), (&json!(3), &json!(3)));
    assert_eq!((&first["before"], &first["before_unusable"]), (&json!(null), &json!(null)));
    assert!(first["bytes"].as_u64().is_some_and(|bytes| bytes > 1_000));
    world.system.local().clock().advance(Duration::minutes(1));
    let second = call().send().await.expect_status(200).json();
    assert_eq!((&second["before"], &second["read_again"]), (&first["as_of"], &json!(0)));
    let _ = world.call_as(Role::Csm, Method::POST, "/v1/snapshot").json(&json!({})).send().await.expect_status(403);
}

#[tokio::test]
async fn while_the_objects_are_away_nothing_is_taken_and_the_call_says_try_again() {
    let world = world().await;
    world.system.local().faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::S3, Fault::Unavailable)));
    let reply = world.call_as(Role::Admin, Method::POST, "/v1/snapshot").json(&json!({})).send().await;
    let reply = reply.expect_status(503);
    assert_eq!(reply.header("retry-after"), "2");
    world.system.local().faults().set(FaultPlan::default());
    assert_eq!(read(&world).await.snapshot_at, None);
}
