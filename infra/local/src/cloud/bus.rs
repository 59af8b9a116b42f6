//! The local event bus: `PutEvents` puts each accepted event into one queue per consumer that subscribed to its type.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::clock::Clock;
use super::faults::RefusedEntries;
use super::injector::Faults;
use super::local_table::{Change, LocalStateError, LocalTable, Row};
use super::put_events::{PutEventsEntry, PutEventsRequest, refusal};
use super::queue::{Queue, QueueMessage};
use super::wire::Answer;

pub use super::put_events::PublishedEvent;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const MAX_ENTRIES: usize = 10;
const MAX_REQUEST_BYTES: usize = 256 * 1024;
const LOG_CAPACITY: usize = 10_000;
const LOG: &str = "EVENT";

/// Which events a consumer's queue gets, as an `EventBridge` rule with that queue as its target would say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The consumer, and the name of its queue.
    pub consumer: String,
    /// The event types, matched exactly.
    pub detail_types: Vec<String>,
}

/// The bus and the queues behind it.
pub struct Bus {
    clock: Clock,
    faults: Faults,
    table: LocalTable,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    subscriptions: BTreeMap<String, Vec<String>>,
    queues: BTreeMap<String, Queue>,
    log: VecDeque<(u64, PublishedEvent)>,
    last_sequence: u64,
}

impl State {
    fn queue(&mut self, consumer: &str) -> &mut Queue {
        self.queues.entry(consumer.to_owned()).or_insert_with(|| Queue::new(consumer))
    }
}

impl Bus {
    pub(super) fn load(clock: Clock, faults: Faults, table: LocalTable, rows: &[Row]) -> Result<Self, LocalStateError> {
        let mut state = State::default();
        for row in rows {
            let sequence = if row.pk == LOG {
                let unreadable = || LocalStateError::Unreadable(format!("{} {}", row.pk, row.sk));
                let sequence = row.sk.parse().map_err(|_| unreadable())?;
                state.log.push_back((sequence, serde_json::from_str(&row.body).map_err(|_| unreadable())?));
                sequence
            } else if let Some(consumer) = Queue::consumer_of(row) {
                state.queue(consumer).restore(row)?
            } else {
                continue;
            };
            state.last_sequence = state.last_sequence.max(sequence);
        }
        Ok(Self { clock, faults, table, state: Mutex::new(state) })
    }

    pub(super) fn subscribe(&self, subscription: Subscription) {
        let mut state = self.state();
        state.subscriptions.insert(subscription.consumer, subscription.detail_types);
    }

    /// The accepted events, oldest first; the last 10,000 of them.
    pub fn events(&self) -> Vec<PublishedEvent> {
        self.state().log.iter().map(|(_, event)| event.clone()).collect()
    }

    /// The consumers that subscribed, in alphabetical order.
    pub fn consumers(&self) -> Vec<String> {
        self.state().subscriptions.keys().cloned().collect()
    }

    /// Takes up to `max` messages, which are then in flight until they are acknowledged or given back.
    pub fn receive(&self, consumer: &str, max: usize) -> Vec<QueueMessage> {
        let mut received = Vec::new();
        self.change(consumer, |queue, changes| {
            received = queue.receive(max, &self.faults, changes);
        });
        received
    }

    /// These messages are done. Ids that are not in flight are ignored.
    pub fn ack(&self, consumer: &str, ids: &[String]) {
        self.change(consumer, |queue, changes| queue.ack(ids, changes));
    }

    /// These messages failed: they go back to the queue, or to the dead letters after
    /// [`MAX_RECEIVES`](super::queue::MAX_RECEIVES) receives. Ids that are not in flight are ignored.
    pub fn nack(&self, consumer: &str, ids: &[String]) {
        self.change(consumer, |queue, changes| queue.nack(ids, changes));
    }

    /// Gives back what every consumer has in flight, as SQS does when the visibility timeout has passed. A test calls
    /// this after a crash between receive and acknowledgement.
    pub fn release_in_flight(&self) {
        let consumers: Vec<String> = self.state().queues.keys().cloned().collect();
        for consumer in consumers {
            self.change(&consumer, Queue::release_in_flight);
        }
    }

    /// How many messages wait or are in flight; dead letters do not count.
    pub fn depth(&self, consumer: &str) -> usize {
        self.state().queues.get(consumer).map_or(0, Queue::depth)
    }

    /// The messages that were given up, oldest first.
    pub fn dead_letters(&self, consumer: &str) -> Vec<QueueMessage> {
        self.state().queues.get(consumer).map_or_else(Vec::new, Queue::dead_letters)
    }

