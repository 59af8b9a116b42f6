//! A change about one customer: its row, its records and its events in one transaction.

use chrono::{DateTime, Utc};
use keepwell_domain::customer::Customer;
use keepwell_domain::event::{Event, Fact};
use keepwell_domain::timeline::TimelineEntry;

use super::record::Table;
use super::{CommitError, Expect, Record, Store, StoreError, Stored, Transaction, keys, outbox};
use crate::cloud::Cloud;
use crate::function::span_of;
use crate::telemetry::invocation::current_trace;

/// Why a change happens: what its events carry on.
#[derive(Debug, Clone, Default)]
pub struct Cause {
    /// The event that caused the change; `None` when a request did.
    pub causation_id: Option<String>,
    /// The first event or request of the chain; a fresh one when `None`.
    pub correlation_id: Option<String>,
    /// How many automations lie between.
    pub hop: u8,
    /// The trace of the chain; that of the invocation when `None`.
    pub trace: Option<String>,
}

impl Cause {
    /// A change that `event` caused.
    pub fn event(event: &Event) -> Self {
        Self {
            causation_id: Some(event.event_id.clone()),
            correlation_id: Some(event.correlation_id.clone()),
            hop: event.hop,
            trace: event.trace.clone(),
        }
    }
}

/// A change that is being put together. Nothing is written before [`CustomerChange::commit`].
#[derive(Debug)]
pub struct CustomerChange {
    /// The customer as it will be.
    pub customer: Customer,
    /// Further writes of the same transaction.
    pub transaction: Transaction,
    expect: Expect,
    facts: Vec<Fact>,
    cause: Cause,
    pub(super) now: DateTime<Utc>,
}

impl CustomerChange {
    /// A change of a customer that was read before.
    pub fn of(stored: Stored<Customer>, cause: Cause, now: DateTime<Utc>) -> Self {
        let expect = Expect::Revision(stored.revision);
        Self { customer: stored.value, transaction: Transaction::default(), expect, facts: Vec::new(), cause, now }
    }

    /// The creation of a customer.
    pub fn creation(customer: Customer, now: DateTime<Utc>) -> Self {
        Self {
            customer,
            transaction: Transaction::default(),
            expect: Expect::Absent,
            facts: Vec::new(),
            cause: Cause::default(),
            now,
        }
    }

    /// How often the customer's row was written before.
    pub(super) fn revision(&self) -> u64 {
        match self.expect {
            Expect::Revision(revision) => revision,
            _ => 0,
        }
    }

    /// Number of writes so far, events included, without the customer's row.
    pub fn len(&self) -> usize {
        self.transaction.len() + self.facts.len()
    }

    /// Whether nothing but the customer's row would be written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Publishes `fact` when the change is committed.
    pub fn publish(&mut self, fact: Fact) {
        self.facts.push(fact);
    }

    /// Adds a line to the customer's timeline.
    pub fn timeline(&mut self, entry: &TimelineEntry) {
        let key = keys::timeline(&self.customer.id, entry);
        self.transaction.put(Record::new(Table::Core, key, entry), Expect::Anything);
    }

    /// Writes `record` of the `core` table.
    pub fn put(&mut self, record: Result<Record, StoreError>, expect: Expect) {
        self.transaction.put(record, expect);
    }

    /// Writes the row, the records and the events, or nothing. Answers the customer as it is now.
    pub async fn commit(mut self, cloud: &Cloud) -> Result<Customer, CommitError> {
        self.await_what_time_brings();
        let events = self.write_events(cloud);
        self.transaction.put(row(&self.customer), self.expect);
        self.transaction.commit(&cloud.store).await?;
        log_stored(&events);
        Ok(self.customer)
    }

    /// Writes the records and the events and deletes the row, or does nothing.
    pub(crate) async fn commit_erasure(mut self, cloud: &Cloud) -> Result<(), CommitError> {
        let events = self.write_events(cloud);
        self.transaction.delete_expecting(Table::Core, keys::customer(&self.customer.id), self.expect);
        self.transaction.commit(&cloud.store).await?;
        log_stored(&events);
        Ok(())
    }

    /// Adds the events to the transaction. Answers them.
    fn write_events(&mut self, cloud: &Cloud) -> Vec<Event> {
        let trace = self.cause.trace.take().or_else(|| current_trace().map(|trace| trace.as_str().to_owned()));
        let mut events = Vec::with_capacity(self.facts.len());
        let correlation_id = self.cause.correlation_id.take().unwrap_or_else(|| cloud.fresh_id("cor"));
        for fact in std::mem::take(&mut self.facts) {
            self.customer.event_seq += 1;
            let event = Event {
                event_id: cloud.fresh_id("evt"),
                customer_id: self.customer.id.clone(),
                aggregate_version: self.customer.event_seq,
                occurred_at: self.now,
                causation_id: self.cause.causation_id.clone(),
                correlation_id: correlation_id.clone(),
                hop: self.cause.hop,
                trace: trace.clone(),
                fact,
            };
            self.transaction.put(outbox::pending(&event), Expect::Absent);
            events.push(event);
        }
        events
    }
}

/// The line that leads from a request to its events, wherever they go.
fn log_stored(events: &[Event]) {
    for event in events {
        span_of(event).in_scope(|| tracing::info!(event = event.fact.name(), "event stored"));
    }
}

/// The customer's list row with its index keys.
fn row(customer: &Customer) -> Result<Record, StoreError> {
    let id = &customer.id;
    let mut record = Record::new(Table::Core, keys::customer(id), customer)?.in_portfolio(id);
    if let Some(owner) = &customer.profile.owner {
        record = record.indexed("by_owner", format!("O#{}", owner.normalised()), format!("C#{id}"));
    }
    if let Some(due) = customer.feedback_due_at {
        let shard = keys::shard(id.as_str(), keys::WORK_SHARDS);
        record = record.indexed("work", format!("DUE#feedback#{shard:02}"), format!("{}#{id}", keys::instant(due)));
    }
    Ok(record)
}

/// How often a change that lost against another writer is decided anew.
const ATTEMPTS: u32 = 8;

/// Reads, decides and commits again as long as another writer was faster, a few times.
///
/// `attempt` must read afresh each time it is called.
pub async fn retry_on_conflict<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: Contended,
{
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_contended() && tries < ATTEMPTS => {
                let wait = rand::random_range(0..(5_u64 << tries));
                tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

/// An error that may mean "somebody else was faster".
pub trait Contended {
    /// Whether reading again and deciding anew may help.
    fn is_contended(&self) -> bool;
}

impl Contended for CommitError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Unexpected { .. } | Self::Contention)
    }
}

impl Store {
    /// A customer, or `None`.
    pub async fn customer(&self, id: &keepwell_domain::id::CustomerId) -> Result<Option<Stored<Customer>>, StoreError> {
        self.get(Table::Core, &keys::customer(id)).await
    }
}
