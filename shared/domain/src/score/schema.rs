//! The JSON Schema of a scorecard document, made from the types that hold it.
//!
//! It tells an editor what may stand where. What no schema can say (an id used twice, weights that are all 0, bands out of order,
//! a shape that does not fit its measure) is found when the document is read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};

use super::number::{Days, Number, PointValue, Weight};
use super::scorecard::Scorecard;
use crate::measure::{Name, catalogue};

/// The schema, of draft 2020-12.
pub fn scorecard_schema() -> Schema {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Scorecard>();
    schema.insert("title".to_owned(), "Keepwell scorecard".into());
    schema
}

/// Every measure by its id, and the team's own.
pub(super) fn measure_name(_: &mut SchemaGenerator) -> Schema {
    let ids: Vec<&str> = catalogue().iter().map(|measure| measure.id).collect();
    json_schema!({
        "type": "string",
        "anyOf": [{ "enum": ids }, { "pattern": "^custom\\.[A-Za-z0-9_.:-]{1,64}$" }]
    })
}

/// Points by any word.
pub(super) fn points_by_word(generator: &mut SchemaGenerator) -> Schema {
    let points = generator.subschema_for::<PointValue>();
    json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": points })
}

/// A type whose schema stands where it is used.
///
/// A macro because `schemars` wants the same three functions for each of these one-line schemas.
macro_rules! inline_schema {
    ($($name:ident => $schema:tt),+ $(,)?) => {
        $(impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })+
    };
}

inline_schema! {
    Number => { "type": "number", "minimum": -1e15, "maximum": 1e15 },
    PointValue => { "type": "number", "minimum": 0, "maximum": 100 },
    Weight => { "type": "number", "minimum": 0, "maximum": 1e12 },
    Days => { "type": "number", "exclusiveMinimum": 0, "maximum": 36_525 },
    Name => { "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$" },
}
