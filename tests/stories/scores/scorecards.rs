//! Scorecards as documents: read, set, kept in every version, and back out without loss.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{active_days, set_scorecard};

const DEFAULT: &str = "/v1/scorecards/default";

async fn get(world: &World, path: &str, accept: &str) -> Reply {
    world.call_as(Role::Viewer, Method::GET, path).header("accept", accept).send().await
}

async fn put_yaml(world: &World, path: &str, etag: &str, yaml: &str) -> Reply {
    let call = world.call_as(Role::Admin, Method::PUT, path).header("if-match", etag);
    call.raw("application/yaml", yaml.to_owned()).send().await
}

#[tokio::test]
async fn the_shipped_scorecard_is_there_from_the_beginning_with_its_comments() {
    let world = World::new().await;
    let list = world.get("/v1/scorecards").await;
    assert_eq!(
        list["items"],
        json!([{ "id": "default", "name": "Default", "version": 1, "position": 1, "applies_to": {}, "set_by": null, "set_at": null }])
    );
    let yaml = get(&world, DEFAULT, "application/yaml").await.expect_status(200);
    assert_eq!((yaml.header("content-type").as_str(), yaml.header("etag").as_str()), ("application/yaml", "\"1\""));
    assert_eq!(yaml.text, Scorecard::default_document());
    let json = get(&world, DEFAULT, "application/json").await.expect_status(200).json();
    assert_eq!(Scorecard::parse(&json).unwrap(), Scorecard::shipped());
    assert_eq!(world.get("/v1/scorecards/default/versions").await["items"][0]["version"], 1);
}

