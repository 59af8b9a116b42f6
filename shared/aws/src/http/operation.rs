//! What the description of the API (`OpenAPI`) says of a route, written beside the routes of a function.
//!
//! Only tests and tools ask for it: what is deployed never refers to an operation, so that none of this comes into a Lambda.

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// A schema, made when somebody asks for it.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of a type.
pub fn schema_of<T: JsonSchema + ?Sized>() -> SchemaOf {
    |generator| generator.subschema_for::<T>()
}

/// JSON.
pub const JSON: &str = "application/json";
/// YAML.
pub const YAML: &str = "application/yaml";
/// A table.
pub const CSV: &str = "text/csv";
/// A page.
pub const HTML: &str = "text/html";
/// What a form of a page sends.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a call must say which version it changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfMatch {
    /// It changes nothing that has versions.
    #[default]
    Never,
    /// It may: what it sends is checked.
    WhenSent,
    /// It must, unless the thing is new.
    UnlessNew,
    /// It must.
    Always,
}

/// A parameter of the query.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: SchemaOf,
}

/// What a body or an answer is made of.
#[derive(Debug, Clone)]
pub struct Content {
    /// Media type.
    pub media_type: &'static str,
    /// What is said in it.
    pub schema: SchemaOf,
}

/// What a call brings.
#[derive(Debug, Clone)]
pub struct RequestBody {
    /// Whether it must be there.
    pub required: bool,
    /// The media types that are taken; the first is the usual one.
    pub content: Vec<Content>,
}

/// An answer that is what was asked for. Problems follow from what the operation is.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// What it means.
    pub description: &'static str,
    /// The media types; none without a body.
    pub content: Vec<Content>,
    /// Whether it has an `ETag`.
    pub etag: bool,
}

/// What is said of a route.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The route's method.
    pub method: Method,
    /// The route's path, to the letter.
    pub path: &'static str,
    /// Its name in generated clients, such as `getCustomers`.
    pub id: &'static str,
    /// Under which heading it stands.
    pub tag: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What else is to be known.
    pub description: &'static str,
    /// What the path's parameters may be, where that is more than a text.
    pub path_schemas: Vec<(&'static str, SchemaOf)>,
    /// The parameters of its query.
    pub query: Vec<Parameter>,
    /// What it takes.
    pub body: Option<RequestBody>,
    /// What it answers.
    pub replies: Vec<Reply>,
    /// Statuses of problems that do not follow from the rest, such as 409.
    pub problems: Vec<u16>,
    /// Whether it must say which version it changes.
    pub if_match: IfMatch,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotent: bool,
}

