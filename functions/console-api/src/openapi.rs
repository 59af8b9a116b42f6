//! `GET /v1/openapi.json`: what the API is, for machines.

use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use keepwell_aws::http::{ApiError, QueryParams};

/// The description that is checked in; a test holds it equal to what the code says. It takes 0.05 MB of the function's zip.
const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

/// The same for everyone, and as long as this version is deployed.
pub(crate) async fn get_openapi(query: QueryParams) -> Result<Response, ApiError> {
    query.finish()?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, DOCUMENT).into_response())
}
