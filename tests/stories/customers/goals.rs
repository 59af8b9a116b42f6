//! What a customer wants to reach, and the steps on the way.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::json;

use super::{all_pages, each, send};

#[tokio::test]
async fn goals_show_how_far_they_are_and_how_their_milestones_stand() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let day = |days: i64| (world.system.now() + Duration::days(days)).date_naive();
    let milestones = json!([
        { "name": "Last", "due_on": day(5) },
        { "name": "Late", "due_on": day(-3), "done_on": day(-1) },
        { "name": "In time", "due_on": day(-9), "done_on": day(-9) },
        { "name": "Today", "due_on": day(0) },
        { "name": "Missed", "due_on": day(-1) },
        { "name": "Said too early", "due_on": day(3), "done_on": day(2) },
    ]);
    let goal = json!({ "id": "g1", "customer": "acme", "name": "Roll out", "target": 40, "actual": 10, "due_on": day(30),
        "milestones": milestones });
    send(&world, "/v1/goals", &json!([goal])).await;
    let goals = world.get("/v1/customers/acme/goals").await;
    let goal = &goals["items"][0];
    assert_eq!((&goal["id"], &goal["name"], &goal["progress"]), (&json!("g1"), &json!("Roll out"), &json!(0.25)));
    let milestones: Vec<(&str, &str)> = goal["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["state"].as_str().unwrap()))
        .collect();
    let expected = [
        ("In time", "done"),
        ("Late", "done_late"),
        ("Missed", "overdue"),
        ("Today", "open"),
        ("Said too early", "open"),
        ("Last", "open"),
    ];
    assert_eq!(milestones, expected);
}

#[tokio::test]
async fn goals_come_page_by_page_and_a_customer_that_is_not_there_has_none() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let due_on = world.system.now().date_naive();
    let goal = |id: &str, actual: f64| json!({ "id": id, "customer": "acme", "name": id, "target": 10, "actual": actual, "due_on": due_on });
    send(&world, "/v1/goals", &json!([goal("g1", 0.0), goal("g2", 25.0), goal("g3", -5.0)])).await;
    let goals = all_pages(&world, "/v1/customers/acme/goals", 2).await;
    let progress: Vec<f64> = goals.iter().map(|goal| goal["progress"].as_f64().unwrap()).collect();
    assert_eq!(progress, [0.0, 1.0, 0.0]);
    let whole = world.get("/v1/customers/acme/goals").await;
    assert_eq!(each(&whole, "id"), ["g1", "g2", "g3"]);
    let call = world.call_as(Role::Viewer, Method::GET, "/v1/customers/nobody/goals");
    let _ = call.send().await.expect_status(404);
    let call = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme/goals?cursor=eHg");
    assert_eq!(call.send().await.expect_status(422).pointers(), ["?cursor"]);
}
