//! How often each list row was written: a cheap look at everybody, to find who changed since a snapshot.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use keepwell_domain::id::CustomerId;
use keepwell_domain::snapshot::Mark;
use serde::Deserialize;

use super::record::{Table, index_key_names};
use super::{Item, Store, StoreError, keys};

/// What of a list row is asked for.
#[derive(Deserialize)]
struct Projected {
    #[serde(default)]
    revision: u64,
    body: Body,
}

#[derive(Deserialize)]
struct Body {
    id: CustomerId,
    created_at: DateTime<Utc>,
}

impl Store {
    /// Every customer's mark, shard by shard. Reads the same units as the whole rows, and sends a tenth of their bytes. The index is a
    /// moment behind the rows.
    pub async fn marks(&self) -> Result<Vec<Mark>, StoreError> {
        let shards = (0..keys::PORTFOLIO_SHARDS).map(|shard| self.marks_of(format!("P#{shard:02}")));
        Ok(futures::future::try_join_all(shards).await?.into_iter().flatten().collect())
    }

    async fn marks_of(&self, shard: String) -> Result<Vec<Mark>, StoreError> {
        let (pk_name, _) = index_key_names("portfolio");
        let mut marks = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = self
                .client()
                .query()
                .table_name(self.name(Table::Core))
                .index_name("portfolio")
                .key_condition_expression("#shard = :shard")
                .projection_expression("pk, sk, #revision, #body.#id, #body.#created_at")
                .set_expression_attribute_names(Some(HashMap::from(
                    [
                        ("#shard", pk_name),
                        ("#revision", "revision"),
                        ("#body", "body"),
                        ("#id", "id"),
                        ("#created_at", "created_at"),
                    ]
                    .map(|(name, attribute)| (name.to_owned(), attribute.to_owned())),
                )))
                .expression_attribute_values(":shard", AttributeValue::S(shard.clone()))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", Table::Core, &error))?;
            for item in answer.items.unwrap_or_default() {
                marks.push(mark(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(marks);
            }
        }
    }
}

fn mark(item: Item) -> Result<Mark, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let (pk, sk) = (text("pk"), text("sk"));
    let projected: Projected =
        serde_dynamo::from_item(item).map_err(|why| StoreError::Corrupt { pk, sk, why: why.into() })?;
    let Projected { revision, body: Body { id, created_at } } = projected;
    Ok(Mark { id, revision, created_at })
}
