//! One item: how it is written and read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;
use super::keys::Key;

/// The tables by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Customers and everything about them.
    Core,
    /// Events until they are published.
    Outbox,
    /// What makes effects happen once.
    Dedupe,
    /// Usage by customer and day.
    Usage,
}

impl Table {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Core, Self::Outbox, Self::Dedupe, Self::Usage];

    /// The table's name without the deployment's prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Outbox => "outbox",
            Self::Dedupe => "dedupe",
            Self::Usage => "usage",
        }
    }

    /// The table's indexes.
    pub const fn indexes(self) -> &'static [&'static str] {
        match self {
            Self::Core => &["by_owner", "portfolio", "work"],
            Self::Outbox => &["pending"],
            Self::Dedupe => &["due"],
            Self::Usage => &[],
        }
    }
}

/// Names of an index's key attributes.
pub const fn index_key_names(index: &str) -> (&'static str, &'static str) {
    match index.as_bytes() {
        b"by_owner" => ("owner_pk", "owner_sk"),
        b"portfolio" => ("portfolio_pk", "portfolio_sk"),
        b"pending" => ("pending_shard", "pending_at"),
        b"due" => ("due_pk", "due_sk"),
        _ => ("work_pk", "work_sk"),
    }
}

/// A value as it was read, with the number of times its item was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Counts the item's writes, from 1. A write that expects it fails when somebody else wrote meanwhile.
    pub revision: u64,
}

/// An item to be written.
#[derive(Debug, Clone)]
pub struct Record {
    pub(crate) table: Table,
    pub(crate) key: Key,
    pub(crate) attributes: HashMap<String, AttributeValue>,
}

impl Record {
    /// An item under `key` whose body is `value`.
    pub fn new<T: Serialize>(table: Table, key: Key, value: &T) -> Result<Self, StoreError> {
        let body = serde_dynamo::to_attribute_value(value).map_err(StoreError::Unstorable)?;
        let attributes = HashMap::from([
            ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
            ("body".to_owned(), body),
        ]);
        Ok(Self { table, key, attributes })
    }

    /// Puts the item into an index.
    #[must_use]
    pub fn indexed(mut self, index: &'static str, pk: String, sk: String) -> Self {
        let (pk_name, sk_name) = index_key_names(index);
        self.attributes.insert(pk_name.to_owned(), AttributeValue::S(pk));
        self.attributes.insert(sk_name.to_owned(), AttributeValue::S(sk));
        self
    }

    /// Lets `DynamoDB` delete the item some time after `at`.
    #[must_use]
    pub fn expiring(mut self, at: DateTime<Utc>) -> Self {
        self.attributes.insert("ttl".to_owned(), AttributeValue::N(at.timestamp().to_string()));
        self
    }
}

/// An item's sort key.
pub(crate) fn sort_key(item: &HashMap<String, AttributeValue>) -> String {
    item.get("sk").and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

/// How often an item was written.
pub(crate) fn revision(item: &HashMap<String, AttributeValue>) -> u64 {
    item.get("revision").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Reads an item that [`Record`] wrote.
pub(crate) fn read<T: DeserializeOwned>(mut item: HashMap<String, AttributeValue>) -> Result<Stored<T>, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let (pk, sk) = (text("pk"), text("sk"));
    let revision = revision(&item);
    let body = item.remove("body").unwrap_or(AttributeValue::Null(true));
    match serde_dynamo::from_attribute_value(body) {
        Ok(value) => Ok(Stored { value, revision }),
        Err(why) => Err(StoreError::Corrupt { pk, sk, why: why.into() }),
    }
}
