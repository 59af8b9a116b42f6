//! Schemas as they are said: one set of components from the types as they are written and as they are read.

use std::collections::BTreeMap;

use keepwell_aws::http::operation::SchemaOf;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

const PLACE: &str = "#/components/schemas/";

/// Makes schemas, and keeps those that have a name.
pub(super) struct Schemas {
    /// Of what is answered.
    answers: SchemaGenerator,
    /// Of what is taken.
    bodies: SchemaGenerator,
}

/// A schema that is to be finished when all are known.
pub(super) struct Unfinished {
    schema: Value,
    is_body: bool,
}

/// The named schemas, and under which names bodies find theirs.
pub(super) struct Named {
    /// By name.
    pub(super) schemas: BTreeMap<String, Value>,
    renamed: BTreeMap<String, String>,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
            })
        };
        Self {
            answers: settings().for_serialize().into_generator(),
            bodies: settings().for_deserialize().into_generator(),
        }
    }

    /// The schema of something that is answered.
    pub(super) fn answer(&mut self, schema: SchemaOf) -> Unfinished {
        Unfinished { schema: schema(&mut self.answers).to_value(), is_body: false }
    }

    /// The schema of something that is taken.
    pub(super) fn body(&mut self, schema: SchemaOf) -> Unfinished {
        Unfinished { schema: schema(&mut self.bodies).to_value(), is_body: true }
    }

    /// Ends the making. A type that is taken in another shape than it is answered (what may be left out is always answered) has two
    /// schemas: that of bodies is called `…Input`.
    pub(super) fn finish(mut self) -> Named {
        let tidied = |definitions: Map<String, Value>| -> BTreeMap<String, Value> {
            definitions.into_iter().map(|(name, schema)| (name, tidy(schema))).collect()
        };
        let mut schemas = tidied(self.answers.take_definitions(true));
        let bodies = tidied(self.bodies.take_definitions(true));
        let mut renamed = BTreeMap::new();
        loop {
            let differs = |name: &String, schema: &Value| {
                let in_answers = schemas.get(name);
                let refers = references(schema).iter().any(|other| renamed.contains_key(other));
                in_answers.is_some_and(|answer| answer != schema || refers)
            };
            let found: Vec<String> = bodies
                .iter()
                .filter(|(name, schema)| !renamed.contains_key(*name) && differs(name, schema))
                .map(|(name, _)| name.clone())
                .collect();
            if found.is_empty() {
                break;
            }
            renamed.extend(found.into_iter().map(|name| (name.clone(), format!("{name}Input"))));
        }
        for (name, schema) in bodies {
            let name = renamed.get(&name).cloned().unwrap_or(name);
            schemas.entry(name).or_insert_with(|| rename(schema, &renamed));
        }
        Named { schemas, renamed }
    }
}

impl Named {
    /// The schema as it stands in the document.
    pub(super) fn finish(&self, unfinished: &Unfinished) -> Value {
        let schema = tidy(unfinished.schema.clone());
        if unfinished.is_body { rename(schema, &self.renamed) } else { schema }
    }
}

/// The name that a reference has, if it is one.
fn name_of(reference: &str) -> Option<&str> {
    reference.strip_prefix(PLACE)
}

/// The names that a schema refers to, each once for each time.
pub(super) fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).and_then(name_of).map(str::to_owned);
            members.values().flat_map(references).chain(own).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn rename(mut schema: Value, renamed: &BTreeMap<String, String>) -> Value {
    match &mut schema {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(new) = name_of(reference).and_then(|name| renamed.get(name))
            {
                *reference = format!("{PLACE}{new}");
            }
            for member in members.values_mut() {
                *member = rename(member.take(), renamed);
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = rename(item.take(), renamed);
            }
        }
        _ => {}
    }
    schema
}

/// Numbers of Rust that mean nothing to others.
const OUR_FORMATS: [&str; 8] = ["uint8", "uint16", "uint32", "uint64", "uint", "int8", "int16", "int"];

/// The schema as others like it: words as an `enum`, no numbers of Rust, no links of our documentation.
fn tidy(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                *member = match member.take() {
                    // Its keys are names, and no words of JSON Schema.
                    Value::Object(named) if key == "properties" => {
                        named.into_iter().map(|(name, schema)| (name, tidy(schema))).collect()
                    }
                    other => tidy(other),
                };
            }
            if members.get("format").and_then(Value::as_str).is_some_and(|format| OUR_FORMATS.contains(&format)) {
                members.remove("format");
            }
            if let Some(Value::String(description)) = members.get_mut("description") {
                *description = for_others(description);
            }
            // Generated clients take what has a default for something that must be there.
            members.remove("default");
            say_types(members);
            if let Some(words) = members.get("oneOf").and_then(words) {
                say_words(members, &words);
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = tidy(item.take());
            }
        }
        _ => {}
    }
    schema
}

