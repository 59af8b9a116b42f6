//! What goes wrong, as RFC 9457 problem details: what the caller did, or that we could not.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use keepwell_domain::problem::{FieldProblem, Problems};
use schemars::JsonSchema;
use serde::Serialize;

use crate::s3::ObjectError;
use crate::snapshot::PortfolioError;
use crate::store::automations::AutomationsError;
use crate::store::change::Contended;
use crate::store::scorecards::ScorecardsError;
use crate::store::{CommitError, StoreError};
use crate::webhooks::DeliverError;

/// An answer that is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body or a parameter cannot be read at all.
    #[error("the request cannot be read")]
    Malformed(String),
    /// Fields are against the rules; all of them are named.
    #[error("fields are against the rules")]
    Invalid(Problems),
    /// Nobody is signed in, or the token is no good.
    #[error("not signed in")]
    Unauthenticated,
    /// No write key was sent, or none that is good.
    #[error("no good write key")]
    NoWriteKey,
    /// The caller's role does not allow it.
    #[error("not allowed")]
    Forbidden(String),
    /// The thing is not there.
    #[error("not there")]
    NotFound(String),
    /// The path has no such method.
    #[error("no such method")]
    MethodNotAllowed,
    /// The id is taken.
    #[error("taken")]
    Taken(String),
    /// `If-Match` names an older version.
    #[error("changed meanwhile")]
    Stale,
    /// `If-Match` is missing.
    #[error("If-Match is missing")]
    PreconditionRequired,
    /// The body is larger than allowed.
    #[error("too large")]
    TooLarge {
        /// Allowed size in bytes.
        limit: usize,
    },
    /// The body has more items than allowed.
    #[error("too many items")]
    TooMany {
        /// Allowed number.
        limit: usize,
    },
    /// Every item of the body is against the rules; all are named.
    #[error("nothing can be used")]
    NothingUsable(Problems),
    /// The body's media type is not one that the call takes.
    #[error("unsupported media type")]
    UnsupportedMediaType(String),
    /// The `Idempotency-Key` was used with another body.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// The request was answered before, and what it made was erased since.
    #[error("what the request made was erased")]
    Erased,
    /// The change was not committed.
    #[error("the change was not committed")]
    Commit(#[from] CommitError),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// S3 failed.
    #[error("the objects failed")]
    Objects(#[from] ObjectError),
    /// Our data or code is wrong.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Problems> for ApiError {
    fn from(problems: Problems) -> Self {
        Self::Invalid(problems)
    }
}

impl From<ScorecardsError> for ApiError {
    fn from(error: ScorecardsError) -> Self {
        match error {
            ScorecardsError::Store(error) => Self::Store(error),
            wrong => Self::Internal(wrong.to_string()),
        }
    }
}

impl From<PortfolioError> for ApiError {
    fn from(error: PortfolioError) -> Self {
        match error {
            PortfolioError::Store(error) => Self::Store(error),
            PortfolioError::Object(error) => Self::Objects(error),
            PortfolioError::Scorecards(error) => error.into(),
            wrong @ PortfolioError::Unwritable(_) => Self::Internal(wrong.to_string()),
        }
    }
}

impl From<DeliverError> for ApiError {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::Commit(error) => Self::Commit(error),
            wrong @ DeliverError::Refused(_) => Self::Internal(wrong.to_string()),
        }
    }
}

impl From<AutomationsError> for ApiError {
    fn from(error: AutomationsError) -> Self {
        match error {
            AutomationsError::Store(error) => Self::Store(error),
            wrong => Self::Internal(wrong.to_string()),
        }
    }
}

impl Contended for ApiError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Commit(error) if error.is_contended())
    }
}

