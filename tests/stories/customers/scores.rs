//! The Health Score with its breakdown and its history.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::later;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

async fn csv(world: &World, kind: &str, rows: &[&str]) {
    let path = format!("/v1/imports/{kind}");
    let call = world.call_as(Role::Csm, Method::POST, &path).raw("text/csv", rows.join("\n"));
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    world.settle().await;
}

/// Contributions add up: rules to their dimension, dimensions to `raw`.
fn assert_adds_up(score: &Value) {
    let mut sum = 0.0;
    for dimension in score["dimensions"].as_array().unwrap() {
        let rules: f64 = dimension["rules"].as_array().unwrap().iter().map(|rule| number(&rule["contribution"])).sum();
        assert!((rules - number(&dimension["contribution"])).abs() < 1e-9, "{dimension:#}");
        sum += rules;
    }
    assert!((sum - number(&score["raw"])).abs() < 1e-9, "{sum} is not {}", score["raw"]);
    let coverage = number(&score["coverage"]);
    assert!((0.0..=1.0).contains(&coverage), "{coverage}");
}

#[tokio::test]
async fn a_customer_of_whom_nothing_is_known_has_no_score() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let score = world.get("/v1/customers/acme/score").await;
    assert_eq!(
        (&score["value"], &score["display"], &score["band"], &score["raw"]),
        (&Value::Null, &Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(score["coverage"], 0.0);
}

#[tokio::test]
async fn the_parts_of_a_score_add_up_to_it() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    world.set_status("acme", "healthy").await;
    let alone = world.get("/v1/customers/acme/score").await;
    assert_adds_up(&alone);
    // The status alone: 75 points, 30 of 100 in a dimension of 30 of 100.
    assert_eq!((number(&alone["value"]), &alone["band"], &alone["display"]), (75.0, &json!("healthy"), &json!(75)));
    assert!((number(&alone["coverage"]) - 0.09).abs() < 1e-9);

    csv(
        &world,
        "usage",
        &[
            "id,customer,at,user,feature,count",
            "u1,acme,2026-02-27T10:00:00Z,ann,search,7",
            "u2,acme,2026-02-26T10:00:00Z,bob,export,3",
            "u3,acme,2026-01-20T10:00:00Z,ann,search,9",
        ],
    )
    .await;
    csv(&world, "interactions", &["id,customer,kind,at,quality,outcome", "i1,acme,call,2026-02-20T10:00:00Z,4,3"])
        .await;
    csv(
        &world,
        "surveys",
        &[
            "id,customer,kind,scale_min,scale_max,value,at",
            "s1,acme,nps,0,10,9,2026-02-20T10:00:00Z",
            "s2,acme,csat,1,5,3,2026-02-21T10:00:00Z",
        ],
    )
    .await;
    let more = world.get("/v1/customers/acme/score").await;
    assert_adds_up(&more);
    assert!(number(&more["coverage"]) > number(&alone["coverage"]));
    assert_eq!((&more["value"], &more["scorecard"]["id"]), (&more["raw"], &json!("default")));

    csv(&world, "tickets", &["id,customer,severity,opened_at", "t1,acme,critical,2026-02-20T10:00:00Z"]).await;
    world.set_status("acme", "thriving").await;
    let capped = world.get("/v1/customers/acme/score").await;
    assert_adds_up(&capped);
    assert!(number(&capped["raw"]) > 50.0, "{capped:#}");
    assert_eq!((number(&capped["value"]), &capped["band"]), (50.0, &json!("steady")));
    assert_eq!(capped["overrides"][0]["id"], "critical_ticket_open");

    let customer = world.get("/v1/customers/acme").await;
    for (field, of_score) in [("score", "value"), ("band", "band"), ("coverage", "coverage")] {
        assert_eq!(customer[field], capped[of_score], "{field}");
    }
}

#[tokio::test]
async fn the_history_of_a_score_has_a_point_for_every_change_and_one_a_week() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.advance(Duration::hours(1)).await;
    world.set_status("acme", "healthy").await;
    world.advance(Duration::days(1)).await;
    world.set_status("acme", "struggling").await;
    later(&world, 8).await;
    later(&world, 7).await;

    let history = world.get("/v1/customers/acme/score/history").await;
    insta::assert_json_snapshot!("score_history", history);
    let times: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|point| point["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());

    let part = world.get("/v1/customers/acme/score/history?from=2026-03-03T09:00:00Z&to=2026-03-03T09:00:00Z").await;
    assert_eq!(part["items"].as_array().unwrap().len(), 1, "{part:#}");
    assert_eq!(part["annotations"].as_array().unwrap().len(), 1, "{part:#}");
    let path = "/v1/customers/acme/score/history?from=2026-03-04T00:00:00Z&to=2026-03-03T00:00:00Z";
    let reply = world.call_as(Role::Viewer, Method::GET, path).send().await.expect_status(422);
    assert_eq!(reply.pointers(), ["?from"]);
}
