//! The document.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use keepwell_aws::http::operation::{Content, Parameter, Reply, schema_of};
use keepwell_aws::http::{Access, IfMatch, Operation, Route, error::ProblemDetails};
use serde_json::{Map, Value, json};

use super::schemas::{Named, Schemas, Unfinished, closed, parts, references};
use super::{components, responses};

/// The description of the API.
pub struct Description {
    /// The `OpenAPI` document.
    pub document: Value,
    /// The same, with answers that may say nothing else than it says.
    pub strict: Value,
}

/// What is there is described, and what is described is there.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unmatched {
    /// Routes without an operation.
    pub routes: Vec<String>,
    /// Operations without a route.
    pub operations: Vec<String>,
}

/// Which routes have no operation, and the other way round.
pub fn unmatched(routes: &[Route], operations: &[Operation]) -> Unmatched {
    let declared: BTreeSet<_> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let described: BTreeSet<_> = operations.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    Unmatched {
        routes: declared.difference(&described).cloned().collect(),
        operations: described.difference(&declared).cloned().collect(),
    }
}

/// An operation whose schemas are being made.
struct Draft<'a> {
    operation: &'a Operation,
    access: Access,
    path: Vec<(String, Unfinished)>,
    query: Vec<(&'a Parameter, Unfinished)>,
    body: Vec<(&'a Content, Unfinished)>,
    replies: Vec<(&'a Reply, Vec<(&'a Content, Unfinished)>)>,
}

/// Describes the routes that have an operation.
pub fn describe(routes: &[Route], operations: &[Operation]) -> Description {
    let mut schemas = Schemas::new();
    let problem = schemas.answer(schema_of::<ProblemDetails>());
    let drafts: Vec<Draft<'_>> = operations
        .iter()
        .filter_map(|operation| {
            let is_its = |route: &&Route| route.method == operation.method && route.path == operation.path;
            let route = routes.iter().find(is_its)?;
            Some(Draft::new(&mut schemas, operation, route.access))
        })
        .collect();
    let named = schemas.finish();
    drop(problem);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for draft in &drafts {
        let methods = paths.entry(draft.operation.path).or_default();
        methods.insert(draft.operation.method.as_str().to_lowercase(), draft.finish(&named));
    }
    let document = |paths: &Value, schemas: &BTreeMap<String, Value>| {
        json!({
            "openapi": "3.1.0",
            "info": components::info(),
            "servers": [{ "url": "/", "description": "Where Keepwell is deployed, or the local system." }],
            "tags": components::TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
            "paths": paths,
            "components": {
                "schemas": schemas,
                "responses": responses::components(),
                "parameters": components::parameters(),
                "headers": components::headers(),
                "securitySchemes": components::security_schemes(),
            },
        })
    };
    let paths = json!(paths);
    let taken = of_bodies(&paths, &named.schemas);
    let parts: BTreeSet<String> = named.schemas.values().flat_map(parts).collect();
    let closing = |which: &dyn Fn(&str) -> bool| -> BTreeMap<String, Value> {
        let close = |(name, schema): (&String, &Value)| {
            let schema = schema.clone();
            (name.clone(), if which(name) && !parts.contains(name) { closed(schema) } else { schema })
        };
        named.schemas.iter().map(close).collect()
    };
    Description {
        document: document(&paths, &closing(&|name| taken.contains(name))),
        strict: document(&paths, &closing(&|_| true)),
    }
}

/// The names of everything that bodies are made of.
fn of_bodies(paths: &Value, schemas: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let methods =
        paths.as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object).flat_map(Map::values);
    let mut waiting: Vec<String> =
        methods.filter_map(|method| method.get("requestBody")).flat_map(references).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = schemas.get(&name)
            && found.insert(name)
        {
            waiting.extend(references(schema));
        }
    }
    found
}

impl<'a> Draft<'a> {
    fn new(schemas: &mut Schemas, operation: &'a Operation, access: Access) -> Self {
        let path = parameters_of(operation.path).map(|name| {
            let known = operation.path_schemas.iter().find(|(known, _)| *known == name);
            let schema = known.map_or(schema_of::<String>(), |(_, schema)| *schema);
            (name.to_owned(), schemas.body(schema))
        });
        let path = path.collect();
        let query = operation.query.iter().map(|parameter| (parameter, schemas.body(parameter.schema))).collect();
        let body = operation.body.iter().flat_map(|body| &body.content);
        let body = body.map(|content| (content, schemas.body(content.schema))).collect();
        let mut replies = Vec::new();
        for reply in &operation.replies {
            let content = reply.content.iter().map(|content| (content, schemas.answer(content.schema))).collect();
            replies.push((reply, content));
        }
        Self { operation, access, path, query, body, replies }
    }

