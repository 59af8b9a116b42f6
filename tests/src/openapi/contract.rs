//! The proof of the description: a call and its answer are held against it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use http::{HeaderMap, Method, StatusCode, header};
use jsonschema::Validator;
use keepwell_aws::http::{Access, Operation, Route};
use keepwell_domain::edition::TextFormat;
use serde_json::{Value, json};

use super::document::{Description, describe, key};

/// What the stories' calls are held against.
pub struct Contract {
    description: Description,
    access: BTreeMap<(String, &'static str), Access>,
    /// Made when they are first needed.
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// A call, as it was sent and answered.
pub struct Exchange<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path.
    pub path: &'a str,
    /// The query, without `?`.
    pub query: &'a str,
    /// The headers that were sent.
    pub sent_headers: &'a HeaderMap,
    /// The body that was sent.
    pub sent: &'a [u8],
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's headers.
    pub headers: &'a HeaderMap,
    /// The answer's body.
    pub text: &'a str,
}

/// The operation of a call, and where it stands in the description.
struct Found<'a> {
    said: &'a Value,
    pointer: String,
    template: &'a str,
    access: Access,
}

impl Contract {
    /// The contract of this system: made once, for all systems have the same routes.
    pub fn of(routes: impl Fn() -> Vec<Route>) -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self::new(&routes(), &keepwell_local::system::operations()))
    }

    fn new(routes: &[Route], operations: &[Operation]) -> Self {
        let access = routes.iter().map(|route| ((key(&route.method), route.path), route.access)).collect();
        Self { description: describe(routes, operations), access, validators: Mutex::default() }
    }

    /// What in this call or its answer is not as it is described; `None` when all is, or when nothing is said of the path.
    pub fn breach(&self, exchange: &Exchange<'_>) -> Option<String> {
        let found = self.find(exchange.method, exchange.path)?;
        self.check(&found, exchange).err().map(|what| {
            format!(
                "{} {} is not as docs/openapi.json says ({}): {what}",
                exchange.method, exchange.path, found.template
            )
        })
    }

    fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let method = key(method);
        let paths = self.description.strict["paths"].as_object()?;
        let matching = paths.iter().filter(|(template, _)| fits(template, path));
        // A path to the letter comes before one with parameters, whatever methods it has.
        let (template, methods) = matching.min_by_key(|(template, _)| template.matches('{').count())?;
        let access = self.access.iter().find(|((known, at), _)| *known == method && at == template)?.1;
        let pointer = format!("/paths/{}/{method}", template.replace('~', "~0").replace('/', "~1"));
        Some(Found { said: methods.get(&method)?, pointer, template, access: *access })
    }

    fn check(&self, found: &Found<'_>, exchange: &Exchange<'_>) -> Result<(), String> {
        self.check_answer(found, exchange)?;
        if exchange.status.is_success() {
            self.check_query(found, exchange)?;
            Self::check_headers(found, exchange)?;
            self.check_body(found, exchange)?;
        }
        Ok(())
    }

    fn check_answer(&self, found: &Found<'_>, exchange: &Exchange<'_>) -> Result<(), String> {
        let status = exchange.status.as_str();
        let said = &found.said["responses"][status];
        if said.is_null() {
            return Err(format!("it says nothing of the status {status}; the answer is {}", exchange.text));
        }
        let (said, pointer) = match said["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#').to_owned();
                (self.description.strict.pointer(&pointer).unwrap_or(&Value::Null), pointer)
            }
            None => (said, format!("{}/responses/{status}", found.pointer)),
        };
        for name in said["headers"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            if !exchange.headers.contains_key(name.as_str()) {
                return Err(format!("the answer has no {name}"));
            }
        }
        if exchange.headers.contains_key(header::ETAG) && said["headers"]["ETag"].is_null() {
            return Err("the answer has an ETag of which it says nothing".to_owned());
        }
        let Some(content) = said["content"].as_object() else {
            return if exchange.text.is_empty() {
                Ok(())
            } else {
                Err(format!("the answer has a body: {}", exchange.text))
            };
        };
        let media_type = media_type(exchange.headers);
        if !content.contains_key(media_type) {
            return Err(format!("it says nothing of an answer {status} as {media_type:?}"));
        }
        if media_type != "application/json" && media_type != "application/problem+json" {
            return Ok(());
        }
        let body: Value =
            serde_json::from_str(exchange.text).map_err(|error| format!("the answer is no JSON: {error}"))?;
        let pointer = format!("{pointer}/content/{}/schema", media_type.replace('/', "~1"));
        self.validate(&pointer, &body).map_err(|wrong| format!("the answer {status} {wrong}\n{body:#}"))
    }

    fn check_query(&self, found: &Found<'_>, exchange: &Exchange<'_>) -> Result<(), String> {
        if found.access == Access::Link {
            // What mail programs add to a link is not looked at.
            return Ok(());
        }
        let sent: Vec<(String, String)> =
            serde_urlencoded::from_str(exchange.query).map_err(|error| format!("the query cannot be read: {error}"))?;
        let parameters = found.said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let in_query = || parameters.iter().enumerate().filter(|(_, parameter)| parameter["in"] == "query");
        for (name, value) in &sent {
            let own = in_query().find(|(_, parameter)| parameter["name"] == **name);
            let spread = || in_query().find(|(_, parameter)| parameter["explode"] == true);
            let Some((place, parameter)) = own.or_else(spread) else {
                return Err(format!("it says nothing of the parameter {name}, which was taken"));
            };
            if value.is_empty() {
                // An empty parameter counts as absent.
                continue;
            }
            let is_spread = parameter["explode"] == true;
            let value = if is_spread { json!({ name.clone(): value }) } else { json!(value) };
            let pointer = format!("{}/parameters/{place}/schema", found.pointer);
            let as_json = || serde_json::from_str(value.as_str().unwrap_or_default()).unwrap_or(Value::Null);
            self.validate(&pointer, &value)
                .or_else(|wrong| self.validate(&pointer, &as_json()).map_err(|_| wrong))
                .map_err(|wrong| format!("the parameter {name}, which was taken, {wrong}"))?;
        }
        let missing = in_query()
            .filter(|(_, parameter)| parameter["required"] == true)
            .find(|(_, parameter)| !sent.iter().any(|(name, _)| parameter["name"] == **name));
        missing.map_or(Ok(()), |(_, parameter)| Err(format!("{} is not required", parameter["name"])))
    }

    fn check_headers(found: &Found<'_>, exchange: &Exchange<'_>) -> Result<(), String> {
        let parameters = found.said["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let has = |name: &str| {
            let reference = format!("#/components/parameters/{name}");
            parameters.iter().any(|parameter| parameter["$ref"] == *reference)
        };
        if has("IfMatch") && !exchange.sent_headers.contains_key(header::IF_MATCH) {
            return Err("If-Match is not required".to_owned());
        }
        Ok(())
    }

    fn check_body(&self, found: &Found<'_>, exchange: &Exchange<'_>) -> Result<(), String> {
        let Some(content) = found.said["requestBody"]["content"].as_object() else { return Ok(()) };
        if exchange.sent.is_empty() && found.said["requestBody"]["required"] == false {
            return Ok(());
        }
        if exchange.sent_headers.contains_key(header::CONTENT_ENCODING) {
            // Packed: the stories that send so say themselves what was in it.
            return Ok(());
        }
        let media_type = media_type(exchange.sent_headers);
        let media_type = if content.contains_key(media_type) { media_type } else { "application/json" };
        let text = std::str::from_utf8(exchange.sent).unwrap_or_default();
        let body = match media_type {
            "application/json" => serde_json::from_str(text).map_err(|error| error.to_string()),
            "application/yaml" => TextFormat::Yaml.read(text),
            "application/x-www-form-urlencoded" => {
                let fields: BTreeMap<String, String> = serde_urlencoded::from_str(text).unwrap_or_default();
                Ok(json!(fields))
            }
            _ => return Ok(()),
        };
        let body = body.map_err(|error| format!("the body, which was taken, cannot be read: {error}"))?;
        let Some(body) = taken(body, exchange.text) else { return Ok(()) };
        let pointer = format!("{}/requestBody/content/{}/schema", found.pointer, media_type.replace('/', "~1"));
        self.validate(&pointer, &body).map_err(|wrong| format!("the body, which was taken, {wrong}\n{body:#}"))
    }

    fn validate(&self, pointer: &str, value: &Value) -> Result<(), String> {
        let validator = self.validator(pointer);
        if validator.is_valid(value) {
            return Ok(());
        }
        let wrong: Vec<String> = validator
            .iter_errors(value)
            .take(5)
            .map(|error| format!("{} at {:?}", error, error.instance_path().as_str()))
            .collect();
        Err(format!("is not as its schema says: {}", wrong.join("; ")))
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(pointer) {
            return Arc::clone(validator);
        }
        let mut schema = self.description.strict.pointer(pointer).cloned().unwrap_or(Value::Bool(false));
        if let Some(members) = schema.as_object_mut() {
            members.insert("components".to_owned(), self.description.strict["components"].clone());
        }
        // What an address may be is said by our own rules, which are those of mail servers.
        let options = jsonschema::options().should_validate_formats(true).with_format("email", |_: &str| true);
        let validator = match options.build(&schema) {
            Ok(validator) => Arc::new(validator),
            Err(error) => panic!("the schema at {pointer} is not valid: {error}"),
        };
        validators.insert(pointer.to_owned(), Arc::clone(&validator));
        validator
    }
}

