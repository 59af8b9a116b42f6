//! What an admin sees of the system itself: what waits, mail, and when each schedule ran.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::delivery::EndpointKind;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

use crate::endpoints::{drafted, webhook};

async fn system(world: &World) -> Value {
    world.call_as(Role::Admin, Method::GET, "/v1/system").send().await.expect_status(200).json()
}

/// One of the queues.
async fn queue(world: &World, name: &str) -> Value {
    let state = system(world).await;
    let queues = state["queues"].as_array().unwrap();
    queues.iter().find(|queue| queue["name"] == name).unwrap().clone()
}

fn waits(name: &str, waiting: usize, oldest_at: Option<&str>) -> Value {
    json!({ "name": name, "waiting": waiting, "waiting_capped": false, "oldest_at": oldest_at })
}

/// Time goes by, and nothing runs.
fn later(world: &World, step: Duration) {
    world.system.local().clock().advance(step);
}

/// Everything that goes to the service fails.
fn down(world: &World, service: Service, fault: Fault) {
    world.system.local().faults().set(FaultPlan::seeded(1).rule(FaultRule::on(service, fault)));
}

/// The last run of a schedule.
async fn last_run(world: &World, name: &str) -> (Value, Value) {
    let state = system(world).await;
    let schedules = state["schedules"].as_array().unwrap();
    let schedule = schedules.iter().find(|schedule| schedule["name"] == name).unwrap();
    (schedule["last_run_at"].clone(), schedule["last_run_failed"].clone())
}

#[tokio::test]
async fn a_system_that_just_started_has_nothing_to_say_and_after_a_night_everything() {
    let world = World::new().await;
    let before = system(&world).await;
    insta::assert_json_snapshot!("just_started", before, { ".version" => "[version]" });
    world.advance(Duration::days(1)).await;
    world.system.local().reset_requests();
    insta::assert_json_snapshot!("after_a_night", system(&world).await, { ".version" => "[version]" });
    assert_eq!(world.system.local().write_count(), 0, "a look changes nothing");
}

#[tokio::test]
async fn events_that_the_bus_does_not_take_are_seen_to_wait() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    assert_eq!(queue(&world, "outbox").await, waits("outbox", 0, None));
    down(&world, Service::EventBridge, Fault::Unavailable);
    later(&world, Duration::minutes(1));
    for id in ["one", "two"] {
        world.post("/v1/customers", json!({ "id": id, "name": "A customer" })).await;
        later(&world, Duration::minutes(1));
    }
    assert_eq!(queue(&world, "outbox").await, waits("outbox", 2, Some("2026-03-02T08:01:00Z")));
    world.system.local().faults().set(FaultPlan::default());
    world.settle().await;
    assert_eq!(queue(&world, "outbox").await, waits("outbox", 0, None));
}

#[tokio::test]
async fn mails_that_wait_and_mails_that_nobody_knows_about_are_told_apart() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("carl", "champion")]).await;
    let first_is_lost = FaultRule::on(Service::Ses, Fault::TimeoutWithEffect).operation("SendRawEmail").nth(1);
    let then_throttled = FaultRule::on(Service::Ses, Fault::Throttle).operation("SendRawEmail").nth(2);
    world.system.local().faults().set(FaultPlan::seeded(1).rule(first_is_lost).rule(then_throttled));
    world.advance(Duration::hours(1)).await;
    let state = system(&world).await;
    assert_eq!(state["mail"]["unknown"], 1, "{state}");
    assert_eq!(state["queues"][1], waits("mails", 0, None), "what is for later does not wait yet");
    // The second is to be sent again within ten minutes; here nobody does.
    later(&world, Duration::minutes(30));
    let state = system(&world).await;
    assert_eq!((&state["queues"][1]["waiting"], &state["mail"]["unknown"]), (&json!(1), &json!(1)));
    let oldest = state["queues"][1]["oldest_at"].as_str().unwrap();
    assert!(("2026-03-02T09:00:00Z".."2026-03-02T09:11:00Z").contains(&oldest), "{oldest}");
    world.advance(Duration::hours(1)).await;
    assert_eq!(queue(&world, "mails").await, waits("mails", 0, None));
}

