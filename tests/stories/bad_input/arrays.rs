//! Arrays of signals that are wrong, as a whole or in some of their items.

use http::Method;
use keepwell_aws::http::{Access, Role};
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{expect_problem, world};

/// A route that takes an array: its path, an item that is wrong in many ways, and how it is wrong.
struct Array {
    path: &'static str,
    wrong: Value,
    pointers: &'static [&'static str],
}

/// Every route that takes an array.
fn arrays() -> [Array; 8] {
    [
        Array {
            path: "/v1/interactions",
            wrong: json!({ "kind": "lunch", "at": "yesterday", "quality": 6, "outcome": 0, "participants": "ann", "x": 1 }),
            pointers: &["at", "customer", "id", "kind", "outcome", "participants", "quality", "x"],
        },
        Array {
            path: "/v1/tickets",
            wrong: json!({ "id": "a b", "customer": 7, "severity": "bad", "opened_at": "2026-03-01T00:00:00Z",
                "closed_at": "2026-02-01T00:00:00Z", "escalated": "yes", "subject": "a\nb" }),
            pointers: &["closed_at", "customer", "escalated", "id", "severity", "subject"],
        },
        Array {
            path: "/v1/surveys",
            wrong: json!({ "id": "s", "customer": "acme", "kind": "nps", "value": 11, "comment": "" }),
            pointers: &["at", "comment", "value"],
        },
        Array {
            path: "/v1/goals",
            wrong: json!({ "id": "g", "customer": "acme", "target": 0, "due_on": "soon", "milestones": [{}] }),
            pointers: &["due_on", "milestones", "name", "target"],
        },
        Array {
            path: "/v1/messages",
            wrong: json!({ "id": "m", "customer": "acme", "text": " ", "contact": "" }),
            pointers: &["at", "contact", "text"],
        },
        Array {
            path: "/v1/opportunities",
            wrong: json!({ "id": "o", "customer": "acme", "kind": "new", "amount_cents": -1, "likelihood": 101, "outcome": "open" }),
            pointers: &["amount_cents", "closes_on", "kind", "likelihood", "outcome"],
        },
        Array {
            path: "/v1/outcomes",
            wrong: json!({ "id": "o", "customer": "acme", "kind": "left", "on": "2026-02-30" }),
            pointers: &["kind", "on"],
        },
        Array {
            path: "/v1/custom-measures",
            wrong: json!({ "customer": "acme", "name": "a b", "value": [1], "observed_at": 3 }),
            pointers: &["name", "observed_at", "value"],
        },
    ]
}

/// Whether the route takes an array.
pub(super) fn is_array(path: &str) -> bool {
    arrays().iter().any(|array| array.path == path)
}

async fn send(world: &World, path: &str, body: impl Into<axum::body::Body>) -> Reply {
    world.call_as(Role::Csm, Method::POST, path).raw("application/json", body).send().await
}

#[tokio::test]
async fn every_route_that_takes_an_array_is_tried_here() {
    let (world, _) = world().await;
    let ingest = world.system.functions().iter().find(|function| function.name == "signal-ingest").unwrap();
    // The calls of the tracking API, which machines alone may make, have tests of their own. What a person logs is no array.
    let signals = ingest.routes.declared().iter();
    let signals = signals.filter(|route| matches!(route.access, Access::MachineOrPeople(_)));
    let mut declared: Vec<&str> = signals.map(|route| route.path).collect();
    declared.retain(|path| !path.starts_with("/v1/imports/"));
    declared.sort_unstable();
    let mut tried: Vec<&str> = arrays().iter().map(|array| array.path).collect();
    tried.sort_unstable();
    assert_eq!(declared, tried);
}

#[tokio::test]
async fn a_body_that_is_no_array_of_one_to_a_thousand_items_is_refused_whole() {
    let (world, _) = world().await;
    let many = Value::from(vec![json!({}); 1_001]).to_string();
    for array in arrays() {
        for body in ["{}", "null", "\"x\"", "3", "[]", "{\"items\": []}", &many] {
            let reply = send(&world, array.path, body.to_owned()).await;
            expect_problem(&reply, 422, array.path);
            assert_eq!(reply.pointers(), [""], "{}", array.path);
        }
        for body in ["", "[", "[{]", "[] []", "[{\"id\": 01}]"] {
            expect_problem(&send(&world, array.path, body.to_owned()).await, 400, array.path);
        }
        expect_problem(&send(&world, array.path, b"[\"\xff\"]".to_vec()).await, 400, array.path);
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn an_array_over_a_mebibyte_is_refused_and_one_of_exactly_that_is_not() {
    let (world, _) = world().await;
    for array in arrays() {
        let body = format!("[{{}}]{}", " ".repeat(1024 * 1024 - 4));
        let _ = send(&world, array.path, body.clone()).await.expect_status(200);
        expect_problem(&send(&world, array.path, format!("{body} ")).await, 413, array.path);
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn all_that_is_wrong_with_an_item_is_named_with_its_place_in_the_array() {
    let (world, _) = world().await;
    let mut answers = Vec::new();
    for array in arrays() {
        let body = json!([null, array.wrong]).to_string();
        let answer = send(&world, array.path, body).await.expect_status(200).json();
        let pointers = |item: usize| -> Vec<String> {
            let errors = answer["items"][item]["errors"].as_array().unwrap();
            let mut pointers: Vec<String> =
                errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
            pointers.sort_unstable();
            pointers
        };
        assert_eq!(pointers(0), ["/0"], "{}", array.path);
        let expected: Vec<String> = array.pointers.iter().map(|field| format!("/1/{field}")).collect();
        assert_eq!(pointers(1), expected, "{}: {answer:#}", array.path);
        assert_eq!(answer["rejected"], 2, "{}", array.path);
        answers.push(json!({ "call": format!("POST {}", array.path), "answer": answer }));
    }
    assert_eq!(world.system.local().write_count(), 0);
    insta::assert_json_snapshot!("wrong_items", answers);
}
