//! An override of the score by hand: with a reason, for a time, beside the score that it hides.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{events, put, value};

const PATH: &str = "/v1/customers/acme/score/override";

/// A customer with a score of 75.
async fn healthy() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "healthy").await;
    world
}

async fn annotations(world: &World) -> Vec<(String, String)> {
    let history = world.get("/v1/customers/acme/score/history").await;
    let text = |annotation: &Value, field: &str| annotation[field].as_str().unwrap().to_owned();
    let annotations = history["annotations"].as_array().unwrap().iter();
    annotations.map(|annotation| (text(annotation, "at"), text(annotation, "kind"))).collect()
}

#[tokio::test]
async fn a_cap_holds_the_score_down_and_the_score_without_it_stays_visible() {
    let world = healthy().await;
    let cap = json!({ "kind": "cap", "value": 40, "reason": "contract dispute" });
    let set = put(&world, PATH, &cap).await.expect_status(200).json();
    assert_eq!((&set["set_by"], &set["expires_at"]), (&json!("csm@keepwell.example"), &json!("2026-05-31T08:00:00Z")));
    let score = world.get("/v1/customers/acme/score").await;
    assert_eq!((&score["value"], &score["band"], &score["raw"]), (&json!(40.0), &json!("steady"), &json!(75.0)));
    assert_eq!(
        score["overrides"][0],
        json!({ "id": null, "kind": "cap", "value": 40.0, "before": 75.0, "after": 40.0 })
    );
    assert_eq!(world.get("/v1/customers/acme").await["manual_override"]["reason"], "contract dispute");

    // The same again is no change.
    put(&world, PATH, &cap).await.expect_status(200);
    assert_eq!(events(&world, "score_override.set.v1").len(), 1);
}

#[tokio::test]
async fn a_floor_lifts_and_a_set_value_stands_even_where_nothing_is_known() {
    let world = healthy().await;
    put(&world, PATH, &json!({ "kind": "floor", "value": 90, "reason": "renewed today" })).await.expect_status(200);
    assert_eq!(value(&world, "acme").await.to_bits(), 90.0_f64.to_bits());
    world.customer_with("blank", &[]).await;
    let set = json!({ "kind": "set", "value": 12.5, "reason": "they told us so" });
    put(&world, "/v1/customers/blank/score/override", &set).await.expect_status(200);
    let score = world.get("/v1/customers/blank/score").await;
    assert_eq!((&score["value"], &score["raw"], &score["band"]), (&json!(12.5), &Value::Null, &json!("struggling")));
}

#[tokio::test]
async fn an_override_ends_at_its_time_by_itself() {
    let world = healthy().await;
    let cap = json!({ "kind": "cap", "value": 40, "reason": "migration", "expires_at": "2026-03-05T12:00:00Z" });
    put(&world, PATH, &cap).await.expect_status(200);
    world.advance(Duration::days(3)).await;
    assert_eq!(value(&world, "acme").await.to_bits(), 40.0_f64.to_bits());
    world.advance(Duration::days(2)).await;
    assert_eq!(value(&world, "acme").await.to_bits(), 75.0_f64.to_bits());
    assert_eq!(world.get("/v1/customers/acme").await["manual_override"], Value::Null);
    assert_eq!(events(&world, "score_override.expired.v1").len(), 1);
    assert_eq!(
        annotations(&world).await,
        [
            ("2026-03-02T08:00:00Z".to_owned(), "status_changed".to_owned()),
            ("2026-03-02T08:00:00Z".to_owned(), "override_set".to_owned()),
            ("2026-03-05T12:00:00Z".to_owned(), "override_expired".to_owned()),
        ]
    );
    // A part of the history has what happened in it, and nothing from before.
    let part = world.get("/v1/customers/acme/score/history?from=2026-03-04T00:00:00Z").await;
    let kinds: Vec<&str> =
        part["annotations"].as_array().unwrap().iter().map(|note| note["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["override_expired"]);
    let timeline = world.get("/v1/customers/acme/timeline?kind=score").await;
    let titles: Vec<&str> =
        timeline["items"].as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap()).collect();
    assert!(titles.contains(&"Health Score override expired: cap 40"), "{titles:?}");
}

#[tokio::test]
async fn an_override_is_taken_back_at_once_and_taking_nothing_back_is_no_error() {
    let world = healthy().await;
    put(&world, PATH, &json!({ "kind": "set", "value": 5, "reason": "a test" })).await.expect_status(200);
    world.advance(Duration::hours(1)).await;
    for _ in 0..2 {
        let _ = world.call_as(Role::Csm, Method::DELETE, PATH).send().await.expect_status(204);
        world.settle().await;
    }
    assert_eq!(value(&world, "acme").await.to_bits(), 75.0_f64.to_bits());
    assert_eq!(events(&world, "score_override.removed.v1").len(), 1);
    assert_eq!(annotations(&world).await.last().unwrap().1, "override_removed");
}

#[tokio::test]
async fn an_override_needs_a_reason_and_an_end_within_a_year() {
    let world = healthy().await;
    let body = json!({ "kind": "cap", "value": 40, "reason": "r", "expires_at": "2027-03-04T08:00:00Z" });
    assert_eq!(put(&world, PATH, &body).await.expect_status(422).pointers(), ["/expires_at"]);
    let stale = world.call_as(Role::Csm, Method::PUT, PATH).header("if-match", "\"1\"");
    let _ = stale.json(&json!({ "kind": "cap", "value": 40, "reason": "r" })).send().await.expect_status(412);
    assert_eq!(value(&world, "acme").await.to_bits(), 75.0_f64.to_bits());
}
