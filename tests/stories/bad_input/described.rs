//! What the description of the API says of a body is what is asked for: no field more and none less, and no value beyond the edges.
//! That what is taken is described is proved by every story ([`keepwell_tests::openapi`]).

use std::collections::BTreeSet;

use keepwell_aws::http::Role;
use keepwell_local::system::operations;
use keepwell_tests::openapi::document::describe;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{Write, world, writes};

/// A name that no body has.
const NOBODY: &str = "zz_nobody";

/// The schema of the body that a call takes.
fn body_schema<'a>(document: &'a Value, write: &Write) -> &'a Value {
    let method = write.method.as_str().to_lowercase();
    let content = &document["paths"][write.declared][&method]["requestBody"]["content"];
    resolved(document, &content["application/json"]["schema"])
}

/// The schema behind a reference, and without the choice of `null`.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([one, null]) if null["type"] == "null" => resolved(document, one),
        _ => schema,
    }
}

async fn send(world: &World, write: &Write, body: &Value) -> Reply {
    let call = world.call_as(Role::Admin, write.method.clone(), &write.path).header("if-match", "*");
    call.json(body).send().await
}

fn names<'a>(values: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    values.into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_fields_of_a_body_are_those_that_are_described() {
    let (world, task) = world().await;
    let document = describe(&world.routes(), &operations()).document;
    for write in writes(&task) {
        let schema = body_schema(&document, &write);
        let what = format!("{} {}", write.method, write.declared);
        let described = schema["properties"].as_object().into_iter().flat_map(serde_json::Map::keys);
        let described = names(described.map(String::as_str));
        let required = names(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));

        let reply = send(&world, &write, &json!({ NOBODY: 1 })).await.expect_status(422).json();
        let errors = reply["errors"].as_array().unwrap();
        let unknown = errors.iter().find(|error| error["pointer"] == format!("/{NOBODY}"));
        let unknown = unknown.and_then(|error| error["detail"].as_str()).unwrap_or_else(|| panic!("{what}: {reply}"));
        let known = unknown.split_once("known are ").map(|(_, known)| known).unwrap_or_default();
        let known = names(known.split(", ").filter(|name| !name.is_empty()));
        assert_eq!(known, described, "{what}: what is known, and what is described");
        let missing = errors.iter().filter(|error| error["detail"] == "is required");
        let missing = names(missing.filter_map(|error| error["pointer"].as_str()?.strip_prefix('/')));
        assert_eq!(missing, required, "{what}: what is required, and what is described as such");
    }
    assert_eq!(world.system.local().write_count(), 0);
}

/// Values just beyond what a schema allows.
fn beyond(schema: &Value) -> Vec<Value> {
    let is = |kind: &str| match &schema["type"] {
        Value::String(only) => only == kind,
        Value::Array(kinds) => kinds.iter().any(|it| it == kind),
        _ => false,
    };
    let is_number = is("integer") || is("number");
    let words = schema["enum"].is_array().then(|| json!(NOBODY));
    let longest = schema["maxLength"].as_u64().map(|most| json!("x".repeat(most as usize + 1)));
    let shortest = (schema["minLength"] == 1).then(|| json!(""));
    let pattern = schema["pattern"].is_string().then(|| json!("!"));
    let above = schema["maximum"].as_i64().map(|most| json!(most + 1));
    let below = schema["minimum"].as_i64().map(|least| json!(least - 1));
    let no_text = (is("string") && !is_number).then(|| json!(3));
    let no_number = ((is_number || is("boolean")) && !is("string")).then(|| json!("many"));
    let no_part = (is("array") || is("object")).then(|| json!(3));
    [words, longest, shortest, pattern, above, below, no_text, no_number, no_part].into_iter().flatten().collect()
}

#[tokio::test]
async fn a_value_beyond_what_is_described_is_refused_by_its_field() {
    let (world, task) = world().await;
    let document = describe(&world.routes(), &operations()).document;
    let mut tried = 0;
    for write in writes(&task) {
        let schema = body_schema(&document, &write);
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            for value in beyond(resolved(&document, schema)) {
                let what = format!("{} {} with {name} = {value}", write.method, write.declared);
                let reply = send(&world, &write, &json!({ name: value })).await;
                assert_eq!(reply.status.as_u16(), 422, "{what}: {}", reply.text);
                let place = format!("/{name}");
                let is_there = |pointer: &String| *pointer == place || pointer.starts_with(&format!("{place}/"));
                assert!(reply.pointers().iter().any(is_there), "{what}: {}", reply.text);
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    assert_eq!(world.system.local().write_count(), 0);
}