impl Operation {
    fn new(method: Method, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            tag: "",
            summary,
            description: "",
            path_schemas: Vec::new(),
            query: Vec::new(),
            body: None,
            replies: Vec::new(),
            problems: Vec::new(),
            if_match: IfMatch::Never,
            idempotent: false,
        }
    }

    /// A `GET`.
    pub fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::GET, path, id, summary)
    }

    /// A `POST`.
    pub fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::POST, path, id, summary)
    }

    /// A `PUT`.
    pub fn put(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::PUT, path, id, summary)
    }

    /// A `PATCH`.
    pub fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::PATCH, path, id, summary)
    }

    /// A `DELETE`, which answers 204.
    pub fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new(Method::DELETE, path, id, summary).reply(204, "Done.", Vec::new())
    }

    /// These, under one heading.
    pub fn tagged(tag: &'static str, operations: impl IntoIterator<Item = Self>) -> Vec<Self> {
        operations.into_iter().map(|operation| Self { tag, ..operation }).collect()
    }

    /// What else is to be known.
    #[must_use]
    pub fn about(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// What a parameter of the path may be.
    #[must_use]
    pub fn path<T: JsonSchema>(mut self, name: &'static str) -> Self {
        self.path_schemas.push((name, schema_of::<T>()));
        self
    }

    /// A parameter of the query that may be left out.
    #[must_use]
    pub fn query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter(Parameter { name, description, required: false, schema: schema_of::<T>() })
    }

    /// A parameter of the query that must be there.
    #[must_use]
    pub fn required_query<T: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter(Parameter { name, description, required: true, schema: schema_of::<T>() })
    }

    fn parameter(mut self, parameter: Parameter) -> Self {
        self.query.push(parameter);
        self
    }

    /// The parameters of a list that comes page by page.
    #[must_use]
    pub fn paged(self) -> Self {
        self.query::<Limit>("limit", "How many items at most; 50 when absent.")
            .query::<String>("cursor", "Where the page starts: the `next_cursor` of the page before.")
    }

    /// It takes a JSON body.
    #[must_use]
    pub fn body<T: JsonSchema>(self) -> Self {
        self.takes(true, vec![Content { media_type: JSON, schema: schema_of::<T>() }])
    }

    /// It takes a JSON body, or none.
    #[must_use]
    pub fn optional_body<T: JsonSchema>(self) -> Self {
        self.takes(false, vec![Content { media_type: JSON, schema: schema_of::<T>() }])
    }

    /// It takes a document: JSON or YAML.
    #[must_use]
    pub fn document_body<T: JsonSchema>(self) -> Self {
        let content = |media_type| Content { media_type, schema: schema_of::<T>() };
        self.takes(true, vec![content(JSON), content(YAML)])
    }

    /// It takes something of another media type.
    #[must_use]
    pub fn raw_body<T: JsonSchema>(self, media_type: &'static str) -> Self {
        self.takes(true, vec![Content { media_type, schema: schema_of::<T>() }])
    }

    fn takes(self, required: bool, content: Vec<Content>) -> Self {
        Self { body: Some(RequestBody { required, content }), ..self }
    }

    /// 200 with a JSON body.
    #[must_use]
    pub fn ok<T: JsonSchema>(self, description: &'static str) -> Self {
        self.reply(200, description, vec![Content { media_type: JSON, schema: schema_of::<T>() }])
    }

    /// 201 with a JSON body.
    #[must_use]
    pub fn created<T: JsonSchema>(self, description: &'static str) -> Self {
        self.reply(201, description, vec![Content { media_type: JSON, schema: schema_of::<T>() }])
    }

    /// 200 with a document: JSON, or YAML to the letter.
    #[must_use]
    pub fn document<T: JsonSchema>(self, description: &'static str) -> Self {
        let yaml = Content { media_type: YAML, schema: schema_of::<String>() };
        self.reply(200, description, vec![Content { media_type: JSON, schema: schema_of::<T>() }, yaml])
    }

    /// The answer that was named last also comes in this media type.
    #[must_use]
    pub fn or(mut self, media_type: &'static str) -> Self {
        if let Some(reply) = self.replies.last_mut() {
            reply.content.push(Content { media_type, schema: schema_of::<String>() });
        }
        self
    }

    /// An answer that is no JSON.
    #[must_use]
    pub fn raw(self, status: u16, media_type: &'static str, description: &'static str) -> Self {
        self.reply(status, description, vec![Content { media_type, schema: schema_of::<String>() }])
    }

    fn reply(mut self, status: u16, description: &'static str, content: Vec<Content>) -> Self {
        self.replies.push(Reply { status, description, content, etag: false });
        self
    }

    /// The answer that was named last has an `ETag`.
    #[must_use]
    pub fn etag(mut self) -> Self {
        if let Some(reply) = self.replies.last_mut() {
            reply.etag = true;
        }
        self
    }

    /// It must, or may, say which version it changes.
    #[must_use]
    pub fn if_match(self, if_match: IfMatch) -> Self {
        Self { if_match, ..self }
    }

    /// It takes an `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// It can be refused with 409: the id is taken.
    #[must_use]
    pub fn unless_taken(self) -> Self {
        self.problem(409)
    }

    /// It can be refused with this status, which does not follow from the rest.
    #[must_use]
    pub fn problem(mut self, status: u16) -> Self {
        self.problems.push(status);
        self
    }
}

/// Size of a page.
type Limit = keepwell_domain::fields::Whole<1, 1000>;
