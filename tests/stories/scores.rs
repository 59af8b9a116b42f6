//! The Health Score over time: why it changed, what it was, what people put over it, and by which scorecard.

mod disagreement;
mod drops;
mod explain;
mod overrides;
mod plan;
mod scorecards;
mod segments;
mod time_travel;

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The score's value as it is now.
async fn value(world: &World, customer: &str) -> f64 {
    number(&world.get(&format!("/v1/customers/{customer}/score")).await["value"])
}

/// Usage on each of the last `days` days, so that `usage.active_days_28d` is that.
async fn use_on(world: &World, customer: &str, days: i64) {
    let today = world.system.now();
    let rows = (0..days).map(|ago| {
        let at = today - chrono::Duration::days(ago) - chrono::Duration::hours(1);
        format!("{customer}-{at},{customer},{}", at.to_rfc3339())
    });
    let csv = std::iter::once("id,customer,at".to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
    let call = world.call_as(Role::Csm, Method::POST, "/v1/imports/usage").raw("text/csv", csv);
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    world.settle().await;
}

/// A scorecard of one rule: a full score at so many active days of 28.
fn active_days(id: &str, full_at: u32) -> Value {
    let points = json!({ "linear": { "zero_at": 0, "full_at": full_at } });
    let rule = json!({ "id": "active_days", "measure": "usage.active_days_28d", "weight": 1, "points": points });
    json!({ "format": 1, "id": id, "dimensions": [{ "id": "product_usage", "weight": 1, "rules": [rule] }] })
}

/// Sets a scorecard over whatever there is, and lets every customer be computed by it.
async fn set_scorecard(world: &World, scorecard: &Value) -> Value {
    let path = format!("/v1/scorecards/{}", scorecard["id"].as_str().unwrap());
    let call = world.call_as(Role::Admin, Method::PUT, &path).header("if-match", "*").json(scorecard);
    let set = call.send().await.expect_status(200).json();
    world.advance(chrono::Duration::hours(1)).await;
    set
}

/// A call by a CSM with a body; any status.
async fn put(world: &World, path: &str, body: &Value) -> Reply {
    let reply = world.call_as(Role::Csm, Method::PUT, path).json(body).send().await;
    world.settle().await;
    reply
}

/// The data of the events of one kind so far, oldest first.
fn events(world: &World, name: &str) -> Vec<Value> {
    let events = world.system.local().bus().events();
    events.iter().filter(|event| event.detail_type == name).map(|event| event.detail["data"].clone()).collect()
}
