//! The JSON Schema of an automation document, made from the types that hold it.
//!
//! It tells an editor what may stand where. What no schema can say (a field that the test does not fit, a wait with nothing after it)
//! is found when the document is read.

use schemars::{Schema, generate::SchemaSettings};

use super::Automation;

/// The schema, of draft 2020-12.
pub fn automation_schema() -> Schema {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Automation>();
    schema.insert("title".to_owned(), "Keepwell automation".into());
    schema
}
