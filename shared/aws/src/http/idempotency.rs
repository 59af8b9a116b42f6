//! `Idempotency-Key`: a request that is sent again with its key gets the first answer again, and acts once.

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use keepwell_domain::id::CustomerId;
use serde_json::Value;

use super::{Answer, ApiError, Identity};
use crate::cloud::Cloud;
use crate::store::idempotency::{KEPT, Remembered, remembered_record};
use crate::store::keys::{self, Key};
use crate::store::record::{Record, Table};
use crate::store::{Expect, Transaction};

/// The key of one request, if it sent one.
#[derive(Debug, Clone)]
pub struct Idempotency(Option<(Key, String)>);

impl Idempotency {
    /// Reads the header. The key is scoped by the caller and the route, and bound to the body.
    pub fn of(headers: &HeaderMap, identity: &Identity, route: &str, body: &Value) -> Result<Self, ApiError> {
        let Some(header) = headers.get("idempotency-key") else { return Ok(Self(None)) };
        let text =
            header.to_str().ok().filter(|text| (1..=255).contains(&text.len()) && !text.contains('\t')).ok_or_else(
                || ApiError::Malformed("Idempotency-Key must be 1 to 255 printable ASCII characters.".to_owned()),
            )?;
        let key = keys::idempotency(&identity.email.normalised(), route, text);
        // serde_json's map is sorted, so that the order of the members does not matter.
        Ok(Self(Some((key, keys::short_hash(&body.to_string())))))
    }

    /// The first answer, if this request was answered before; [`ApiError::Erased`] when that was erased since.
    pub async fn replay(&self, cloud: &Cloud) -> Result<Option<Answer>, ApiError> {
        let Some((key, fingerprint)) = &self.0 else { return Ok(None) };
        let Some(remembered) = cloud.store.remembered(key, cloud.now()).await? else { return Ok(None) };
        if remembered.fingerprint != *fingerprint {
            return Err(ApiError::IdempotencyKeyReused);
        }
        if remembered.is_erased() {
            return Err(ApiError::Erased);
        }
        let status = StatusCode::from_u16(remembered.status).unwrap_or(StatusCode::OK);
        Ok(Some(Answer { status, body: remembered.body, etag: remembered.etag }))
    }

    /// Keeps `answer`, which is about `customer`, in the transaction that has the effect; it is erased with the customer.
    pub fn remember_about(
        &self,
        customer: &CustomerId,
        transaction: &mut Transaction,
        answer: &Answer,
        now: DateTime<Utc>,
    ) {
        if let Some((key, _)) = &self.0 {
            let pointer = Record::new(Table::Core, keys::repeated(customer, key), &());
            transaction.put(pointer.map(|record| record.expiring(now + KEPT)), Expect::Anything);
        }
        self.remember(transaction, answer, now);
    }

    /// Keeps `answer` in the transaction that has the effect.
    pub fn remember(&self, transaction: &mut Transaction, answer: &Answer, now: DateTime<Utc>) {
        let Some((key, fingerprint)) = &self.0 else { return };
        let remembered = Remembered {
            fingerprint: fingerprint.clone(),
            status: answer.status.as_u16(),
            body: answer.body.clone(),
            etag: answer.etag.clone(),
            expires_at: now + KEPT,
        };
        transaction.put(remembered_record(key.clone(), &remembered), Expect::AbsentOrExpired(now));
    }
}
