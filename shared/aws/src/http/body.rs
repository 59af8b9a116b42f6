//! Request bodies, bounded.

use std::io::Read as _;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use flate2::read::GzDecoder;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use super::ApiError;

/// Largest JSON body, in bytes.
pub const MAX_JSON: usize = 256 * 1024;

/// Reads a whole body of at most `limit` bytes.
pub async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::TooLarge { limit }),
        Err(_) => Err(ApiError::Malformed("The body broke off.".to_owned())),
    }
}

/// The JSON that a body holds.
pub fn read_json(body: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::Malformed(format!("The body is not valid JSON: {error}.")))
}

/// Reads a whole body of at most `limit` bytes, packed (`Content-Encoding: gzip`) or not. Unpacking stops at the limit: a small
/// body that would become a huge one does no harm.
pub async fn read_unpacked(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let encoding = headers.get(header::CONTENT_ENCODING).map_or(b"".as_slice(), |encoding| encoding.as_bytes());
    let body = read(body, limit).await?;
    if encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity") {
        return Ok(body);
    }
    if !encoding.eq_ignore_ascii_case(b"gzip") {
        return Err(ApiError::UnsupportedMediaType(
            "Send the body as it is, or with Content-Encoding: gzip.".to_owned(),
        ));
    }
    let mut unpacked = Vec::with_capacity(4 * body.len());
    GzDecoder::new(body.as_ref())
        .take(limit as u64 + 1)
        .read_to_end(&mut unpacked)
        .map_err(|error| ApiError::Malformed(format!("The body is not valid gzip: {error}.")))?;
    if unpacked.len() > limit { Err(ApiError::TooLarge { limit }) } else { Ok(unpacked.into()) }
}

/// A JSON body of at most [`MAX_JSON`] bytes.
#[derive(Debug, Clone)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read_json(&read(request.into_body(), MAX_JSON).await?).map(Self)
    }
}
