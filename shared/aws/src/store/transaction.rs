//! Writes that happen together or not at all.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use chrono::{DateTime, Utc};

use super::keys::Key;
use super::record::{Record, Table};
use super::{Store, StoreError};

/// What must be true of an item for its write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: the item is replaced.
    Anything,
    /// The item is not there.
    Absent,
    /// The item is not there, or its `ttl` passed (`DynamoDB` deletes up to two days late).
    AbsentOrExpired(DateTime<Utc>),
    /// The item was written exactly this many times.
    Revision(u64),
}

/// Why a commit did not happen.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An item was not as expected; nothing was written.
    #[error("the item {key:?} was not as expected")]
    Unexpected {
        /// The first such item, in the order of the transaction.
        key: Key,
    },
    /// Another transaction held an item; nothing was written, trying again helps.
    #[error("another transaction held an item")]
    Contention,
    /// The store failed; whether the write happened is not known.
    #[error("the transaction failed")]
    Store(#[from] StoreError),
}

/// At most 100 writes that happen together or not at all.
#[derive(Debug, Default)]
pub struct Transaction {
    error: Option<StoreError>,
    records: Vec<(Record, Expect)>,
    deletes: Vec<(Table, Key, Expect)>,
}

/// `DynamoDB`'s limit for one transaction.
pub const MAX_WRITES: usize = 100;

impl Transaction {
    /// Adds the write of `record`, if `expect` holds. A record that could not be made fails the commit.
    pub fn put(&mut self, record: Result<Record, StoreError>, expect: Expect) {
        match record {
            Ok(record) => self.records.push((record, expect)),
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
    }

    /// Adds the deletion of an item, whether it is there or not.
    pub fn delete(&mut self, table: Table, key: Key) {
        self.delete_expecting(table, key, Expect::Anything);
    }

    /// Adds the deletion of an item, if `expect` holds.
    pub fn delete_expecting(&mut self, table: Table, key: Key, expect: Expect) {
        self.deletes.push((table, key, expect));
    }

    /// Number of writes so far.
    pub fn len(&self) -> usize {
        self.records.len() + self.deletes.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes everything, or nothing.
    pub async fn commit(self, store: &Store) -> Result<(), CommitError> {
        if let Some(error) = self.error {
            return Err(error.into());
        }
        let mut writes: Vec<(Key, TransactWriteItem)> = Vec::with_capacity(self.len());
        for (record, expect) in self.records {
            let key = record.key.clone();
            let put = put(store, record, expect)?;
            writes.push((key, TransactWriteItem::builder().put(put).build()));
        }
        for (table, key, expect) in self.deletes {
            let delete = Delete::builder()
                .table_name(store.name(table))
                .key("pk", AttributeValue::S(key.pk.clone()))
                .key("sk", AttributeValue::S(key.sk.clone()));
            let delete = match expect {
                Expect::Revision(revision) => delete
                    .condition_expression("revision = :revision")
                    .expression_attribute_values(":revision", AttributeValue::N(revision.to_string())),
                _ => delete,
            };
            let delete = delete.build().map_err(|error| unbuildable(&error))?;
            writes.push((key, TransactWriteItem::builder().delete(delete).build()));
        }
        let (keys, items): (Vec<Key>, Vec<TransactWriteItem>) = writes.into_iter().unzip();
        if items.is_empty() {
            return Ok(());
        }
        match store.client().transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(why(&error, &keys)),
        }
    }
}

fn put(store: &Store, record: Record, expect: Expect) -> Result<Put, StoreError> {
    let revision = match expect {
        Expect::Revision(revision) => revision + 1,
        _ => 1,
    };
    let put = Put::builder()
        .table_name(store.name(record.table))
        .set_item(Some(record.attributes))
        .item("revision", AttributeValue::N(revision.to_string()));
    let put = match expect {
        Expect::Anything => put,
        Expect::Absent => put.condition_expression("attribute_not_exists(pk)"),
        Expect::AbsentOrExpired(now) => put
            .condition_expression("attribute_not_exists(pk) OR #ttl <= :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::N(now.timestamp().to_string())),
        Expect::Revision(revision) => put
            .condition_expression("revision = :revision")
            .expression_attribute_values(":revision", AttributeValue::N(revision.to_string())),
    };
    put.build().map_err(|error| unbuildable(&error))
}

fn unbuildable(error: &impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable { operation: "TransactWriteItems", table: "core", code: error.to_string() }
}

/// Reads the reasons entry by entry: a failed condition is an answer and wins over contention, which wins over the rest.
fn why<R>(error: &SdkError<TransactWriteItemsError, R>, keys: &[Key]) -> CommitError {
    if let SdkError::ServiceError(service) = error
        && let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
    {
        let reasons = cancelled.cancellation_reasons();
        let code_is = |code: &str| reasons.iter().position(|reason| reason.code() == Some(code));
        if let Some(key) = code_is("ConditionalCheckFailed").and_then(|index| keys.get(index)) {
            return CommitError::Unexpected { key: key.clone() };
        }
        if ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
            .iter()
            .any(|code| code_is(code).is_some())
        {
            return CommitError::Contention;
        }
    }
    CommitError::Store(StoreError::sdk("TransactWriteItems", Table::Core, error))
}
