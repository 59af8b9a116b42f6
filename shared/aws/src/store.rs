//! The tables. An item is `{pk, sk, revision, body, …index keys, ttl?}`; `body` is a domain value.
//!
//! Everything that must happen together goes into one [`Transaction`]; [`change::CustomerChange`] adds a customer's row and its
//! events to it, so that state and outbox can never differ.

pub mod automations;
mod batch;
pub mod change;
pub mod customers;
pub mod deliveries;
pub mod due;
pub mod endpoints;
pub mod erase;
pub mod erase_contact;
pub mod exports;
pub mod feedback;
pub mod gists;
pub mod heartbeats;
pub mod idempotency;
pub mod intents;
pub mod keys;
pub mod marks;
pub mod members;
pub mod outbox;
mod personal;
pub mod personal_export;
pub mod portfolio;
pub mod record;
pub mod runs;
pub mod scorecards;
pub mod scores;
pub mod signals;
pub mod tables;
pub mod tasks;
pub mod told;
pub mod transaction;
pub mod users;
pub mod views;
pub mod waiting;
pub mod write_keys;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use keepwell_domain::address_key::AddressKey;
use keepwell_domain::redacted::Redacted;
use serde::de::DeserializeOwned;

use crate::cloud::TableNames;
use keys::Key;
use record::Table;
pub use record::{Record, Stored};
pub use transaction::{CommitError, Expect, Transaction};

/// An item as `DynamoDB` has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A read or write of a table that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `DynamoDB` did not answer or refused for a passing reason: try again later.
    #[error("{operation} on {table}: {code}")]
    Unavailable {
        /// What was tried.
        operation: &'static str,
        /// Where.
        table: &'static str,
        /// `DynamoDB`'s error code, or what the SDK said.
        code: String,
    },
    /// An item is not what we write: our data or code is wrong.
    #[error("item {pk} / {sk} cannot be read")]
    Corrupt {
        /// Partition key.
        pk: String,
        /// Sort key.
        sk: String,
        /// What serde said; it may repeat what stands in the item.
        why: Redacted<serde_dynamo::Error>,
    },
    /// A value cannot be stored: our code is wrong.
    #[error("a value cannot be stored")]
    Unstorable(#[source] serde_dynamo::Error),
    /// The function was not given the key by which addresses are known.
    #[error("environment variable ADDRESS_KEY: is not set")]
    NoAddressKey,
}

impl StoreError {
    pub(crate) fn sdk<E, R>(operation: &'static str, table: Table, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let code = match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                format!("{}: {}", error.code().unwrap_or("unknown"), error.message().unwrap_or("no message"))
            }
            SdkError::TimeoutError(_) => "timeout".to_owned(),
            SdkError::DispatchFailure(_) => "no connection".to_owned(),
            _ => "no readable answer".to_owned(),
        };
        Self::Unavailable { operation, table: table.as_str(), code }
    }
}

/// A page of a list, and where the next one starts.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Sort key of the last item when there is more.
    pub next: Option<String>,
}

/// Which items of a partition a query wants.
#[derive(Debug, Clone)]
pub struct Range<'a> {
    /// Table.
    pub table: Table,
    /// Partition.
    pub pk: String,
    /// Sort key prefix; empty for the whole partition.
    pub prefix: &'a str,
    /// Newest (largest sort key) first.
    pub descending: bool,
}

/// Where a query goes on after a sort key of its range.
fn start_after(range: &Range<'_>, sk: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    HashMap::from([("pk".to_owned(), text(&range.pk)), ("sk".to_owned(), text(sk))])
}

/// The four tables.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    names: TableNames,
    address_key: Option<AddressKey>,
}

impl Store {
    /// The tables behind `client`. Without a key, what is known about addresses cannot be had.
    pub fn new(client: Client, names: TableNames, address_key: Option<AddressKey>) -> Self {
        Self { client, names, address_key }
    }

