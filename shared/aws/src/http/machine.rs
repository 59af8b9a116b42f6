//! Machines show a write key: as the user name of Basic authentication, as Segment's SDKs do, or, as old ones do, in the body.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use keepwell_domain::write_key::PresentedKey;
use serde::Deserialize;

use super::{ApiError, body};
use crate::cloud::Cloud;

/// Largest body of a machine, in bytes, unpacked.
pub const MAX_BODY: usize = 500 * 1024;

/// The request with its body unpacked, if it carries a good write key.
pub async fn admit(cloud: &Cloud, request: Request) -> Result<Request, ApiError> {
    let in_header = from_header(request.headers())?;
    if let Some(key) = &in_header {
        check(cloud, key).await?;
    }
    let (mut parts, body) = request.into_parts();
    let body = body::read_unpacked(&parts.headers, body, MAX_BODY).await?;
    if in_header.is_none() {
        check(cloud, &from_body(&body).ok_or(ApiError::NoWriteKey)?).await?;
    }
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// Whether the key is a good one.
pub(super) async fn check(cloud: &Cloud, key: &PresentedKey) -> Result<(), ApiError> {
    if cloud.write_keys.is_good(cloud, key).await? { Ok(()) } else { Err(ApiError::NoWriteKey) }
}

/// The key in the `Authorization` header; `None` when there is no such header. A header that holds anything else is refused.
pub(super) fn from_header(headers: &HeaderMap) -> Result<Option<PresentedKey>, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let key = value.to_str().ok().and_then(|text| {
        let (scheme, encoded) = text.split_once(' ')?;
        let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        // The key is the user name; what stands where a password would is of no interest.
        PresentedKey::parse(std::str::from_utf8(&decoded).ok()?.split(':').next()?)
    });
    key.map(Some).ok_or(ApiError::NoWriteKey)
}

/// The `writeKey` of a body, as SDKs sent it before they used the header.
fn from_body(body: &[u8]) -> Option<PresentedKey> {
    #[derive(Deserialize)]
    struct Keyed<'a> {
        #[serde(borrow, rename = "writeKey")]
        write_key: Cow<'a, str>,
    }
    serde_json::from_slice::<Keyed<'_>>(body).ok().and_then(|keyed| PresentedKey::parse(&keyed.write_key))
}