/// A description without what only Rust knows.
fn for_others(description: &str) -> String {
    description.replace("[`", "`").replace("`]", "`").replace("`None`", "`null`").replace("Self::", "")
}

/// The words of a choice between constants, with what each means.
fn words(choices: &Value) -> Option<Vec<(String, String)>> {
    let word = |choice: &Value| -> Option<Vec<(String, String)>> {
        let meaning = choice.get("description").and_then(Value::as_str).unwrap_or_default();
        if let Some(word) = choice.get("const") {
            return Some(vec![(word.as_str()?.to_owned(), meaning.to_owned())]);
        }
        let words = choice.get("enum")?.as_array()?;
        words.iter().map(|word| Some((word.as_str()?.to_owned(), String::new()))).collect()
    };
    let words: Option<Vec<_>> = choices.as_array()?.iter().map(word).collect();
    Some(words?.concat())
}

/// Says in each choice of which type it is, where that is said of all.
fn say_types(members: &mut Map<String, Value>) {
    let Some(kind) = members.get("type").filter(|kind| kind.is_string()).cloned() else { return };
    for key in ["anyOf", "oneOf"] {
        for choice in members.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(choice) = choice.as_object_mut().filter(|choice| !choice.contains_key("$ref")) {
                choice.entry("type").or_insert_with(|| kind.clone());
            }
        }
    }
}

fn say_words(members: &mut Map<String, Value>, words: &[(String, String)]) {
    let meanings: Vec<String> = words
        .iter()
        .filter(|(_, meaning)| !meaning.is_empty())
        .map(|(word, meaning)| format!("- `{word}`: {meaning}"))
        .collect();
    members.remove("oneOf");
    members.insert("type".to_owned(), json!("string"));
    members.insert("enum".to_owned(), words.iter().map(|(word, _)| word.clone()).collect());
    if !meanings.is_empty() {
        let about = members.get("description").and_then(Value::as_str).unwrap_or_default();
        let description = format!("{about}\n\n{}", meanings.join("\n"));
        members.insert("description".to_owned(), json!(description.trim()));
    }
}

/// Names that stand beside properties of whoever refers to them: such a schema cannot refuse what it does not know.
pub(super) fn parts(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let choices =
                ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| members.get(key)?.as_array()).flatten();
            let of_choices = choices.filter(|_| members.contains_key("properties")).filter_map(|choice| {
                let own = choice.get("$ref").and_then(Value::as_str).and_then(name_of);
                own.map(str::to_owned)
            });
            of_choices.chain(members.values().flat_map(parts)).collect()
        }
        Value::Array(items) => items.iter().flat_map(parts).collect(),
        _ => Vec::new(),
    }
}

/// The schema, refusing every property that it does not name, where it says nothing else.
pub(super) fn closed(mut schema: Value) -> Value {
    close(&mut schema, true);
    schema
}

/// `whole`: the schema says everything about its value, and is no part of a larger one.
fn close(schema: &mut Value, whole: bool) {
    let Value::Object(members) = schema else { return };
    let has_properties = members.contains_key("properties");
    let has_choices = ["oneOf", "anyOf", "allOf", "$ref"].into_iter().any(|key| members.contains_key(key));
    for (key, member) in members.iter_mut() {
        match (key.as_str(), member) {
            ("oneOf" | "anyOf" | "allOf", Value::Array(choices)) => {
                for choice in choices {
                    close(choice, whole && !has_properties);
                }
            }
            ("properties" | "patternProperties", Value::Object(properties)) => {
                properties.values_mut().for_each(|property| close(property, true));
            }
            ("items" | "additionalProperties", value) => close(value, true),
            ("prefixItems", Value::Array(items)) => items.iter_mut().for_each(|item| close(item, true)),
            _ => {}
        }
    }
    if !whole || !has_properties || members.contains_key("additionalProperties") {
        return;
    }
    let keyword = if has_choices { "unevaluatedProperties" } else { "additionalProperties" };
    members.insert(keyword.to_owned(), json!(false));
}
