//! `Idempotency-Key`: the answer to a request, kept in the same transaction as its effect.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::keys::Key;
use super::record::{Record, Table};
use super::{Store, StoreError, Stored};

/// How long the answer to a request is repeated.
pub const KEPT: Duration = Duration::hours(48);

/// The body of an answer that was erased with what it was about: the request is known, and acts no second time.
pub(super) const ERASED: &str = r#"{"erased":true}"#;

/// The answer to a request that carried an `Idempotency-Key`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// Hash of the request's body: another body under the same key is a mistake of the caller.
    pub fingerprint: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer. Kept as text: a `DynamoDB` number does not tell `0.0` from `0`, and the answer is to be the same.
    #[serde(with = "as_text")]
    pub body: Value,
    /// `ETag` of the answer, if any.
    pub etag: Option<String>,
    /// Until when the answer is repeated.
    pub expires_at: DateTime<Utc>,
}

keepwell_domain::debug_only!(Remembered { status, expires_at });

impl Store {
    /// The answer kept under `key`, unless it expired.
    pub async fn remembered(&self, key: &Key, now: DateTime<Utc>) -> Result<Option<Remembered>, StoreError> {
        let stored: Option<Stored<Remembered>> = self.get(Table::Dedupe, key).await?;
        Ok(stored.map(|stored| stored.value).filter(|remembered| remembered.expires_at > now))
    }
}

impl Remembered {
    /// Whether what it said was erased with what it was about.
    pub fn is_erased(&self) -> bool {
        self.body == erased_body()
    }

    /// The answer without what it said.
    pub(super) fn erased(self) -> Self {
        Self { body: erased_body(), etag: None, ..self }
    }
}

fn erased_body() -> Value {
    serde_json::from_str(ERASED).unwrap_or_default()
}

/// The record of an answer.
pub fn remembered_record(key: Key, remembered: &Remembered) -> Result<Record, StoreError> {
    Ok(Record::new(Table::Dedupe, key, remembered)?.expiring(remembered.expires_at))
}

mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use serde_json::Value;

    pub(super) fn serialize<S: Serializer>(body: &Value, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&body.to_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        serde_json::from_str(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