/// RFC 9457 problem details.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDetails {
    /// What kind of problem, `urn:keepwell:problem:<kind>`: programs decide by this.
    r#type: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong here, and what would be right.
    detail: String,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl ApiError {
    fn describe(self) -> (StatusCode, &'static str, &'static str, String, Vec<FieldProblem>) {
        let plain = |status, kind, title, detail: String| (status, kind, title, detail, Vec::new());
        match self {
            Self::Malformed(detail) => {
                plain(StatusCode::BAD_REQUEST, "malformed", "The request cannot be read", detail)
            }
            Self::Invalid(Problems(errors)) => {
                let detail = match errors.len() {
                    1 => "1 field is not valid; see errors.".to_owned(),
                    count => format!("{count} fields are not valid; see errors."),
                };
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-fields", "Some fields are not valid", detail, errors)
            }
            Self::Unauthenticated => plain(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Sign in first",
                "Send a valid token as `Authorization: Bearer <token>`.".to_owned(),
            ),
            Self::NoWriteKey => plain(
                StatusCode::UNAUTHORIZED,
                "no-write-key",
                "Send a write key",
                "Send a write key as the user name of Basic authentication: `Authorization: Basic base64(key:)`."
                    .to_owned(),
            ),
            Self::Forbidden(detail) => {
                plain(StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this", detail)
            }
            Self::NotFound(detail) => plain(StatusCode::NOT_FOUND, "not-found", "Not found", detail),
            Self::MethodNotAllowed => plain(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "The path has no such method",
                "See the API reference for the methods of this path.".to_owned(),
            ),
            Self::Taken(detail) => plain(StatusCode::CONFLICT, "taken", "The id is taken", detail),
            Self::Stale => plain(
                StatusCode::PRECONDITION_FAILED,
                "changed-meanwhile",
                "It changed meanwhile",
                "Read it again, look at what changed, and send your change with the new ETag.".to_owned(),
            ),
            Self::PreconditionRequired => plain(
                StatusCode::PRECONDITION_REQUIRED,
                "if-match-required",
                "If-Match is required",
                "Read it first and send its ETag as `If-Match`.".to_owned(),
            ),
            Self::TooLarge { limit } => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
                format!("At most {limit} bytes are taken; send it in parts."),
            ),
            Self::TooMany { limit } => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-many-items",
                "Too many items",
                format!("At most {limit} items are taken at once; send them in parts."),
            ),
            Self::NothingUsable(Problems(errors)) => {
                let detail = "Nothing was taken; see errors.".to_owned();
                (StatusCode::BAD_REQUEST, "nothing-usable", "Nothing in it can be used", detail, errors)
            }
            Self::UnsupportedMediaType(detail) => {
                plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Media type not supported", detail)
            }
            Self::IdempotencyKeyReused => plain(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "The Idempotency-Key was used with another body",
                "Use a fresh key for a new request, or the same body to repeat the old one.".to_owned(),
            ),
            Self::Erased => plain(
                StatusCode::GONE,
                "erased",
                "What the request made was erased",
                "A request with this Idempotency-Key was answered before. Use a fresh key for a new request."
                    .to_owned(),
            ),
            Self::Commit(CommitError::Unexpected { .. } | CommitError::Contention) => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "Too many changes at once",
                "Nothing was changed. Try again in a moment.".to_owned(),
            ),
            Self::Commit(CommitError::Store(error)) | Self::Store(error) => describe_store(&error),
            Self::Objects(error) => {
                tracing::error!(%error, "S3 failed");
                unavailable()
            }
            Self::Internal(reason) => {
                tracing::error!(reason, "internal error");
                internal()
            }
        }
    }
}

fn describe_store(error: &StoreError) -> (StatusCode, &'static str, &'static str, String, Vec<FieldProblem>) {
    tracing::error!(%error, "store failed");
    match error {
        StoreError::Unavailable { .. } => unavailable(),
        StoreError::Corrupt { .. } | StoreError::Unstorable(_) | StoreError::NoAddressKey => internal(),
    }
}

fn unavailable() -> (StatusCode, &'static str, &'static str, String, Vec<FieldProblem>) {
    let detail = "Try again in a moment, with the same Idempotency-Key if you sent one.".to_owned();
    (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The store does not answer", detail, Vec::new())
}

fn internal() -> (StatusCode, &'static str, &'static str, String, Vec<FieldProblem>) {
    let detail = "This is our fault and was logged.".to_owned();
    (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something is wrong here", detail, Vec::new())
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let challenge = match &self {
            Self::Unauthenticated => Some("Bearer"),
            Self::NoWriteKey => Some("Basic realm=\"keepwell\""),
            _ => None,
        };
        let (status, kind, title, detail, errors) = self.describe();
        let details = ProblemDetails {
            r#type: format!("urn:keepwell:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail,
            errors,
        };
        let mut response = (status, axum::Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}
