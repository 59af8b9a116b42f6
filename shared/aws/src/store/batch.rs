//! Many items by their keys at once.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::de::DeserializeOwned;

use super::keys::Key;
use super::record::{Table, read};
use super::{Store, StoreError, Stored};

/// `DynamoDB`'s limit for one request.
const MAX_GETS: usize = 100;

/// How many requests are on their way at once.
const AT_ONCE: usize = 8;

/// How often what was left out of an answer is asked for again.
const ATTEMPTS: u32 = 5;

impl Store {
    /// The items of these keys, those that are there, in any order. Consistently read: what was just written counts.
    pub(super) async fn batch_get<T: DeserializeOwned>(
        &self,
        table: Table,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let keys: Vec<_> = keys.into_iter().map(item_key).collect();
        let requests: Vec<_> = keys.chunks(MAX_GETS).map(|keys| self.batch_get_some(table, keys.to_vec())).collect();
        let parts: Vec<Vec<Stored<T>>> = stream::iter(requests).buffered(AT_ONCE).try_collect().await?;
        Ok(parts.into_iter().flatten().collect())
    }

    async fn batch_get_some<T: DeserializeOwned>(
        &self,
        table: Table,
        mut wanted: Vec<HashMap<String, AttributeValue>>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let broken = |code: String| StoreError::Unavailable { operation: "BatchGetItem", table: table.as_str(), code };
        let mut items = Vec::with_capacity(wanted.len());
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(20 << attempt)).await;
            }
            let request = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
            let request = request.map_err(|error| broken(error.to_string()))?;
            let answer = self.client().batch_get_item().request_items(self.name(table), request).send().await;
            let answer = answer.map_err(|error| StoreError::sdk("BatchGetItem", table, &error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                items.push(read(item)?);
            }
            let rest = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|rest| rest.keys).collect();
            wanted = rest;
            if wanted.is_empty() {
                return Ok(items);
            }
        }
        Err(broken("keys were left unprocessed".to_owned()))
    }
}

fn item_key(key: Key) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), AttributeValue::S(key.pk)), ("sk".to_owned(), AttributeValue::S(key.sk))])
}