#[tokio::test]
async fn a_document_comes_back_to_the_letter_and_every_version_is_kept() {
    let world = World::new().await;
    let yaml = "# ours\nformat: 1\nid: default\nname: Mine # for now\ndimensions:\n  - id: usage\n    weight: 1\n    rules:\n      - { id: days, measure: usage.active_days_28d, weight: 1, points: { linear: { zero_at: 0, full_at: 20 } } }\n";
    let set = put_yaml(&world, DEFAULT, "\"1\"", yaml).await.expect_status(200);
    assert_eq!((&set.json()["version"], set.header("etag").as_str()), (&json!(2), "\"2\""));
    assert_eq!(get(&world, DEFAULT, "application/yaml").await.text, yaml);

    // The same again is no new version, as YAML and as JSON; a comment alone is one.
    assert_eq!(put_yaml(&world, DEFAULT, "\"2\"", yaml).await.expect_status(200).json()["version"], 2);
    let json = get(&world, DEFAULT, "application/json").await.json();
    let again = world.call_as(Role::Admin, Method::PUT, DEFAULT).header("if-match", "\"2\"").json(&json);
    assert_eq!(again.send().await.expect_status(200).json()["version"], 2);
    let commented = yaml.replace("# ours", "# ours, agreed on Monday");
    assert_eq!(put_yaml(&world, DEFAULT, "\"2\"", &commented).await.expect_status(200).json()["version"], 3);

    let versions = world.get("/v1/scorecards/default/versions").await;
    let numbers: Vec<&Value> = versions["items"].as_array().unwrap().iter().map(|item| &item["version"]).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(versions["items"][0]["set_by"], "admin@keepwell.example");
    let first = get(&world, "/v1/scorecards/default?version=1", "application/yaml").await.expect_status(200);
    assert_eq!(first.text, Scorecard::default_document());
    let page = world.get("/v1/scorecards/default/versions?limit=2").await;
    let next = page["next_cursor"].as_str().unwrap();
    let rest = world.get(&format!("/v1/scorecards/default/versions?limit=2&cursor={next}")).await;
    assert_eq!((&rest["items"][0]["version"], &rest["next_cursor"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn a_document_that_is_set_as_json_is_read_as_yaml_too() {
    let world = World::new().await;
    set_scorecard(&world, &active_days("enterprise", 20)).await;
    let yaml = get(&world, "/v1/scorecards/enterprise", "application/yaml").await.expect_status(200).text;
    assert_eq!(Scorecard::from_yaml(&yaml).unwrap(), Scorecard::parse(&active_days("enterprise", 20)).unwrap());
}

#[tokio::test]
async fn an_edit_needs_the_version_that_it_was_made_from() {
    let world = World::new().await;
    let body = active_days("default", 20);
    let put = |etag: Option<&'static str>| {
        let call = world.call_as(Role::Admin, Method::PUT, DEFAULT);
        let call = etag.into_iter().fold(call, |call, etag| call.header("if-match", etag));
        call.json(&body).send()
    };
    let _ = put(None).await.expect_status(428);
    let _ = put(Some("\"7\"")).await.expect_status(412);
    let _ = put(Some("\"1\"")).await.expect_status(200);
    let _ = put(Some("\"1\"")).await.expect_status(412);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_document_is_named_with_its_place() {
    let world = World::new().await;
    let yaml = "format: 1\nid: other\napplies_to: { all: [{ field: plan, in: [Enterprise] }] }\nbands: { thriving: 60, healthy: 60, steady: 40 }\ndimensions:\n  - id: a\n    weight: 1\n    rules:\n      - { id: x, measure: usage.nothing, weight: 0, points: { linear: { zero_at: 0, full_at: 0 } } }\n      - { id: x, measure: team.health_status, weight: 0, points: { map: { great: 101 } }, colour: red }\n";
    let reply = put_yaml(&world, DEFAULT, "*", yaml).await.expect_status(422);
    insta::assert_json_snapshot!("wrong_scorecard", reply.json()["errors"]);
    // What only the place shows is said once the document is sound.
    let mut misplaced = active_days("other", 20);
    misplaced["applies_to"] = json!({ "all": [{ "field": "plan", "in": ["Enterprise"] }] });
    let call = world.call_as(Role::Admin, Method::PUT, DEFAULT).header("if-match", "*").json(&misplaced);
    assert_eq!(call.send().await.expect_status(422).pointers(), ["/id", "/applies_to"]);

    let _ = put_yaml(&world, DEFAULT, "*", "a: [").await.expect_status(400);
    let _ = put_yaml(&world, DEFAULT, "*", "format: 1\nformat: 1\n").await.expect_status(400);
    let call = world.call_as(Role::Admin, Method::PUT, DEFAULT).header("if-match", "*");
    let _ = call.raw("text/plain", "format: 1").send().await.expect_status(415);
    let large = format!("{}#{}", Scorecard::default_document(), "x".repeat(256 * 1024));
    let _ = put_yaml(&world, DEFAULT, "*", &large).await.expect_status(413);
    assert_eq!(world.get("/v1/scorecards").await["items"][0]["version"], 1);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    for path in ["/v1/scorecards/nobody", "/v1/scorecards/nobody/versions", "/v1/scorecards/default?version=9"] {
        let _ = world.call_as(Role::Viewer, Method::GET, path).send().await.expect_status(404);
    }
    for version in ["0", "-1", "one", "1.5"] {
        let path = format!("{DEFAULT}?version={version}");
        let reply = world.call_as(Role::Viewer, Method::GET, &path).send().await.expect_status(422);
        assert_eq!(reply.pointers(), ["?version"], "{version}");
    }
}

#[tokio::test]
async fn the_arithmetic_can_be_tried_on_any_document_without_a_trace() {
    let world = World::new().await;
    world.system.local().reset_requests();
    let body = json!({
        "scorecard": active_days("mine", 20),
        "measures": { "usage.active_days_28d": { "value": 15, "observed_at": "2026-03-01T00:00:00Z" } },
        "as_of": "2026-03-02T00:00:00Z",
    });
    let call = world.call_as(Role::Viewer, Method::POST, "/v1/scorecards/evaluate").json(&body);
    let score = call.send().await.expect_status(200).json();
    insta::assert_json_snapshot!("evaluated", score);
    assert_eq!(world.system.local().write_count(), 0);
}
