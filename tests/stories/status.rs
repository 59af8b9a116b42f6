//! A CSM sets a Health Status, and what it sets off happens once.

use std::sync::Arc;

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn struggling_sends_the_supportive_mail_and_makes_a_high_priority_task() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    world.set_status("acme", "struggling").await;

    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    assert_eq!(world.mails_to("uma@acme.example").len(), 0);
    let tasks = world.get("/v1/tasks?customer=acme").await;
    assert_eq!(tasks["items"].as_array().unwrap().len(), 1, "{tasks:#}");
    assert_eq!(tasks["items"][0]["priority"], "high");
    assert_eq!(tasks["items"][0]["owner"], "csm@keepwell.example");
}

#[tokio::test]
async fn setting_the_same_status_again_changes_nothing() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.set_status("acme", "healthy").await;
    let events = world.system.local().bus().events().len();
    let mails = world.system.local().mailbox().mails().len();
    world.set_status("acme", "healthy").await;

    assert_eq!(world.get("/v1/customers/acme/status/history").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.system.local().bus().events().len(), events);
    assert_eq!(world.system.local().mailbox().mails().len(), mails);
}

#[tokio::test]
async fn a_status_needs_the_current_etag() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let path = "/v1/customers/acme/status";
    let body = json!({ "status": "steady", "reason": "quiet quarter" });
    let csm = |etag: Option<&str>| {
        let call = world.call_as(Role::Csm, Method::PUT, path);
        match etag {
            Some(etag) => call.header("if-match", etag),
            None => call,
        }
        .json(&body)
    };
    let _ = csm(None).send().await.expect_status(428);
    let _ = csm(Some("\"0\"")).send().await.expect_status(412);
    let reply = csm(Some("\"1\"")).send().await.expect_status(200);
    assert_eq!(reply.header("etag"), "\"2\"");
}

/// Days later. Only the schedules of the last of them run: the days before hold nothing that the story is about.
async fn later(world: &World, days: i64) {
    world.system.local().clock().advance(Duration::days(days - 1));
    world.advance(Duration::days(1)).await;
}

fn tasks_in_brief(tasks: &Value) -> Vec<Value> {
    let brief = |task: &Value| {
        json!({ "title": task["title"], "detail": task["detail"], "priority": task["priority"], "owner": task["owner"],
            "due_on": task["due_on"], "state": task["state"], "by": task["source"]["automation"] })
    };
    tasks["items"].as_array().unwrap().iter().map(brief).collect()
}

#[tokio::test]
async fn each_status_sets_off_its_own_automation_and_no_other() {
    for status in ["thriving", "healthy", "steady", "struggling"] {
        let world = World::new().await;
        world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
        world.set_status("acme", status).await;

        let subjects: Vec<String> =
            world.system.local().mailbox().mails().iter().map(|mail| mail.subject.clone()).collect();
        let to: Vec<String> = world.system.local().mailbox().mails().iter().flat_map(|mail| mail.to.clone()).collect();
        let runs = world.get("/v1/customers/acme/timeline?kind=automation").await;
        let titles: Vec<&Value> = runs["items"].as_array().unwrap().iter().map(|line| &line["title"]).collect();
        let tasks = tasks_in_brief(&world.get("/v1/tasks?customer=acme").await);
        insta::assert_json_snapshot!(
            format!("automation_of_{status}"),
            json!({ "mail_to": to, "subjects": subjects, "automations": titles, "tasks": tasks })
        );
    }
}

#[tokio::test]
async fn every_change_of_the_status_sets_off_its_automation_anew() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    for status in ["struggling", "healthy", "struggling"] {
        world.set_status("acme", status).await;
    }
    assert_eq!(world.mails_to("dora@acme.example").len(), 3);
    assert_eq!(world.get("/v1/tasks?customer=acme").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_change_writes_state_history_timeline_and_event_together() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let local = world.system.local();
    let published = local.bus().events().len();
    local.reset_requests();
    let body = json!({ "status": "struggling", "reason": "  their budget\nwas cut " });
    let path = "/v1/customers/acme/status";
    let reply = world.change(Method::PUT, path, "/v1/customers/acme", body).await.expect_status(200);
    // One transaction, before anything else has had a chance to run.
    assert_eq!(local.write_count(), 1);
    let now = json!(world.system.now());
    insta::assert_json_snapshot!("status_answer", reply.json());

    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["status"], &customer["status_set_at"]), (&json!("struggling"), &now));
    assert_eq!(customer["status_reason"], "their budget\nwas cut");
    assert_eq!((&customer["status_set_by"], &customer["version"]), (&json!("csm@keepwell.example"), &json!(2)));
    assert_eq!(format!("\"{}\"", customer["version"]), reply.header("etag"));
    let history = world.get("/v1/customers/acme/status/history").await;
    assert_eq!(
        history["items"],
        json!([{ "by": "csm@keepwell.example", "at": now, "from": null, "to": "struggling",
        "reason": "their budget\nwas cut" }])
    );
    let line = &world.get("/v1/customers/acme/timeline").await["items"][0];
    assert_eq!((&line["kind"], &line["title"]), (&json!("status"), &json!("Health Status Struggling")));

    world.settle().await;
    let event = local.bus().events().into_iter().nth(published).unwrap();
    assert_eq!(event.detail_type, "health_status.changed.v1");
    insta::assert_json_snapshot!("status_event", event.detail,
        { ".event_id" => "[event]", ".correlation_id" => "[correlation]" });
}