    /// The key by which addresses are known.
    pub(crate) fn address_key(&self) -> Result<&AddressKey, StoreError> {
        self.address_key.as_ref().ok_or(StoreError::NoAddressKey)
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn name(&self, table: Table) -> &str {
        match table {
            Table::Core => &self.names.core,
            Table::Outbox => &self.names.outbox,
            Table::Dedupe => &self.names.dedupe,
            Table::Usage => &self.names.usage,
        }
    }

    /// One item, consistently read.
    pub async fn get<T: DeserializeOwned>(&self, table: Table, key: &Key) -> Result<Option<Stored<T>>, StoreError> {
        self.get_item(table, key).await?.map(record::read).transpose()
    }

    /// One item as it is stored, consistently read.
    pub(crate) async fn get_item(&self, table: Table, key: &Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(self.name(table))
            .key("pk", AttributeValue::S(key.pk.clone()))
            .key("sk", AttributeValue::S(key.sk.clone()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| StoreError::sdk("GetItem", table, &error))?;
        Ok(answer.item)
    }

    /// All items of a range, every page of it.
    pub async fn query_all<T: DeserializeOwned>(&self, range: &Range<'_>) -> Result<Vec<Stored<T>>, StoreError> {
        self.query_items(range).await?.into_iter().map(record::read).collect()
    }

    /// All items of a range as they are stored, for ranges that hold several types.
    pub(crate) async fn query_items(&self, range: &Range<'_>) -> Result<Vec<Item>, StoreError> {
        self.query_every_page(range, None).await
    }

    /// Up to `limit` items of a range after the sort key `after`.
    pub async fn query_page<T: DeserializeOwned>(
        &self,
        range: &Range<'_>,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<T>>, StoreError> {
        let (page, next) = self.query_some_items(range, limit, after).await?;
        let items = page.into_iter().map(record::read).collect::<Result<_, _>>()?;
        Ok(Page { items, next })
    }

    /// The same as they are stored, and the sort key of the last one when there is more.
    pub(crate) async fn query_some_items(
        &self,
        range: &Range<'_>,
        limit: usize,
        after: Option<&str>,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let start = after.map(|sk| start_after(range, sk));
        let (page, next) = self.query(range, Some(limit), None, start).await?;
        Ok((page, next.and_then(|key| key.get("sk").and_then(|sk| sk.as_s().ok()).cloned())))
    }

    /// Items of a range whose sort key lies between `from` and `to`, both inclusive.
    pub async fn query_between<T: DeserializeOwned>(
        &self,
        range: &Range<'_>,
        from: &str,
        to: &str,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        self.query_items_between(range, from, to).await?.into_iter().map(record::read).collect()
    }

    /// Items of a range whose sort key lies between `from` and `to`, both inclusive, as they are stored.
    pub(crate) async fn query_items_between(
        &self,
        range: &Range<'_>,
        from: &str,
        to: &str,
    ) -> Result<Vec<Item>, StoreError> {
        self.query_every_page(range, Some((from, to))).await
    }

    /// The sort keys of a range.
    pub(crate) async fn sort_keys(&self, range: &Range<'_>) -> Result<Vec<String>, StoreError> {
        Ok(self.query_items(range).await?.iter().map(record::sort_key).collect())
    }

    /// The first item of a range whose sort key lies between `from` and `to`, both inclusive; the last one when descending.
    pub async fn query_first_between<T: DeserializeOwned>(
        &self,
        range: &Range<'_>,
        from: &str,
        to: &str,
    ) -> Result<Option<Stored<T>>, StoreError> {
        let (items, _) = self.query(range, Some(1), Some((from, to)), None).await?;
        items.into_iter().next().map(record::read).transpose()
    }

    async fn query_every_page(
        &self,
        range: &Range<'_>,
        between: Option<(&str, &str)>,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let (page, next) = self.query(range, None, between, start).await?;
            items.extend(page);
            match next {
                Some(next) => start = Some(next),
                None => return Ok(items),
            }
        }
    }

    async fn query(
        &self,
        range: &Range<'_>,
        limit: Option<usize>,
        between: Option<(&str, &str)>,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let query = self
            .client
            .query()
            .table_name(self.name(range.table))
            .expression_attribute_values(":pk", AttributeValue::S(range.pk.clone()))
            .consistent_read(true)
            .scan_index_forward(!range.descending)
            .set_limit(limit.and_then(|limit| i32::try_from(limit).ok()))
            .set_exclusive_start_key(start);
        let query = match between {
            Some((from, to)) => query
                .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":from", AttributeValue::S(from.to_owned()))
                .expression_attribute_values(":to", AttributeValue::S(to.to_owned())),
            // `DynamoDB` takes no empty text in a condition on a key.
            None if range.prefix.is_empty() => query.key_condition_expression("pk = :pk"),
            None => query
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", AttributeValue::S(range.prefix.to_owned())),
        };
        let answer = query.send().await.map_err(|error| StoreError::sdk("Query", range.table, &error))?;
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// Up to `limit` items of one partition of an index whose sort key lies between `from` and `to`, both inclusive, newest first.
    pub async fn query_index_back<T: DeserializeOwned>(
        &self,
        table: Table,
        index: &'static str,
        pk: &str,
        (from, to): (&str, &str),
        limit: usize,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let (pk_name, sk_name) = record::index_key_names(index);
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(self.name(table))
                .index_name(index)
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
                .expression_attribute_names("#pk", pk_name)
                .expression_attribute_names("#sk", sk_name)
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(from.to_owned()))
                .expression_attribute_values(":to", AttributeValue::S(to.to_owned()))
                .scan_index_forward(false)
                .set_limit(i32::try_from(limit - items.len()).ok())
                .set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|error| StoreError::sdk("Query", table, &error))?;
            for item in answer.items.unwrap_or_default() {
                items.push(record::read(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                return Ok(items);
            }
        }
    }

