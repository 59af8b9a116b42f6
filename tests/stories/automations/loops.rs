//! Two automations that undo each other's work: the chain is cut, and the log says so (F22).

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{runs, set};

/// A scorecard that gives every customer it applies to the same score.
fn constant(id: &str, score: u32) -> Value {
    let points = json!({ "linear": { "zero_at": 0, "full_at": 100.0 / f64::from(score) } });
    let rule = json!({ "id": "always", "measure": "custom.here", "weight": 1, "points": points });
    json!({ "format": 1, "id": id, "dimensions": [{ "id": "d", "weight": 1, "rules": [rule] }] })
}

#[tokio::test]
async fn a_loop_is_cut_after_five_automations_and_the_log_says_so() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    // With the tag the customer is scored by a card that calls it thriving, without by one that calls it struggling.
    let mut tagged = constant("tagged", 95);
    tagged["applies_to"] = json!({ "all": [{ "field": "tags", "in": ["good"] }] });
    for card in [constant("default", 5), tagged] {
        let path = format!("/v1/scorecards/{}", card["id"].as_str().unwrap());
        let call = world.call_as(Role::Admin, Method::PUT, &path).header("if-match", "*").json(&card);
        let _ = call.send().await.expect_status(200);
    }
    let band = |id: &str, to: &str, action: Value| json!({ "format": 1, "id": id, "name": id, "on": true, "trigger": { "band_changed": { "to": [to] } }, "actions": [action] });
    set(&world, &band("lift", "struggling", json!({ "add_tag": { "tag": "good" } }))).await;
    set(&world, &band("sink", "thriving", json!({ "remove_tag": { "tag": "good" } }))).await;
    let measure = json!([{ "customer": "acme", "name": "here", "value": 1, "observed_at": "2026-03-02T07:00:00Z" }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/custom-measures").json(&measure);
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    world.settle().await;

    let all = runs(&world, "/v1/runs?customer=acme").await;
    let of = |result: &str| -> Vec<&Value> { all.iter().filter(|run| run["result"] == result).collect() };
    let mut hops: Vec<u64> = of("acted").iter().map(|run| run["hop"].as_u64().unwrap()).collect();
    hops.sort_unstable();
    assert_eq!(hops, [0, 1, 2, 3, 4], "{all:#?}");
    let refused = of("refused");
    assert_eq!(refused.len(), 1, "{all:#?}");
    assert_eq!(refused[0]["reason"], "loop guard: 5 automations followed one another, 5 are allowed");
    assert_eq!(runs(&world, "/v1/runs?result=refused").await.len(), 1);
}
