//! Write keys: list, make, delete. The secret is shown once, in the answer that makes the key.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Idempotency, Identity, JsonBody, QueryParams};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::write_keys::write_key_record;
use keepwell_aws::store::{Expect, Transaction, keys};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::write_key::{WriteKey, parse_name};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// A write key as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WriteKey")]
pub(crate) struct WriteKeyView<'a> {
    /// The part of the key that is no secret.
    id: &'a str,
    /// What it is for, in the words of who made it.
    name: &'a str,
    /// Who made it.
    created_by: &'a EmailAddress,
    /// When.
    created_at: DateTime<Utc>,
}

fn write_key_view(key: &WriteKey) -> WriteKeyView<'_> {
    WriteKeyView { id: &key.id, name: &key.name, created_by: &key.created_by, created_at: key.created_at }
}

/// A write key that was made just now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct NewWriteKey<'a> {
    #[serde(flatten)]
    key: WriteKeyView<'a>,
    /// The whole key, shown this once; `null` in the answer to a repeated request.
    secret: Option<&'a str>,
}

pub(crate) async fn get_write_keys(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key("wk_")));
    query.finish()?;
    let page = cloud.store.write_keys_page(limit, cursor.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| write_key_view(&stored.value)).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// A repeated request (`Idempotency-Key`) gets the same key without its secret: an answer that is kept must not hold one.
pub(crate) async fn post_write_key(
    State(cloud): State<Cloud>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let name = parse_name(&body)?;
    let idempotency = Idempotency::of(&headers, &identity, "POST /v1/write-keys", &body)?;
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let (key, text) = cloud.fresh_write_key(name.clone(), identity.email.clone());
        let answer = |secret| Answer::created(NewWriteKey { key: write_key_view(&key), secret });
        let mut transaction = Transaction::default();
        transaction.put(write_key_record(&key), Expect::Absent);
        idempotency.remember(&mut transaction, &answer(None)?, cloud.now());
        transaction.commit(&cloud.store).await?;
        answer(Some(&text))
    })
    .await
}

/// The key is refused everywhere within a minute ([`keepwell_aws::write_keys`]).
pub(crate) async fn delete_write_key(State(cloud): State<Cloud>, Path(id): Path<String>) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let missing = || ApiError::NotFound(format!("There is no write key {id:?}."));
        let could_be = id.starts_with("wk_") && id.len() <= 40;
        let stored = if could_be { cloud.store.write_key(&id).await? } else { None };
        let stored = stored.ok_or_else(missing)?;
        let mut transaction = Transaction::default();
        transaction.delete_expecting(Table::Core, keys::write_key(&id), Expect::Revision(stored.revision));
        transaction.commit(&cloud.store).await?;
        Ok(Answer::no_content())
    })
    .await
}
