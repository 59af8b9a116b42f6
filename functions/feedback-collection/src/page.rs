//! The public pages: their answers and headers. What is unknown, forged or malformed looks the same to whoever tries.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::render::page_security_policy;
use keepwell_aws::store::change::Contended;
use keepwell_aws::store::{CommitError, StoreError};
use keepwell_domain::link::LinkError;
use serde_json::{Value, json};

/// Largest form, in bytes.
const MAX_FORM: usize = 16 * 1024;

/// Why a link does not lead where it says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("there is no such link")]
    NotFound,
    #[error("the link has expired")]
    Expired,
    #[error("the form is too large")]
    TooLarge,
    #[error("the form came from another site")]
    OtherSite,
    #[error("the change was not committed")]
    Commit(#[from] CommitError),
    #[error("the store failed")]
    Store(#[from] StoreError),
    #[error("internal: {0}")]
    Internal(String),
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Unknown => Self::NotFound,
            LinkError::Expired => Self::Expired,
        }
    }
}

impl Contended for Refusal {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Commit(error) if error.is_contended())
    }
}

/// The page for an outcome.
pub(crate) fn respond(cloud: &Cloud, outcome: Result<Response, Refusal>) -> Response {
    let refusal = match outcome {
        Ok(response) => return response,
        Err(refusal) => refusal,
    };
    let (status, page) = match refusal {
        Refusal::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        Refusal::Expired => (StatusCode::GONE, "expired"),
        Refusal::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "problem"),
        Refusal::OtherSite => (StatusCode::FORBIDDEN, "problem"),
        Refusal::Commit(_) | Refusal::Store(StoreError::Unavailable { .. }) => {
            tracing::error!(error = %refusal, "could not answer a link");
            (StatusCode::SERVICE_UNAVAILABLE, "problem")
        }
        Refusal::Store(_) | Refusal::Internal(_) => {
            tracing::error!(error = %refusal, "could not answer a link");
            (StatusCode::INTERNAL_SERVER_ERROR, "problem")
        }
    };
    let mut response = html(cloud, status, page, &json!({}));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response
}

/// A page with the headers that every public page has.
pub(crate) fn html(cloud: &Cloud, status: StatusCode, page: &str, variables: &Value) -> Response {
    let body = match cloud.templates.page(page, variables) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(page, %error, "a page could not be rendered");
            return ApiError::Internal("a page could not be rendered".to_owned()).into_response();
        }
    };
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        // `no-referrer` would make the form's Origin `null`.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, page_security_policy()),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in fixed {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    (status, headers, body).into_response()
}

/// The fields of a form as a JSON object of texts. Forms that another site makes a browser send are refused.
pub(crate) async fn form(headers: &HeaderMap, body: axum::body::Body) -> Result<Value, Refusal> {
    let foreign = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if foreign {
        return Err(Refusal::OtherSite);
    }
    let bytes = match keepwell_aws::http::body::read(body, MAX_FORM).await {
        Ok(bytes) => bytes,
        Err(ApiError::TooLarge { .. }) => return Err(Refusal::TooLarge),
        Err(_) => return Err(Refusal::Internal("the form broke off".to_owned())),
    };
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    Ok(fields.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}
