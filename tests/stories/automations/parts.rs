//! Five hundred effects of one event: in parts, none lost, none twice, whatever dies in between.

use chrono::Duration;
use keepwell_local::cloud::faults::FaultPlan;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{on_struggling, set, the_run};

/// A customer with so many users, who get a mail each, and a task at the end.
async fn with_users(users: usize) -> World {
    let world = World::new().await;
    world.post("/v1/customers", json!({ "id": "acme", "name": "Acme", "owner": "csm@keepwell.example" })).await;
    let rows = (0..users).map(|n| format!("u{n},acme,User {n},u{n}@acme.example,user"));
    let csv = std::iter::once("id,customer,name,email,role".to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
    let call =
        world.call_as(keepwell_aws::http::Role::Csm, http::Method::POST, "/v1/imports/contacts").raw("text/csv", csv);
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    let actions = json!([
        { "mail": { "subject": "News for {{ contact.name }}", "text": "Hello.", "to": { "role": "user" } } },
        { "task": { "title": "Call", "priority": "low", "due_in_working_days": 1 } }
    ]);
    set(&world, &on_struggling("mine", &actions)).await;
    let _ = super::reset(&world, "status-struggling", "\"1\"").await;
    world.settle().await;
    world
}

async fn tasks(world: &World) -> usize {
    let tasks = world.get("/v1/tasks?customer=acme").await;
    tasks["items"].as_array().unwrap().iter().filter(|task| task["title"] == "Call").count()
}

/// The mail intents of the automation: recipients, each once.
async fn intents(world: &World) -> (usize, usize) {
    let run = the_run(world, "mine").await;
    let mails: Vec<&Value> = run["steps"].as_array().unwrap().iter().filter(|step| step["kind"] == "mail").collect();
    let contacts: std::collections::BTreeSet<String> =
        mails.iter().map(|step| step["input"]["contact"].to_string()).collect();
    let mut there = 0;
    for mail in &mails {
        let id = mail["made"].as_str().unwrap();
        there += usize::from(world.system.cloud().store.mail_intent(id).await.unwrap().is_some());
    }
    assert_eq!(there, mails.len(), "each that is logged is there");
    (mails.len(), contacts.len())
}

async fn struggle(world: &World) {
    let body = json!({ "status": "struggling", "reason": "we talked" });
    let path = "/v1/customers/acme/status";
    let _ = world.change(http::Method::PUT, path, "/v1/customers/acme", body).await.expect_status(200);
}

#[tokio::test]
async fn five_hundred_effects_happen_and_five_hundred_and_one_are_refused() {
    let world = with_users(498).await;
    let mut off = world.get("/v1/automations/status-struggling").await;
    off["on"] = json!(false);
    set(&world, &off).await;
    let mut small =
        on_struggling("alpha", &json!([{ "task": { "title": "Other", "priority": "low", "due_in_working_days": 1 } }]));
    small["name"] = json!("Alpha");
    set(&world, &small).await;
    struggle(&world).await;
    world.settle().await;
    assert_eq!(intents(&world).await, (498, 498));
    assert_eq!(tasks(&world).await, 1);
    assert_eq!(the_run(&world, "alpha").await["result"], "acted", "five hundred in all");
    let mut extra =
        on_struggling("omega", &json!([{ "task": { "title": "More", "priority": "low", "due_in_working_days": 1 } }]));
    extra["name"] = json!("Omega");
    set(&world, &extra).await;
    world.set_status("acme", "steady").await;
    world.system.local().clock().advance(Duration::hours(1));
    struggle(&world).await;
    world.settle().await;
    let refused = the_run(&world, "omega").await;
    assert_eq!(
        (&refused["result"], &refused["reason"]),
        (&json!("refused"), &json!("too many effects: 501 of one event, 500 are allowed"))
    );
}

/// The numbers of the requests that write a part of the run with mails, in a flow that nothing disturbs.
async fn parts(users: usize) -> Vec<u64> {
    let world = with_users(users).await;
    struggle(&world).await;
    world.system.local().reset_requests();
    world.settle().await;
    let is_part =
        |tables: &[String]| ["core", "dedupe"].iter().all(|name| tables.iter().any(|table| table.ends_with(name)));
    let requests = world.system.local().requests();
    let writing = (1..)
        .zip(&requests)
        .filter(|(_, request)| request.operation == "TransactWriteItems" && is_part(&request.tables));
    writing.map(|(n, _)| n).collect()
}

#[tokio::test]
async fn a_run_in_parts_survives_a_kill_at_every_part() {
    const USERS: usize = 200;
    let parts = parts(USERS).await;
    assert!(parts.len() >= 3, "{parts:?}");
    let plans = parts.iter().flat_map(|n| [FaultPlan::crash_before_request(*n), FaultPlan::crash_after_request(*n)]);
    for plan in plans {
        let world = with_users(USERS).await;
        struggle(&world).await;
        let local = world.system.local();
        local.faults().set(plan.clone());
        assert!(local.run_until_crash(world.settle()).await.is_err(), "{plan}: nothing was killed");
        local.faults().clear();
        local.bus().release_in_flight();
        world.settle().await;
        assert_eq!(intents(&world).await, (USERS, USERS), "{plan}");
        assert_eq!(tasks(&world).await, 1, "{plan}");
        assert_eq!(the_run(&world, "mine").await["result"], "acted", "{plan}");
    }
}

#[tokio::test]
async fn a_run_whose_message_never_comes_again_is_finished_by_the_schedule() {
    let world = with_users(200).await;
    // Killed when its first part was written.
    let first = parts(200).await[0];
    struggle(&world).await;
    let local = world.system.local();
    local.faults().set(FaultPlan::crash_after_request(first));
    assert!(local.run_until_crash(world.settle()).await.is_err());
    local.faults().clear();
    // The message is lost for good: nobody releases it.
    local.clock().advance(Duration::minutes(5));
    let dispatch = world.system.functions().iter().find(|function| function.name == "automation-dispatch").unwrap();
    (dispatch.schedules.iter().find(|schedule| schedule.name == "waits").unwrap().handler)().await.unwrap();
    assert_eq!(intents(&world).await, (200, 200));
    let run = the_run(&world, "mine").await;
    assert_eq!((&run["result"], &run["attempt"]), (&json!("acted"), &json!(2)));
}
