//! Request bodies, bounded.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
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

/// A JSON body of at most [`MAX_JSON`] bytes.
#[derive(Debug, Clone)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read_json(&read(request.into_body(), MAX_JSON).await?).map(Self)
    }
}
