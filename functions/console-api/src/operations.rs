//! What the description of the API says of this function's routes: `docs/openapi.json` is made from it, and the stories prove it.
#![expect(dead_code, reason = "what bodies are said to be is never made; it is read by its own rules")]

/// Types that only say what a value may be. Their schema stands where they are used.
///
/// A macro because `schemars` wants the same three functions for each of these.
macro_rules! said {
    ($($(#[$meta:meta])* $name:ident: $schema:expr;)+) => {
        $(
            $(#[$meta])*
            pub(super) struct $name;

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    $schema
                }
            }
        )+
    };
}
mod analytics;
mod automations;
mod contacts;
mod customers;
mod endpoints;
mod exports;
mod feedback;
mod people;
mod scorecards;
mod scores;
mod tasks;
mod team;

use keepwell_aws::http::Operation;
use keepwell_domain::fields::Whole;
use schemars::{Schema, json_schema};
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
        analytics::operations(),
        exports::operations(),
        team::operations(),
        people::operations(),
    ]
    .concat()
}

/// The number of a version.
type Version = Whole<1, 9_007_199_254_740_991>;

said! {
    /// A JSON Schema of draft 2020-12.
    SchemaDocument: json_schema!({ "type": "object", "additionalProperties": true });
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