/// Whether the path is one of the template.
fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), actual.next()) {
            (None, None) => return true,
            (Some(wanted), Some(actual)) if wanted == actual || (wanted.starts_with('{') && !actual.is_empty()) => {}
            _ => return false,
        }
    }
}

fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// What was taken of a body of several items: those that the answer rejects are left out. `None` when it rejects all.
fn taken(body: Value, answer: &str) -> Option<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap_or(Value::Null);
    let index = |item: &Value| item["index"].as_u64();
    let rejected = |answer: &Value| -> Vec<u64> {
        let of_array = answer["items"].as_array().into_iter().flatten().filter(|item| item["result"] == "rejected");
        of_array.chain(answer["rejected"].as_array().into_iter().flatten()).filter_map(index).collect()
    };
    let without = |items: &[Value], rejected: &[u64]| -> Option<Value> {
        let kept: Vec<Value> = items
            .iter()
            .zip(0..)
            .filter(|(_, index)| !rejected.contains(index))
            .map(|(item, _)| item.clone())
            .collect();
        (kept.len() == items.len() || !kept.is_empty()).then_some(Value::Array(kept))
    };
    match body {
        Value::Array(items) => without(&items, &rejected(&answer)),
        Value::Object(mut members) => {
            if let Some(Value::Array(items)) = members.get("batch") {
                let rest = without(items, &rejected(&answer))?;
                members.insert("batch".to_owned(), rest);
            }
            Some(Value::Object(members))
        }
        body => Some(body),
    }
}