#[tokio::test]
async fn a_struggling_customer_that_nobody_looked_at_for_30_days_is_out_of_date() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.customer_with("bolt", &[]).await;
    world.set_status("acme", "struggling").await;
    world.set_status("bolt", "steady").await;
    later(&world, 29).await;
    world.advance(Duration::days(1) - Duration::milliseconds(1)).await;
    assert_eq!(world.get("/v1/customers/acme").await["status_stale"], false);
    assert_eq!(world.get("/v1/customers?stale=true").await["total"], 0);

    world.advance(Duration::milliseconds(1)).await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["status"], &customer["status_stale"]), (&json!("struggling"), &json!(true)));
    let stale = world.get("/v1/customers?stale=true").await;
    assert_eq!((&stale["total"], &stale["items"][0]["id"]), (&json!(1), &json!("acme")));

    world.advance(Duration::days(1)).await;
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "stale");
    assert_eq!(world.get("/v1/customers?insight=stale").await["items"][0]["id"], "acme");
    let reminders = |tasks: &[Value]| tasks.iter().filter(|task| task["by"] == "status-stale").count();
    let tasks = tasks_in_brief(&world.get("/v1/tasks?customer=acme").await);
    assert_eq!(reminders(&tasks), 1, "{tasks:#?}");
    insta::assert_json_snapshot!("status_stale_task", tasks.iter().find(|task| task["by"] == "status-stale").unwrap());
    world.advance(Duration::days(2)).await;
    let tasks = tasks_in_brief(&world.get("/v1/tasks?customer=acme").await);
    assert_eq!(reminders(&tasks), 1, "not again every night");
    assert_eq!(reminders(&tasks_in_brief(&world.get("/v1/tasks?customer=bolt").await)), 0);
}

#[tokio::test]
async fn confirming_a_stale_status_makes_it_fresh_and_sets_nothing_off() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let off = json!({ "request_feedback": false });
    world.change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", off).await.expect_status(200);
    world.set_status("acme", "thriving").await;
    later(&world, 31).await;
    assert_eq!(world.get("/v1/customers/acme").await["status_stale"], true);
    let tasks = world.get("/v1/tasks?customer=acme").await;
    world.set_status("acme", "thriving").await;

    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["status_stale"], &customer["status_set_at"]), (&json!(false), &json!(world.system.now())));
    assert_eq!(world.get("/v1/tasks?customer=acme").await, tasks, "no new task");
    assert_eq!(world.mails_to("dora@acme.example").len(), 1, "no new mail");
    let history = world.get("/v1/customers/acme/status/history").await;
    assert_eq!((&history["items"][0]["from"], &history["items"][0]["to"]), (&json!("thriving"), &json!("thriving")));
    let timeline = world.get("/v1/customers/acme/timeline?kind=status").await;
    assert_eq!(timeline["items"][0]["title"], "Health Status Thriving confirmed");

    // It grows stale again, and that is worth a task again.
    later(&world, 31).await;
    let reminders = tasks_in_brief(&world.get("/v1/tasks?customer=acme").await);
    assert_eq!(reminders.iter().filter(|task| task["by"] == "status-stale").count(), 2);
}

#[tokio::test]
async fn a_confirmed_status_is_fresh_in_the_insights_and_the_list_at_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "struggling").await;
    later(&world, 31).await;
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "stale");
    world.set_status("acme", "struggling").await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["status_stale"], &customer["insight"]), (&json!(false), &json!("unknown")));
    assert_eq!(world.get("/v1/customers?insight=stale").await["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_people_who_set_a_status_at_once_one_succeeds() {
    let world = Arc::new(World::new().await);
    world.customer_with("acme", &[]).await;
    let mut people = JoinSet::new();
    for number in 0..20 {
        let world = Arc::clone(&world);
        people.spawn(async move {
            let status = ["thriving", "healthy", "steady", "struggling"][number % 4];
            let body = json!({ "status": status, "reason": format!("person {number}") });
            let call = world.call_as(Role::Csm, Method::PUT, "/v1/customers/acme/status");
            call.header("if-match", "\"1\"").json(&body).send().await.status.as_u16()
        });
    }
    let mut statuses = people.join_all().await;
    statuses.sort_unstable();
    let mut expected = vec![412; 20];
    expected[0] = 200;
    assert_eq!(statuses, expected);
    world.settle().await;
    let history = world.get("/v1/customers/acme/status/history").await;
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    let events = world.system.local().bus().events();
    assert_eq!(events.iter().filter(|event| event.detail_type == "health_status.changed.v1").count(), 1);
}
