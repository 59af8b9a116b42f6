//! A milestone is late.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{MILESTONE, begun, churn, customer, day, entry, later, send, tasks, told};

fn goal(milestones: &[(&str, String, Option<String>)]) -> Value {
    let milestones: Vec<Value> = milestones
        .iter()
        .map(|(name, due_on, done_on)| json!({ "name": name, "due_on": due_on, "done_on": done_on }))
        .collect();
    json!([{ "id": "g1", "customer": "acme", "name": "Roll out", "target": 10, "due_on": "2026-12-01", "milestones": milestones }])
}

/// The milestones that were told of, in order.
fn names(world: &World) -> Vec<String> {
    let told = told(world, MILESTONE).into_iter();
    told.map(|(_, _, data)| data["milestone"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn world() -> World {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    world
}

#[tokio::test]
async fn a_milestone_that_is_not_done_is_told_of_the_day_after() {
    let world = world().await;
    let pilot = ("Pilot", day(&world, 2), None);
    let live = ("Go live", day(&world, 5), None);
    send(&world, "/v1/goals", goal(&[pilot.clone(), live.clone()])).await;
    later(&world, 2).await;
    world.advance(Duration::days(2)).await;
    let expected = json!({ "goal": "g1", "milestone": "Pilot", "due_on": "2026-03-04", "days": 1 });
    assert_eq!(told(&world, MILESTONE), [("2026-03-05T00:00:00Z".to_owned(), "acme".to_owned(), expected)]);
    assert_eq!(tasks(&world, "acme", "milestone-overdue").await.len(), 1);

    let done = ("Go live", day(&world, 1), Some(day(&world, 0)));
    send(&world, "/v1/goals", goal(&[pilot, done])).await;
    assert_eq!(entry(&world, "acme", "milestone#g1#1").await, None);
    later(&world, 30).await;
    assert_eq!(names(&world), ["Pilot"]);
}

#[tokio::test]
async fn a_milestone_that_comes_late_is_told_of_and_a_new_date_is_another_promise() {
    let world = world().await;
    send(&world, "/v1/goals", goal(&[("Pilot", day(&world, -40), None), ("Old", day(&world, -400), None)])).await;
    world.advance(Duration::hours(1)).await;
    assert_eq!(names(&world), ["Pilot"], "nobody waits for more than a year");
    // Sent again, moved among the others: it stays the same promise.
    let moved = goal(&[("First", day(&world, 90), None), ("Pilot", day(&world, -40), None)]);
    send(&world, "/v1/goals", moved).await;
    world.advance(Duration::hours(1)).await;
    assert_eq!(names(&world), ["Pilot"]);
    send(&world, "/v1/goals", goal(&[("Pilot", day(&world, 10), None)])).await;
    assert_eq!(entry(&world, "acme", "milestone#g1#1").await, None, "it has one milestone now");
    later(&world, 12).await;
    assert_eq!(names(&world), ["Pilot", "Pilot"]);
}

#[tokio::test]
async fn a_goal_with_many_milestones_is_waited_for_whole_and_more_are_refused() {
    let world = world().await;
    let milestones = |count: i64| {
        (0..count).map(|n| (format!("M{n:02}"), json!({ "name": format!("M{n:02}"), "due_on": day(&world, n % 9) })))
    };
    let goal = |id: &str, count| {
        let milestones: Vec<Value> = milestones(count).map(|(_, milestone)| milestone).collect();
        json!({ "id": id, "customer": "acme", "name": "Roll out", "target": 10, "due_on": "2026-12-01", "milestones": milestones })
    };
    send(&world, "/v1/goals", json!([goal("g1", 50), goal("g2", 50), goal("g3", 50)])).await;
    let refused = world.call_as(Role::Csm, Method::POST, "/v1/goals").json(&json!([goal("g4", 51)])).send().await;
    let refused = refused.expect_status(200).json();
    assert_eq!(refused["items"][0]["errors"][0]["pointer"], "/0/milestones", "{refused:#}");
    later(&world, 10).await;
    assert_eq!(names(&world).len(), 150);
}

#[tokio::test]
async fn the_milestones_of_who_left_are_passed_over() {
    let world = world().await;
    send(&world, "/v1/goals", goal(&[("Pilot", day(&world, 3), None)])).await;
    churn(&world, "acme").await;
    later(&world, 6).await;
    assert_eq!(names(&world), [""; 0]);
}
