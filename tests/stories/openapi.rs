//! The description of the API: it is the one that is checked in, it is whole, and its names are good.

use std::collections::BTreeSet;

use http::Method;
use keepwell_local::system::operations;
use keepwell_tests::World;
use keepwell_tests::openapi::document::{Unmatched, describe, unmatched};
use serde_json::{Map, Value};

async fn document() -> Value {
    let world = World::new().await;
    describe(&world.routes(), &operations()).document
}

#[tokio::test]
async fn every_route_has_an_operation_and_every_operation_a_route() {
    let world = World::new().await;
    assert_eq!(unmatched(&world.routes(), &operations()), Unmatched::default());
}

#[tokio::test]
async fn the_openapi_document_that_is_checked_in_is_the_one_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let document = format!("{}\n", serde_json::to_string_pretty(&document().await).unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &document).unwrap();
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(checked_in == document, "run `UPDATE_OPENAPI=1 cargo test -p keepwell-tests openapi`");
}

/// Every operation of the document.
fn said(document: &Value) -> Vec<Value> {
    let paths = document["paths"].as_object().unwrap();
    paths.values().filter_map(Value::as_object).flat_map(Map::values).cloned().collect()
}

#[tokio::test]
async fn operations_have_names_of_their_own_and_stand_under_a_known_heading() {
    let document = document().await;
    let tags: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
    let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
    for operation in said(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        let is_name =
            id.starts_with(|c: char| c.is_ascii_lowercase()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(is_name, "{id} is no name for a function");
        assert!(ids.insert(id.clone()), "{id} is there twice");
        let tag = operation["tags"][0].as_str().unwrap().to_owned();
        assert!(tags.contains(tag.as_str()), "{id} stands under {tag:?}: add it to the headings");
        used.insert(tag);
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 5), "{id} has no summary");
    }
    assert_eq!(tags, used.iter().map(String::as_str).collect());
}

#[tokio::test]
async fn no_two_types_share_a_name() {
    let document = document().await;
    // Of two types with one name, the second would be called `Name2`.
    let names = document["components"]["schemas"].as_object().unwrap().keys();
    let numbered: Vec<&String> = names.filter(|name| name.ends_with(|c: char| c.is_ascii_digit())).collect();
    assert!(numbered.is_empty(), "give these another name with #[schemars(rename)]: {numbered:?}");
}

#[tokio::test]
async fn anybody_gets_the_document_that_is_checked_in() {
    let world = World::new().await;
    let reply = world.call(Method::GET, "/v1/openapi.json").send().await.expect_status(200);
    assert_eq!(reply.text, include_str!("../../docs/openapi.json"));
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "public, max-age=300");
}
