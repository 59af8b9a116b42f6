//! The score of any past moment, by the scorecard of then or of now.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{active_days, set_scorecard, use_on};

async fn score_at(world: &World, at: &str, by: &str) -> Value {
    world.get(&format!("/v1/customers/acme/score?as_of={at}&scorecard={by}")).await
}

#[tokio::test]
async fn a_past_score_is_what_was_known_then() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.advance(Duration::hours(1)).await;
    world.set_status("acme", "healthy").await;
    world.advance(Duration::days(3)).await;
    world.set_status("acme", "struggling").await;

    assert_eq!(world.get("/v1/customers/acme/score").await["value"], 0.0);
    let then = score_at(&world, "2026-03-04T00:00:00Z", "then").await;
    assert_eq!((&then["value"], &then["band"]), (&json!(75.0), &json!("healthy")));
    assert_eq!((&then["as_of"], &then["scorecard"]["version"]), (&json!("2026-03-04T00:00:00Z"), &json!(1)));
    let before_all = score_at(&world, "2026-03-01T00:00:00Z", "then").await;
    assert_eq!((&before_all["value"], &before_all["dimensions"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn between_two_points_nothing_changes_but_the_age_of_the_data() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "thriving").await;
    world.advance(Duration::days(45)).await;
    let age = |score: &Value| score["dimensions"][1]["rules"][0]["age_days"].as_f64().unwrap();
    let early = score_at(&world, "2026-03-05T20:00:00Z", "then").await;
    let later = score_at(&world, "2026-03-06T20:00:00Z", "then").await;
    assert_eq!((&early["value"], &later["value"]), (&json!(100.0), &json!(100.0)));
    assert!((age(&later) - age(&early) - 1.0).abs() < 1e-9);
    // Thriving is good for 30 days.
    let stale = score_at(&world, "2026-04-02T00:00:00Z", "then").await;
    assert_eq!((&stale["value"], &stale["dimensions"][1]["rules"][0]["state"]), (&Value::Null, &json!("stale")));
}

#[tokio::test]
async fn the_past_can_be_seen_by_the_scorecard_of_now() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set_scorecard(&world, &active_days("default", 20)).await;
    use_on(&world, "acme", 10).await;
    world.advance(Duration::days(1)).await;
    let before = world.system.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    world.advance(Duration::days(1)).await;
    let set = set_scorecard(&world, &active_days("default", 10)).await;
    assert_eq!(set["version"], 3);

    let then = score_at(&world, &before, "then").await;
    let current = score_at(&world, &before, "current").await;
    assert_eq!((&then["value"], &then["scorecard"]["version"]), (&json!(50.0), &json!(2)));
    assert_eq!((&current["value"], &current["scorecard"]["version"]), (&json!(100.0), &json!(3)));
    assert_eq!(world.get("/v1/customers/acme/score").await["scorecard"]["version"], 3);
}

#[tokio::test]
async fn the_future_has_no_score_and_a_scorecard_is_of_then_or_of_now() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    for (query, pointer) in
        [("as_of=2026-03-02T08:00:01Z", "?as_of"), ("as_of=yesterday", "?as_of"), ("scorecard=default", "?scorecard")]
    {
        let path = format!("/v1/customers/acme/score?{query}");
        let reply = world.call_as(Role::Viewer, Method::GET, &path).send().await.expect_status(422);
        assert_eq!(reply.pointers(), [pointer], "{query}");
    }
}