    /// Up to `limit` items of a range whose sort key lies between `from` and `to`, both inclusive.
    pub async fn query_some_between<T: DeserializeOwned>(
        &self,
        range: &Range<'_>,
        (from, to): (&str, &str),
        limit: usize,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let (page, next) = self.query(range, Some(limit - items.len()), Some((from, to)), start).await?;
            for item in page {
                items.push(record::read(item)?);
            }
            start = next;
            if start.is_none() || items.len() >= limit {
                return Ok(items);
            }
        }
    }

    /// All items of one partition of an index whose sort key is at most `until` (all, when `None`), in order.
    pub async fn query_index<T: DeserializeOwned>(
        &self,
        table: Table,
        index: &'static str,
        pk: &str,
        until: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        self.query_index_within(table, index, pk, (None, until), limit).await
    }

    /// All items of one partition of an index whose sort key lies between `from` and `to`, both inclusive, in order.
    pub async fn query_index_between<T: DeserializeOwned>(
        &self,
        table: Table,
        index: &'static str,
        pk: &str,
        from: &str,
        to: &str,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let from = Some(from).filter(|from| !from.is_empty());
        self.query_index_within(table, index, pk, (from, Some(to)), None).await
    }

    async fn query_index_within<T: DeserializeOwned>(
        &self,
        table: Table,
        index: &'static str,
        pk: &str,
        bounds: (Option<&str>, Option<&str>),
        limit: Option<usize>,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let (pk_name, sk_name) = record::index_key_names(index);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(self.name(table))
                .index_name(index)
                .expression_attribute_names("#pk", pk_name)
                .expression_attribute_values(":pk", text(pk))
                .set_limit(limit.and_then(|limit| i32::try_from(limit).ok()))
                .set_exclusive_start_key(start);
            let query = match bounds {
                (Some(from), Some(to)) => query
                    .key_condition_expression("#pk = :pk AND #sk BETWEEN :from AND :to")
                    .expression_attribute_names("#sk", sk_name)
                    .expression_attribute_values(":from", text(from))
                    .expression_attribute_values(":to", text(to)),
                (None, Some(until)) => query
                    .key_condition_expression("#pk = :pk AND #sk <= :until")
                    .expression_attribute_names("#sk", sk_name)
                    .expression_attribute_values(":until", text(until)),
                (_, None) => query.key_condition_expression("#pk = :pk"),
            };
            let answer = query.send().await.map_err(|error| StoreError::sdk("Query", table, &error))?;
            for item in answer.items.unwrap_or_default() {
                items.push(record::read(item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || limit.is_some_and(|limit| items.len() >= limit) {
                return Ok(items);
            }
        }
    }
}
