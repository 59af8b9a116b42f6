//! Tasks that people make, find, change and close.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{all_pages, each};

async fn task(world: &World, customer: &str, title: &str, owner: Option<&str>, due_on: &str) -> String {
    let body = json!({ "customer": customer, "title": title, "owner": owner, "due_on": due_on });
    world.post("/v1/tasks", body).await["id"].as_str().unwrap().to_owned()
}

async fn patch(world: &World, id: &str, body: Value) -> Reply {
    let path = format!("/v1/tasks/{id}");
    let reply = world.call_as(Role::Csm, Method::PATCH, &path).json(&body).send().await;
    world.settle().await;
    reply
}

#[tokio::test]
async fn a_new_task_goes_to_the_customers_owner_unless_somebody_else_is_named() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let body = json!({ "customer": "acme", "title": "Call", "due_on": "2026-03-10" });
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/tasks").json(&body).send().await.expect_status(201);
    assert_eq!(reply.header("etag"), "\"1\"");
    insta::assert_json_snapshot!("a_new_task", reply.json(), { ".id" => "[task]" });

    let whole = json!({ "customer": "acme", "title": "Call", "detail": "About\nseats", "due_on": "2026-03-10",
        "priority": "urgent", "owner": "ben@keepwell.example" });
    let task = world.post("/v1/tasks", whole.clone()).await;
    for field in ["title", "detail", "due_on", "priority", "owner"] {
        assert_eq!(task[field], whole[field]);
    }
    world.settle().await;
    let lines = world.get("/v1/customers/acme/timeline?kind=task").await;
    assert_eq!(each(&lines, "title"), ["Task: Call", "Task: Call"]);
}

#[tokio::test]
async fn a_task_about_nobody_is_refused() {
    let world = World::new().await;
    world.system.local().reset_requests();
    let body = json!({ "customer": "nobody", "title": "Call", "due_on": "2026-03-10" });
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/tasks").json(&body).send().await.expect_status(422);
    assert_eq!(reply.pointers(), ["/customer"]);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn tasks_are_found_by_customer_owner_state_and_day_earliest_first() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.customer_with("bolt", &[]).await;
    task(&world, "acme", "late", Some("ben@keepwell.example"), "2026-04-01").await;
    task(&world, "bolt", "early", Some("Ben@keepwell.example"), "2026-03-03").await;
    let done = task(&world, "acme", "done", None, "2026-03-05").await;
    task(&world, "acme", "middle", None, "2026-03-10").await;
    patch(&world, &done, json!({ "state": "done" })).await.expect_status(200);

    let cases = [
        ("", vec!["early", "done", "middle", "late"]),
        ("customer=acme", vec!["done", "middle", "late"]),
        ("customer=acme&state=open", vec!["middle", "late"]),
        ("customer=acme&owner=ben@keepwell.example", vec!["late"]),
        ("customer=nobody", vec![]),
        ("owner=BEN@keepwell.example", vec!["early", "late"]),
        ("owner=csm@keepwell.example&state=open", vec!["middle"]),
        ("state=open", vec!["early", "middle", "late"]),
        ("state=done", vec!["done"]),
        ("state=dropped", vec![]),
        ("due_before=2026-03-10", vec!["early", "done"]),
        ("due_before=2026-03-11&state=open&customer=acme", vec!["middle"]),
    ];
    for (query, expected) in cases {
        let list = world.get(&format!("/v1/tasks?{query}")).await;
        assert_eq!(each(&list, "title"), expected, "{query}");
        let paged = all_pages(&world, &format!("/v1/tasks?{query}"), 1).await;
        assert_eq!(json!(paged), list["items"], "{query}, page by page");
    }
}

#[tokio::test]
async fn the_pages_of_the_tasks_hold_each_once_when_all_are_due_on_one_day() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut expected = Vec::new();
    for number in 0..7 {
        expected.push(task(&world, "acme", &format!("task {number}"), None, "2026-03-10").await);
    }
    expected.sort_unstable();
    let paged = all_pages(&world, "/v1/tasks?state=open", 3).await;
    let ids: Vec<&str> = paged.iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_task_is_changed_closed_and_opened_again() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let id = task(&world, "acme", "Call", None, "2026-03-10").await;
    let changed = patch(&world, &id, json!({ "priority": "high", "due_on": "2026-03-12", "title": "Call now" })).await;
    assert_eq!(changed.expect_status(200).json()["version"], 2);
    let found = world.get("/v1/tasks?state=open&due_before=2026-03-13").await;
    assert_eq!(each(&found, "title"), ["Call now"]);

    let closed = patch(&world, &id, json!({ "state": "done" })).await.expect_status(200);
    assert_eq!(closed.header("etag"), "\"3\"");
    assert_eq!(closed.json()["closed_at"], json!(world.system.now()));
    world.system.local().reset_requests();
    let again = patch(&world, &id, json!({ "state": "done" })).await.expect_status(200);
    assert_eq!(again.json(), closed.json());
    assert_eq!(world.system.local().write_count(), 0);

    let reopened = patch(&world, &id, json!({ "state": "open" })).await.expect_status(200);
    assert_eq!(reopened.json()["closed_at"], Value::Null);
    let lines = world.get("/v1/customers/acme/timeline?kind=task").await;
    let mut titles = each(&lines, "title");
    titles.sort_unstable();
    assert_eq!(titles, ["Task done: Call now", "Task open: Call now", "Task: Call"]);
}

#[tokio::test]
async fn a_task_that_somebody_else_changed_meanwhile_is_not_overwritten() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let id = task(&world, "acme", "Call", None, "2026-03-10").await;
    patch(&world, &id, json!({ "title": "Call today" })).await.expect_status(200);
    let path = format!("/v1/tasks/{id}");
    let stale = world.call_as(Role::Csm, Method::PATCH, &path).header("if-match", "\"1\"");
    let _ = stale.json(&json!({ "state": "dropped" })).send().await.expect_status(412);
    assert_eq!(world.get("/v1/tasks?customer=acme").await["items"][0]["state"], "open");
}
