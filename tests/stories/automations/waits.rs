//! Waits: over days, over a restart, with the version that the run began with, and never twice.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::delivery::target::Targets;
use keepwell_local::cloud::clock::Clock;
use keepwell_local::system::Options;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

use super::{on_struggling, put, set, the_run};

/// Tags at once, waits a week, then tags again if the customer is still struggling.
fn waiting() -> Value {
    on_struggling(
        "mine",
        &json!([
            { "add_tag": { "tag": "first" } },
            { "wait": { "days": 7, "still": { "field": "status", "in": ["struggling"] } } },
            { "add_tag": { "tag": "second" } },
            { "wait": { "days": 1 } },
            { "task": { "title": "Third", "priority": "low", "due_in_working_days": 1 } }
        ]),
    )
}

async fn tags(world: &World) -> Value {
    world.get("/v1/customers/acme").await["tags"].clone()
}

async fn thirds(world: &World) -> usize {
    let tasks = world.get("/v1/tasks?customer=acme").await;
    tasks["items"].as_array().unwrap().iter().filter(|task| task["title"] == "Third").count()
}

/// Runs the schedule that goes on with what waits.
async fn go_on(world: &World) {
    let functions = world.system.functions();
    let dispatch = functions.iter().find(|function| function.name == "automation-dispatch").unwrap();
    (dispatch.schedules.iter().find(|schedule| schedule.name == "waits").unwrap().handler)().await.unwrap();
    world.settle().await;
}

async fn begun() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set(&world, &waiting()).await;
    world.set_status("acme", "struggling").await;
    world
}

#[tokio::test]
async fn what_follows_a_wait_is_done_at_its_time_once_and_in_the_same_run() {
    let world = begun().await;
    assert_eq!(tags(&world).await, json!(["first"]));
    let run = the_run(&world, "mine").await;
    assert_eq!((&run["result"], &run["waiting_until"]), (&json!("waiting"), &json!("2026-03-09T08:00:00Z")));
    assert_eq!(run["steps"][1]["result"], "waiting");
    assert_eq!(super::runs(&world, "/v1/runs?result=waiting").await.len(), 1);

    let clock = world.system.local().clock();
    clock.set(monday() + Duration::days(7) - Duration::milliseconds(1));
    go_on(&world).await;
    assert_eq!(tags(&world).await, json!(["first"]), "not yet");
    clock.set(monday() + Duration::days(7));
    for _ in 0..3 {
        go_on(&world).await;
    }
    assert_eq!((tags(&world).await, thirds(&world).await), (json!(["first", "second"]), 0));
    clock.set(monday() + Duration::days(8));
    for _ in 0..3 {
        go_on(&world).await;
    }
    assert_eq!(thirds(&world).await, 1);
    let run = the_run(&world, "mine").await;
    assert_eq!((&run["result"], &run["attempt"], &run["waiting_until"]), (&json!("acted"), &json!(3), &Value::Null));
    let done: Vec<&Value> = run["steps"].as_array().unwrap().iter().map(|step| &step["action"]).collect();
    assert_eq!(done, [0, 1, 2, 3, 4]);
    let lines = world.get("/v1/customers/acme/timeline?kind=automation").await;
    let mine =
        lines["items"].as_array().unwrap().iter().filter(|line| line["title"] == "Automation: Test mine").count();
    assert_eq!(mine, 3, "one line for each part");
}

#[tokio::test]
async fn a_wait_survives_a_restart() {
    let path = std::env::temp_dir().join(format!("keepwell-waits-{}.db", std::process::id()));
    let options = |clock| Options { data: Some(path.clone()), ..Options::memory(clock) };
    let world = World::with(options(Clock::frozen_at(monday()))).await;
    world.customer_with("acme", &[]).await;
    set(&world, &waiting()).await;
    world.set_status("acme", "struggling").await;
    drop(world);
    let world = World::with(options(Clock::frozen_at(monday() + Duration::days(7)))).await;
    go_on(&world).await;
    assert_eq!(tags(&world).await, json!(["first", "second"]));
    drop(world);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}

#[tokio::test]
async fn what_does_not_hold_any_more_ends_the_run() {
    let world = begun().await;
    world.set_status("acme", "healthy").await;
    world.advance(Duration::days(8)).await;
    assert_eq!((tags(&world).await, thirds(&world).await), (json!(["first"]), 0));
    let run = the_run(&world, "mine").await;
    assert_eq!(
        (&run["result"], &run["reason"]),
        (&json!("acted"), &json!("what had to hold after the wait no longer holds"))
    );
}

#[tokio::test]
async fn a_pause_during_a_wait_ends_the_run() {
    let world = begun().await;
    let pause = json!({ "automations_paused": true });
    world.change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", pause).await.expect_status(200);
    world.advance(Duration::days(7)).await;
    let on = json!({ "automations_paused": false });
    world.change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", on).await.expect_status(200);
    world.advance(Duration::days(7)).await;
    assert_eq!((tags(&world).await, thirds(&world).await), (json!(["first"]), 0), "nothing is done later");
    assert_eq!(the_run(&world, "mine").await["reason"], "automations are paused for this customer");
}

#[tokio::test]
async fn a_run_goes_on_with_the_version_that_it_began_with() {
    let world = begun().await;
    let changed = on_struggling("mine", &json!([{ "add_tag": { "tag": "changed" } }]));
    let _ = put(&world, &changed).await.expect_status(200);
    world.advance(Duration::days(7)).await;
    assert_eq!(tags(&world).await, json!(["first", "second"]));
    // Deleted, too.
    let delete = world.call_as(Role::Admin, Method::DELETE, "/v1/automations/mine").header("if-match", "*");
    let _ = delete.send().await.expect_status(204);
    world.advance(Duration::days(1)).await;
    assert_eq!(thirds(&world).await, 1);
    assert_eq!(the_run(&world, "mine").await["version"], 1);
}

#[tokio::test]
async fn an_erased_customer_is_waited_for_no_longer_and_its_successor_is_another() {
    let world = begun().await;
    let erase = || world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send();
    let _ = erase().await.expect_status(204);
    assert_eq!(super::runs(&world, "/v1/automations/mine/runs").await, Vec::<Value>::new(), "the log forgets it too");
    world.customer_with("acme", &[]).await;
    world.advance(Duration::days(8)).await;
    assert_eq!((tags(&world).await, thirds(&world).await), (json!([]), 0));
}

#[tokio::test]
async fn of_several_who_go_on_at_once_one_does() {
    let options = Options { webhook_targets: Targets::Public, ..Options::memory(Clock::frozen_at(monday())) };
    let world = World::with(options).await;
    world.customer_with("acme", &[]).await;
    let actions = json!([
        { "wait": { "days": 1 } }, { "task": { "title": "Third", "priority": "low", "due_in_working_days": 1 } }
    ]);
    set(&world, &on_struggling("mine", &actions)).await;
    world.set_status("acme", "struggling").await;
    world.system.local().clock().advance(Duration::days(1));
    let functions = world.system.functions();
    let dispatch = functions.iter().find(|function| function.name == "automation-dispatch").unwrap();
    let waits = &dispatch.schedules.iter().find(|schedule| schedule.name == "waits").unwrap().handler;
    let all = futures::future::join_all((0..5).map(|_| waits())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    world.settle().await;
    assert_eq!(thirds(&world).await, 1);
}
