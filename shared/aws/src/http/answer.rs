//! Answers that can be kept and repeated, and the `ETag`s that guard edits.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use serde::Serialize;
use serde_json::Value;

use super::ApiError;
use crate::cloud::Cloud;
use crate::store::Stored;

/// A JSON answer.
#[derive(Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Body; no body when `Null`.
    pub body: Value,
    /// Quoted `ETag`, if the thing can be edited.
    pub etag: Option<String>,
}

keepwell_domain::debug_only!(Answer { status, etag });

impl Answer {
    /// 200 with a body.
    pub fn ok(body: impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::OK, body)
    }

    /// 201 with a body.
    pub fn created(body: impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::CREATED, body)
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Value::Null, etag: None }
    }

    fn with_status(status: StatusCode, body: impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_value(body).map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Self { status, body, etag: None })
    }

    /// Adds the `ETag` of `version`.
    #[must_use]
    pub fn etag(mut self, version: u64) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = if self.body.is_null() {
            self.status.into_response()
        } else {
            (self.status, axum::Json(self.body)).into_response()
        };
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// Checks `If-Match` against the current version: 428 when it is missing, 412 when it names another version.
pub fn if_match(headers: &HeaderMap, version: u64) -> Result<(), ApiError> {
    let wanted = headers.get(header::IF_MATCH).ok_or(ApiError::PreconditionRequired)?;
    let current = format!("\"{version}\"");
    let matches =
        wanted.to_str().is_ok_and(|tags| tags.split(',').map(str::trim).any(|tag| tag == current || tag == "*"));
    if matches { Ok(()) } else { Err(ApiError::Stale) }
}

/// The customer that a path names, or 404. An id that could never be one is simply not there.
pub async fn existing_customer(cloud: &Cloud, id: &str) -> Result<Stored<Customer>, ApiError> {
    let missing = || ApiError::NotFound(format!("There is no customer {id:?}."));
    let id = CustomerId::parse(id).map_err(|_| missing())?;
    cloud.store.customer(&id).await?.ok_or_else(missing)
}

/// Like [`if_match`], for things whose `ETag` a client may not have read: checked only when it was sent.
pub fn if_match_when_sent(headers: &HeaderMap, version: u64) -> Result<(), ApiError> {
    if headers.contains_key(header::IF_MATCH) { if_match(headers, version) } else { Ok(()) }
}
