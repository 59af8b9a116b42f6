//! Who started in the same month, followed from there.

use chrono::NaiveDate;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::snapshot::take;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::csat;

/// Turns the clock to a moment; nothing happens by itself.
fn on(world: &World, day: &str, hour: u32) {
    let moment = day.parse::<NaiveDate>().unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc();
    assert!(moment > world.system.now(), "{moment}");
    world.system.local().clock().set(moment);
}

/// Keeps the day, if days are kept here.
async fn keep(world: &World, day: &str, keep: bool) {
    on(world, day, 0);
    if keep {
        take(world.system.cloud()).await.unwrap();
    }
}

/// Acme and beta start in March, gamma in April; beta leaves in April, acme falls in May.
async fn world(kept: bool) -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.customer_with("beta", &[]).await;
    csat(&world, "acme", 5).await;
    csat(&world, "beta", 3).await;
    on(&world, "2026-03-25", 9);
    csat(&world, "acme", 5).await;
    csat(&world, "beta", 3).await;
    keep(&world, "2026-04-01", kept).await;
    on(&world, "2026-04-10", 9);
    world.customer_with("gamma", &[]).await;
    csat(&world, "gamma", 4).await;
    csat(&world, "acme", 5).await;
    let outcome = json!([{ "id": "o", "customer": "beta", "kind": "churned", "on": "2026-04-10" }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/outcomes").json(&outcome);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
    on(&world, "2026-04-28", 9);
    for customer in ["acme", "gamma"] {
        csat(&world, customer, 4).await;
    }
    keep(&world, "2026-05-01", kept).await;
    on(&world, "2026-05-09", 9);
    csat(&world, "acme", 1).await;
    world
}

/// `month: n, share that stayed, how many scores` of a cohort.
fn told(cohort: &Value) -> Vec<(u64, u64, f64, u64)> {
    let number = |month: &Value, field: &str| month[field].as_u64().unwrap();
    let months = cohort["months"].as_array().unwrap().iter();
    months
        .map(|it| (number(it, "month"), number(it, "n"), it["retained"].as_f64().unwrap(), number(it, "scored")))
        .collect()
}

#[tokio::test]
async fn cohorts_are_followed_month_by_month_from_kept_days_as_from_histories() {
    let mut answers = Vec::new();
    for (kept, source) in [(true, "day"), (false, "history")] {
        let world = world(kept).await;
        let body = world.get("/v1/analytics/cohorts").await;
        assert_eq!((&body["as_of"], &body["earlier"]), (&json!(world.system.now()), &json!(0)));
        let items = body["items"].as_array().unwrap();
        let names: Vec<(&Value, &Value)> =
            items.iter().map(|cohort| (&cohort["started"], &cohort["customers"])).collect();
        assert_eq!(names, [(&json!("2026-03"), &json!(2)), (&json!("2026-04"), &json!(1))]);
        assert_eq!(told(&items[0]), [(0, 2, 1.0, 2), (1, 2, 0.5, 1), (2, 2, 0.5, 1)]);
        assert_eq!(told(&items[1]), [(0, 1, 1.0, 1), (1, 1, 1.0, 1)]);
        let march = items[0]["months"].as_array().unwrap();
        let sources: Vec<&Value> = march.iter().map(|month| &month["source"]).collect();
        assert_eq!(sources, [source, source, "now"]);
        let scores: Vec<f64> = march.iter().map(|month| month["mean_score"].as_f64().unwrap()).collect();
        assert!(scores[2] < scores[1], "acme fell: {scores:?}");
        answers.push(scores);

        // Those who started before the first month are counted, and followed no more.
        let later = world.get("/v1/analytics/cohorts?months=1").await;
        assert_eq!((&later["earlier"], later["items"].as_array().unwrap().len()), (&json!(2), 1));
        let nobody = world.get("/v1/analytics/cohorts?owner=nobody@keepwell.example").await;
        assert_eq!((&nobody["earlier"], &nobody["items"]), (&json!(0), &json!([])));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn who_was_a_customer_before_keepwell_belongs_to_the_month_in_which_it_became_one() {
    let world = World::new().await;
    world.post("/v1/customers", json!({ "id": "acme", "name": "Acme", "customer_since": "2025-11-30" })).await;
    world.customer_with("beta", &[]).await;
    csat(&world, "acme", 5).await;
    let started = async || {
        let body = world.get("/v1/analytics/cohorts").await;
        let items = body["items"].as_array().unwrap().clone();
        items.iter().map(|cohort| cohort["started"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(started().await, ["2025-11", "2026-03"]);
    let body = world.get("/v1/analytics/cohorts").await;
    let [present] = &body["items"][0]["months"].as_array().unwrap()[..] else { panic!("{body}") };
    assert_eq!((&present["month"], &present["n"], &present["source"]), (&json!(4), &json!(1), &json!("now")));
    let path = "/v1/customers/acme";
    let change = world.change(Method::PATCH, path, path, json!({ "customer_since": null })).await;
    assert_eq!(change.expect_status(200).json()["customer_since"], Value::Null);
    assert_eq!(started().await, ["2026-03"]);
}
