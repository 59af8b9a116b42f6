//! Documents that a team writes, scorecards and automations, as requests bring and want them: JSON, or YAML to the letter.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use keepwell_aws::http::{Answer, ApiError, QueryParams, body};
use keepwell_domain::edition::{Edition, MAX_DOCUMENT_BYTES, TextFormat};
use serde::Serialize;
use serde_json::Value;

const YAML: &str = "application/yaml";

/// A document that a request brought.
pub(crate) struct Sent {
    /// How it is written.
    pub(crate) format: TextFormat,
    /// To the letter.
    pub(crate) text: String,
    /// What it stands for, not yet checked.
    pub(crate) value: Value,
}

impl Sent {
    /// Reads the body, of a `what`.
    pub(crate) async fn read(headers: &HeaderMap, body: Body, what: &str) -> Result<Self, ApiError> {
        let format = match media_types(headers, header::CONTENT_TYPE).next() {
            Some("application/json") => TextFormat::Json,
            Some(media_type) if is_yaml(media_type) => TextFormat::Yaml,
            _ => return Err(ApiError::UnsupportedMediaType(format!("Send the {what} as application/json or {YAML}."))),
        };
        let bytes = body::read(body, MAX_DOCUMENT_BYTES).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::Malformed("The body is not UTF-8.".to_owned()))?;
        let value = format.read(text).map_err(ApiError::Malformed)?;
        Ok(Self { format, text: text.to_owned(), value })
    }
}

/// The version that a request asks for; the newest when it names none.
pub(crate) fn wanted_version(query: &mut QueryParams) -> Option<u64> {
    let version = query.text("version")?.parse::<u64>().ok().filter(|version| *version > 0);
    if version.is_none() {
        query.problem("version", "must be a whole number from 1");
    }
    version
}

/// The answer with a document: YAML when `Accept` names it, to the letter where it was set so, JSON otherwise.
pub(crate) fn answer<E: std::fmt::Display>(
    headers: &HeaderMap,
    edition: Edition,
    document: &impl Serialize,
    to_yaml: impl FnOnce() -> Result<String, E>,
) -> Result<Response, ApiError> {
    let json = Answer::ok(document)?.etag(edition.version);
    if !accepts_yaml(headers) {
        return Ok(json.into_response());
    }
    let text = match edition.format {
        TextFormat::Yaml => edition.text,
        TextFormat::Json => to_yaml().map_err(|error| ApiError::Internal(error.to_string()))?,
    };
    let etag = json.etag.unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, YAML.to_owned()), (header::ETAG, etag)], text).into_response())
}

pub(crate) fn media_types(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let lists = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(|item| item.split(';').next().unwrap_or_default().trim())
}

fn is_yaml(media_type: &str) -> bool {
    matches!(media_type, YAML | "text/yaml" | "application/x-yaml" | "text/x-yaml")
}

/// Whether YAML is asked for, before or instead of JSON.
fn accepts_yaml(headers: &HeaderMap) -> bool {
    media_types(headers, header::ACCEPT)
        .find(|media_type| is_yaml(media_type) || *media_type == "application/json")
        .is_some_and(is_yaml)
}