    /// Puts the dead letters back into the queue with a fresh receive count, and tells how many they were.
    pub fn redrive(&self, consumer: &str) -> usize {
        let mut count = 0;
        self.change(consumer, |queue, changes| count = queue.redrive(changes));
        count
    }

    fn change(&self, consumer: &str, apply: impl FnOnce(&mut Queue, &mut Vec<Change>)) {
        let mut state = self.state();
        let Some(queue) = state.queues.get_mut(consumer) else {
            return;
        };
        let mut changes = Vec::new();
        apply(queue, &mut changes);
        if let Err(error) = self.table.write(&changes) {
            tracing::error!(consumer, error = &error as &dyn std::error::Error, "queue state not saved");
        }
    }

    /// Answers a `PutEvents` request. `refused` comes from the fault plan.
    pub(super) fn put_events(&self, body: &[u8], refused: Option<RefusedEntries>) -> Answer {
        let entries = match serde_json::from_slice::<PutEventsRequest>(body) {
            Ok(request) => request.entries,
            Err(error) => {
                return Answer::json_error(400, CONTENT_TYPE, "SerializationException", &error.to_string());
            }
        };
        if entries.is_empty() || entries.len() > MAX_ENTRIES {
            let message = format!(
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: \
                 Member must have length between 1 and {MAX_ENTRIES}, but has {}",
                entries.len()
            );
            return Answer::json_error(400, CONTENT_TYPE, "ValidationException", &message);
        }
        if entries.iter().map(PutEventsEntry::size).sum::<usize>() > MAX_REQUEST_BYTES {
            let message = "Total size of the entries in the request is over the limit.";
            return Answer::json_error(400, CONTENT_TYPE, "ValidationException", message);
        }
        let refused = refused.map_or_else(Vec::new, |which| self.faults.refused(which, entries.len()));
        match self.accept(&entries, &refused) {
            Ok(results) => {
                let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
                let answer = json!({ "FailedEntryCount": failed, "Entries": results });
                Answer::json(200, CONTENT_TYPE, &answer)
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "events not saved");
                fault_answer(500)
            }
        }
    }

    fn accept(&self, entries: &[PutEventsEntry], refused: &[bool]) -> Result<Vec<Value>, LocalStateError> {
        let now = self.clock.now();
        let state = &mut *self.state();
        let mut results = Vec::with_capacity(entries.len());
        let mut changes = Vec::new();
        let mut deliveries = Vec::new();
        let mut accepted = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            if refused.get(index).copied().unwrap_or(false) {
                results.push(refusal("ThrottlingException", "the local fault plan refuses this entry"));
                continue;
            }
            let (event, envelope) = match entry.event(state.last_sequence + 1, now) {
                Ok(parsed) => parsed,
                Err(problem) => {
                    results.push(problem);
                    continue;
                }
            };
            state.last_sequence += 1;
            let sequence = state.last_sequence;
            results.push(json!({ "EventId": event.bus_event_id }));
            let interested: Vec<String> = state
                .subscriptions
                .iter()
                .filter(|(_, types)| types.contains(&event.detail_type))
                .map(|(consumer, _)| consumer.clone())
                .collect();
            for consumer in interested {
                let message = QueueMessage {
                    message_id: format!("{}-{consumer}", event.bus_event_id),
                    body: envelope.clone(),
                    receive_count: 0,
                };
                changes.push(state.queue(&consumer).stored(sequence, &message));
                deliveries.push((consumer, sequence, message));
            }
            changes.push(Change::Put {
                pk: LOG.to_owned(),
                sk: format!("{sequence:020}"),
                body: json!(event).to_string(),
            });
            accepted.push((sequence, event));
        }
        let overflow = (state.log.len() + accepted.len()).saturating_sub(LOG_CAPACITY);
        changes.extend(
            state
                .log
                .iter()
                .take(overflow)
                .map(|(sequence, _)| Change::Delete { pk: LOG.to_owned(), sk: format!("{sequence:020}") }),
        );
        self.table.write(&changes)?;
        state.log.extend(accepted);
        state.log.drain(..overflow);
        for (consumer, sequence, message) in deliveries {
            let delay = self.faults.message_delay();
            state.queue(&consumer).push(sequence, message, delay);
        }
        Ok(results)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer for a fault plan's throttle or outage.
pub(super) fn fault_answer(status: u16) -> Answer {
    let code = if status == 500 { "InternalException" } else { "ThrottlingException" };
    Answer::json_error(status, CONTENT_TYPE, code, "the local fault plan says so")
}

/// The answer for an operation that is not `PutEvents`.
pub(super) fn unknown_operation(operation: &str) -> Answer {
    Answer::unknown_operation(CONTENT_TYPE, operation)
}