    fn finish(&self, named: &Named) -> Value {
        let Operation { id, tag, summary, description, .. } = self.operation;
        let mut said = json!({
            "operationId": id,
            "tags": [tag],
            "summary": summary,
            "responses": self.responses(named),
            "security": security(self.access),
        });
        let description = [*description, access_in_words(self.access)].join("\n\n");
        said["description"] = json!(description.trim());
        let parameters = self.parameters(named);
        if !parameters.is_empty() {
            said["parameters"] = Value::Array(parameters);
        }
        if let Some(body) = &self.operation.body {
            let content = content(&self.body, named, true);
            said["requestBody"] = json!({ "required": body.required, "content": content });
        }
        said
    }

    fn parameters(&self, named: &Named) -> Vec<Value> {
        let in_path = self.path.iter().map(|(name, schema)| {
            json!({ "name": name, "in": "path", "required": true, "description": about(self.operation.path, name),
                "schema": named.finish(schema) })
        });
        let in_query = self.query.iter().map(|(parameter, schema)| {
            let schema = not_null(named.finish(schema));
            let mut said = json!({ "name": parameter.name, "in": "query", "required": parameter.required,
                "description": parameter.description, "schema": schema });
            if schema["type"] == "object" {
                // Each of its properties is a parameter of the query.
                said["style"] = json!("form");
                said["explode"] = json!(true);
            }
            said
        });
        let reference = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
        let if_match = match self.operation.if_match {
            IfMatch::Never => None,
            IfMatch::WhenSent => Some("IfMatchWhenSent"),
            IfMatch::UnlessNew => Some("IfMatchUnlessNew"),
            IfMatch::Always => Some("IfMatch"),
        };
        let idempotent = self.operation.idempotent.then_some("IdempotencyKey");
        let in_headers = if_match.into_iter().chain(idempotent).map(reference);
        in_path.chain(in_query).chain(in_headers).collect()
    }

    fn responses(&self, named: &Named) -> Value {
        let mut all = Map::new();
        for (reply, contents) in &self.replies {
            let mut said = json!({ "description": reply.description });
            if !contents.is_empty() {
                said["content"] = content(contents, named, false);
            }
            if reply.etag {
                said["headers"] = json!({ "ETag": { "$ref": "#/components/headers/ETag" } });
            }
            all.insert(reply.status.to_string(), said);
        }
        for status in responses::problems(self.operation, self.access) {
            all.insert(status.to_string(), responses::problem(status, self.access));
        }
        Value::Object(all)
    }
}

fn content(contents: &[(&Content, Unfinished)], named: &Named, is_body: bool) -> Value {
    let media_types = contents.iter().map(|(content, schema)| {
        let schema = named.finish(schema);
        let schema = if is_body { closed(schema) } else { schema };
        (content.media_type.to_owned(), json!({ "schema": schema }))
    });
    Value::Object(media_types.collect())
}

/// A parameter is there or not; it is never `null`.
fn not_null(mut schema: Value) -> Value {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
    }
    schema
}

/// The names of a path's parameters, in order.
pub(super) fn parameters_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// What a parameter of a path stands for, from what stands before it.
fn about(path: &str, name: &str) -> String {
    let segment = format!("{{{name}}}");
    let before =
        path.split('/').zip(path.split('/').skip(1)).find(|(_, this)| *this == segment).map(|(before, _)| before);
    match before {
        Some("f" | "u") => "The signed token of the link.".to_owned(),
        Some("imports") => "What the file holds.".to_owned(),
        Some("deliveries") => "The delivery's id.".to_owned(),
        Some(plural) => format!("The {}'s id.", plural.trim_end_matches('s').replace('-', " ")),
        None => String::new(),
    }
}

fn security(access: Access) -> Value {
    match access {
        Access::Link | Access::Public => json!([]),
        Access::People(role) => json!([{ "person": [role] }]),
        Access::Machine => json!([{ "writeKey": [] }]),
        Access::MachineOrPeople(role) => json!([{ "writeKey": [] }, { "person": [role] }]),
    }
}

fn access_in_words(access: Access) -> &'static str {
    use keepwell_aws::http::Role::{Admin, Csm, Viewer};
    match access {
        Access::Link => "For whoever has the link.",
        Access::Public => "For everybody.",
        Access::People(Viewer) => "For every signed-in person.",
        Access::People(Csm) => "For the roles `csm` and `admin`.",
        Access::People(Admin) => "For the role `admin`.",
        Access::Machine => "For machines with a write key.",
        Access::MachineOrPeople(_) => {
            "For machines with a write key, or for the roles `csm` and `admin`. On AWS a route has one of the two: arrays a write key, \
             imports a token."
        }
    }
}

/// How the description names a method.
pub(super) fn key(method: &Method) -> String {
    method.as_str().to_lowercase()
}
