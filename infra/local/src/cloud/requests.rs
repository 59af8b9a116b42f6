//! What was asked of the cloud: for cost tables, and for proofs that a read writes nothing.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The oldest records are dropped beyond this, so that a long `cargo run` does not grow.
const CAPACITY: usize = 100_000;

/// The cloud services that have a local counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// The tables.
    DynamoDb,
    /// The event bus.
    EventBridge,
    /// The mailer.
    Ses,
    /// The objects.
    S3,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DynamoDb => "DynamoDB",
            Self::EventBridge => "EventBridge",
            Self::Ses => "SES",
            Self::S3 => "S3",
        })
    }
}

/// One request as the service saw it. Retries by the SDK are requests of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestRecord {
    /// Who was asked.
    pub service: Service,
    /// For what, for example `TransactWriteItems`.
    pub operation: String,
    /// The tables named in the request, sorted, each once; empty for other services.
    pub tables: Vec<String>,
    /// Read units the tables report as consumed; 0 for a request that failed.
    pub read_units: f64,
    /// Whether the request does no more than note how the system is doing: that it happened is no reason to do anything.
    pub is_note: bool,
    /// Write units the tables and their indexes report as consumed; 0 for a request that failed.
    pub write_units: f64,
}

impl RequestRecord {
    /// Whether the request changes something when it succeeds.
    pub fn is_mutating(&self) -> bool {
        match self.service {
            Service::DynamoDb => is_table_write(&self.operation),
            Service::EventBridge => self.operation == "PutEvents",
            Service::Ses => self.operation == "SendRawEmail",
            Service::S3 => self.operation == "PutObject",
        }
    }
}

/// Whether a `DynamoDB` operation writes, and so is billed in write units.
pub(super) fn is_table_write(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
            | "CreateTable"
            | "UpdateTable"
            | "DeleteTable"
            | "UpdateTimeToLive"
    )
}

#[derive(Debug, Default)]
pub(super) struct RequestLog {
    records: Mutex<VecDeque<RequestRecord>>,
    mutations: AtomicU64,
}

impl RequestLog {
    pub(super) fn push(&self, record: RequestRecord) {
        if record.is_mutating() && !record.is_note {
            self.mutations.fetch_add(1, Ordering::Relaxed);
        }
        let mut records = self.records();
        if records.len() == CAPACITY {
            records.pop_front();
        }
        records.push_back(record);
    }

    pub(super) fn all(&self) -> Vec<RequestRecord> {
        self.records().iter().cloned().collect()
    }

    pub(super) fn write_count(&self) -> usize {
        self.records().iter().filter(|record| record.is_mutating()).count()
    }

    pub(super) fn mutations(&self) -> u64 {
        self.mutations.load(Ordering::Relaxed)
    }

    pub(super) fn reset(&self) {
        self.records().clear();
    }

    fn records(&self) -> MutexGuard<'_, VecDeque<RequestRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
