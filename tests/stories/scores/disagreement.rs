//! The CSM's judgement and the score side by side: what the score suggests, and when they are far apart.

use chrono::Duration;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{active_days, events, set_scorecard, use_on};

#[tokio::test]
async fn two_words_apart_is_a_disagreement_that_is_told_when_it_begins() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set_scorecard(&world, &active_days("default", 20)).await;
    use_on(&world, "acme", 20).await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["suggested_status"], &customer["disagrees"]), (&json!("thriving"), &json!(false)));

    world.set_status("acme", "healthy").await;
    assert_eq!(world.get("/v1/customers/acme").await["disagrees"], false);
    world.set_status("acme", "struggling").await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!(
        (&customer["status"], &customer["band"], &customer["disagrees"]),
        (&json!("struggling"), &json!("thriving"), &json!(true))
    );
    world.advance(Duration::days(1)).await;
    assert_eq!(events(&world, "health_status.disagreed.v1"), [json!({ "status": "struggling", "band": "thriving" })]);
    world.customer_with("other", &[]).await;
    let list = world.get("/v1/customers?disagrees=true").await;
    let ids: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|customer| &customer["id"]).collect();
    assert_eq!(ids, ["acme"]);
    // A machine never overwrites a person's judgement.
    assert_eq!(world.get("/v1/customers/acme").await["status"], "struggling");
}

#[tokio::test]
async fn a_score_from_too_little_data_suggests_nothing_and_disagrees_with_nobody() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    use_on(&world, "acme", 1).await;
    world.set_status("acme", "thriving").await;
    let customer = world.get("/v1/customers/acme").await;
    assert!(customer["coverage"].as_f64().unwrap() < 0.5, "{customer:#}");
    assert_eq!((&customer["suggested_status"], &customer["disagrees"]), (&Value::Null, &json!(false)));
}
