//! Why a score changed between two moments.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{active_days, number, put, set_scorecard, use_on};

async fn explain(world: &World, query: &str) -> Value {
    let explanation = world.get(&format!("/v1/customers/acme/score/explain?{query}")).await;
    let deltas: f64 = explanation["items"].as_array().unwrap().iter().map(|item| number(&item["delta"])).sum();
    assert!((deltas - explanation["change"].as_f64().unwrap_or(0.0)).abs() < 1e-9, "{explanation:#}");
    explanation
}

fn causes(explanation: &Value) -> Vec<(&str, &str)> {
    let items = explanation["items"].as_array().unwrap().iter();
    items.map(|item| (item["rule"].as_str().unwrap(), item["cause"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_status_that_changed_is_named_with_what_it_did() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "healthy").await;
    world.advance(Duration::days(2)).await;
    world.set_status("acme", "steady").await;
    let explanation = explain(&world, "from=2026-03-03T00:00:00Z").await;
    insta::assert_json_snapshot!("explanation", explanation);
}

#[tokio::test]
async fn usage_a_scorecard_and_an_override_each_answer_for_their_part() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set_scorecard(&world, &active_days("default", 20)).await;
    use_on(&world, "acme", 20).await;
    let from = world.system.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    world.advance(Duration::days(18)).await;
    set_scorecard(&world, &active_days("default", 28)).await;
    let cap = json!({ "kind": "cap", "value": 30, "reason": "contract dispute" });
    put(&world, "/v1/customers/acme/score/override", &cap).await.expect_status(200);

    let explanation = explain(&world, &format!("from={from}")).await;
    assert_eq!(explanation["from"]["value"], 100.0);
    assert_eq!(explanation["to"]["value"], 30.0);
    let mut causes = causes(&explanation);
    causes.sort_unstable();
    assert_eq!(
        causes,
        [("active_days", "data_changed"), ("active_days", "scorecard_changed"), ("manual_override", "override")]
    );
}

#[tokio::test]
async fn data_that_grew_stale_is_named_as_such() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut scorecard = active_days("default", 20);
    let rule = json!({ "id": "status", "measure": "team.health_status", "weight": 1,
        "points": { "map": { "thriving": 100, "healthy": 75, "steady": 50, "struggling": 0 } } });
    scorecard["dimensions"][0]["rules"].as_array_mut().unwrap().push(rule);
    set_scorecard(&world, &scorecard).await;
    use_on(&world, "acme", 5).await;
    world.set_status("acme", "thriving").await;
    world.advance(Duration::days(10)).await;
    let from = world.system.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    world.advance(Duration::days(22)).await;
    let explanation = explain(&world, &format!("from={from}")).await;
    assert!(causes(&explanation).contains(&("status", "went_stale")), "{explanation:#}");
}

#[tokio::test]
async fn a_change_from_or_to_nothing_known_has_no_parts() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.advance(Duration::days(1)).await;
    world.set_status("acme", "healthy").await;
    let explanation = explain(&world, "from=2026-03-02T12:00:00Z").await;
    assert_eq!((&explanation["change"], &explanation["items"]), (&Value::Null, &json!([])));
    assert_eq!((&explanation["from"]["value"], &explanation["to"]["value"]), (&Value::Null, &json!(75.0)));
}

#[tokio::test]
async fn the_moments_must_be_in_order_and_past() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    for (query, pointers) in [
        ("", vec!["?from"]),
        ("from=2026-03-01T00:00:00Z&to=2026-02-01T00:00:00Z", vec!["?from"]),
        ("from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z", vec!["?to"]),
        ("from=soon", vec!["?from"]),
    ] {
        let path = format!("/v1/customers/acme/score/explain?{query}");
        let reply = world.call_as(Role::Viewer, Method::GET, &path).send().await.expect_status(422);
        assert_eq!(reply.pointers(), pointers, "{query}");
    }
}