#[tokio::test]
async fn what_ses_said_of_the_account_is_shown_with_its_moment() {
    let world = World::new().await;
    assert_eq!(system(&world).await["mail"]["sent_24h"], Value::Null);
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(Duration::hours(2)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    let mail = system(&world).await["mail"].clone();
    assert_eq!((&mail["as_of"], &mail["sent_24h"]), (&json!("2026-03-02T10:00:00Z"), &json!(1)), "{mail}");
    assert!(mail["quota_24h"].as_u64().unwrap() > 1_000 && mail["per_second"].as_f64().unwrap() > 1.0, "{mail}");
}

#[tokio::test]
async fn deliveries_to_any_endpoint_and_runs_that_wait_are_counted() {
    let world = World::new().await;
    for id in ["crm", "hook"] {
        webhook(&world, id, "http://127.0.0.1:9").await;
        drafted(&world, id, EndpointKind::Webhook).await;
    }
    assert_eq!(queue(&world, "deliveries").await, waits("deliveries", 2, Some("2026-03-02T08:00:00Z")));

    crate::automations::set(
        &world,
        &crate::automations::on_struggling(
            "mine",
            &json!([{ "wait": { "days": 7 } }, { "add_tag": { "tag": "late" } }]),
        ),
    )
    .await;
    world.set_status("acme", "struggling").await;
    assert_eq!(queue(&world, "runs").await, waits("runs", 0, None), "it waits because it was told to");
    later(&world, Duration::days(8));
    assert_eq!(queue(&world, "runs").await, waits("runs", 1, Some("2026-03-09T08:00:00Z")));
}

#[tokio::test]
async fn a_schedule_that_failed_is_shown_as_failed_until_it_runs_again() {
    let world = World::new().await;
    let name = "feedback-request/hourly";
    world.advance(Duration::hours(1)).await;
    assert_eq!(last_run(&world, name).await, (json!("2026-03-02T09:00:00Z"), json!(false)));
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    // The customer's tasks cannot be read; the heartbeat is written all the same.
    let rule = FaultRule::on(Service::Ses, Fault::Throttle).operation("GetSendQuota");
    world.system.local().faults().set(FaultPlan::seeded(1).rule(rule));
    world.advance(Duration::hours(1)).await;
    assert_eq!(last_run(&world, name).await, (json!("2026-03-02T10:00:00Z"), json!(true)));
    world.system.local().faults().set(FaultPlan::default());
    world.advance(Duration::hours(1)).await;
    assert_eq!(last_run(&world, name).await, (json!("2026-03-02T11:00:00Z"), json!(false)));
}

#[tokio::test]
async fn a_run_that_could_not_be_noted_has_failed() {
    let world = World::new().await;
    down(&world, Service::DynamoDb, Fault::Unavailable);
    let publisher = world.system.functions().iter().find(|function| function.name == "event-publisher").unwrap();
    assert!(publisher.run_schedule("sweep").await.is_err());
    world
        .system
        .local()
        .faults()
        .set(FaultPlan::seeded(1).rule(FaultRule::on(Service::DynamoDb, Fault::Unavailable).operation("PutItem")));
    let error = publisher.run_schedule("sweep").await.unwrap_err();
    assert!(error.to_string().starts_with("PutItem on core"), "{error}");
    world.system.local().faults().set(FaultPlan::default());
    assert_eq!(last_run(&world, "event-publisher/sweep").await, (Value::Null, Value::Null));
    publisher.run_schedule("sweep").await.unwrap();
    assert_eq!(last_run(&world, "event-publisher/sweep").await, (json!(monday()), json!(false)));
}

#[tokio::test]
async fn only_admins_see_it() {
    let world = World::new().await;
    for role in [Role::Viewer, Role::Csm] {
        world.call_as(role, Method::GET, "/v1/system").send().await.expect_status(403);
    }
    world.call(Method::GET, "/v1/system").send().await.expect_status(401);
}
