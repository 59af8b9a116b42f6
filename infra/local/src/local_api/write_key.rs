//! `GET /_local/write-key`: a write key for whoever tries an SDK here. It stays the same until somebody deletes it.

use axum::Json;
use axum::extract::State;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::write_keys::write_key_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::write_key::PresentedKey;
use serde_json::{Value, json};

use crate::system::LocalSystem;

/// Under which name the whole key is kept. Only here: a real deployment keeps its hash alone.
const KEPT: &str = "write_key";

pub(super) async fn write_key(State(system): State<LocalSystem>) -> Result<Json<Value>, ApiError> {
    let known = system.local().local_value(KEPT);
    let text = match known {
        Some(text) if is_good(&system, &text).await? => text,
        _ => make(&system).await?,
    };
    Ok(Json(json!({ "write_key": text })))
}

async fn is_good(system: &LocalSystem, text: &str) -> Result<bool, ApiError> {
    let Some(presented) = PresentedKey::parse(text) else { return Ok(false) };
    let stored = system.cloud().store.write_key(&presented.id).await?;
    Ok(stored.is_some_and(|stored| stored.value.is(&presented)))
}

async fn make(system: &LocalSystem) -> Result<String, ApiError> {
    let by = EmailAddress::parse("admin@keepwell.example").map_err(ApiError::Internal)?;
    let (key, text) = system.cloud().fresh_write_key("This machine".to_owned(), by);
    let mut transaction = Transaction::default();
    transaction.put(write_key_record(&key), Expect::Absent);
    transaction.commit(&system.cloud().store).await?;
    system.local().set_local_value(KEPT, &text).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(text)
}
