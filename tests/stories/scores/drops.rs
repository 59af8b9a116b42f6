//! A score that falls is told once.

use chrono::Duration;
use keepwell_tests::World;
use serde_json::json;

use super::{active_days, events, put, set_scorecard, use_on};

#[tokio::test]
async fn a_fall_of_ten_points_within_a_week_is_told_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "healthy").await;
    world.advance(Duration::days(3)).await;
    world.set_status("acme", "steady").await;
    assert_eq!(events(&world, "score.dropped.v1"), [json!({ "from": 75.0, "to": 50.0, "days": 7 })]);
    world.advance(Duration::days(3)).await;
    assert_eq!(events(&world, "score.dropped.v1").len(), 1);
    // A further fall is news.
    world.set_status("acme", "struggling").await;
    assert_eq!(events(&world, "score.dropped.v1")[1..], [json!({ "from": 50.0, "to": 0.0, "days": 7 })]);
}

#[tokio::test]
async fn a_slow_fall_is_none() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set_scorecard(&world, &active_days("default", 28)).await;
    use_on(&world, "acme", 28).await;
    // From now on nobody comes on one day a week: one active day of 28 fewer each week, 3.6 points.
    for _ in 0..3 {
        for day in 0..7 {
            world.advance(Duration::days(1)).await;
            if day < 6 {
                use_on(&world, "acme", 1).await;
            }
        }
    }
    let score = world.get("/v1/customers/acme/score").await["value"].as_f64().unwrap();
    assert!(score < 91.0, "{score}");
    assert_eq!(events(&world, "score.dropped.v1"), [] as [serde_json::Value; 0]);
}

#[tokio::test]
async fn neither_an_override_nor_another_scorecard_is_a_fall() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set_scorecard(&world, &active_days("default", 10)).await;
    use_on(&world, "acme", 10).await;
    let cap = json!({ "kind": "cap", "value": 20, "reason": "contract dispute" });
    put(&world, "/v1/customers/acme/score/override", &cap).await.expect_status(200);
    set_scorecard(&world, &active_days("default", 28)).await;
    assert_eq!(events(&world, "score.dropped.v1"), [] as [serde_json::Value; 0]);
}
