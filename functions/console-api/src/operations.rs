//! What the description of the API says of this function's routes: `docs/openapi.json` is made from it, and the stories prove it.
#![expect(dead_code, reason = "what bodies are said to be is never made; it is read by its own rules")]

mod automations;
mod contacts;
mod customers;
mod endpoints;
mod feedback;
mod scorecards;
mod scores;
mod tasks;
mod team;

use std::borrow::Cow;

use keepwell_aws::http::Operation;
use keepwell_domain::fields::Whole;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

/// An operation for every route.
pub fn operations() -> Vec<Operation> {
    [
        customers::operations(),
        contacts::operations(),
        scores::operations(),
        feedback::operations(),
        tasks::operations(),
        scorecards::operations(),
        automations::operations(),
        endpoints::operations(),
        team::operations(),
    ]
    .concat()
}

/// The number of a version.
type Version = Whole<1, 9_007_199_254_740_991>;

/// A JSON Schema.
struct SchemaDocument;

impl JsonSchema for SchemaDocument {
    fn schema_name() -> Cow<'static, str> {
        "JsonSchema".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A JSON Schema of draft 2020-12.",
            "type": "object",
            "additionalProperties": true,
        })
    }
}

/// Takes `null` out of what a field may be: it may be left out, but not cleared.
pub(crate) fn not_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
}
