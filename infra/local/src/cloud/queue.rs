//! One consumer's queue, which behaves as an SQS standard queue with a dead-letter queue behind it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::injector::Faults;
use super::local_table::{Change, LocalStateError, Row};

/// A message that was received this often and still not acknowledged goes to the dead letters.
pub const MAX_RECEIVES: u32 = 5;

const QUEUE: &str = "QUEUE#";
const DEAD: &str = "DEAD#";

/// One delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueMessage {
    /// The id of the message, the same on every delivery.
    pub message_id: String,
    /// The `EventBridge` envelope as JSON text.
    pub body: String,
    /// How often the message has been received, this delivery included.
    pub receive_count: u32,
}

#[derive(Debug, Clone)]
struct Entry {
    /// Where the message is stored.
    sequence: u64,
    message: QueueMessage,
    /// Unseen until the queue was received from this often.
    seen_from_receive: u64,
    /// A second delivery made up by the fault plan. It is not stored and not doubled again.
    is_copy: bool,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    consumer: String,
    waiting: VecDeque<Entry>,
    in_flight: Vec<Entry>,
    dead: Vec<Entry>,
    receives: u64,
}

impl Queue {
    pub(super) fn new(consumer: &str) -> Self {
        Self { consumer: consumer.to_owned(), ..Self::default() }
    }

    /// The consumer whose message `row` holds, if it holds one.
    pub(super) fn consumer_of(row: &Row) -> Option<&str> {
        row.pk.strip_prefix(QUEUE).or_else(|| row.pk.strip_prefix(DEAD))
    }

    /// Takes back a stored message and tells its sequence number.
    pub(super) fn restore(&mut self, row: &Row) -> Result<u64, LocalStateError> {
        let unreadable = || LocalStateError::Unreadable(format!("{} {}", row.pk, row.sk));
        let entry = Entry {
            sequence: row.sk.parse().map_err(|_| unreadable())?,
            message: serde_json::from_str(&row.body).map_err(|_| unreadable())?,
            seen_from_receive: 0,
            is_copy: false,
        };
        let sequence = entry.sequence;
        if row.pk.starts_with(DEAD) {
            self.dead.push(entry);
        } else {
            self.waiting.push_back(entry);
        }
        Ok(sequence)
    }

    /// The change that stores a new message; [`Self::push`] then adds it.
    pub(super) fn stored(&self, sequence: u64, message: &QueueMessage) -> Change {
        put(QUEUE, &self.consumer, sequence, message)
    }

    pub(super) fn push(&mut self, sequence: u64, message: QueueMessage, delay_receives: u64) {
        self.waiting.push_back(Entry {
            sequence,
            message,
            seen_from_receive: self.receives + delay_receives,
            is_copy: false,
        });
    }

    pub(super) fn receive(&mut self, max: usize, faults: &Faults, changes: &mut Vec<Change>) -> Vec<QueueMessage> {
        let (mut seen, unseen): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|entry| entry.seen_from_receive <= self.receives);
        self.receives += 1;
        faults.reorder(&mut seen);
        let mut rest = seen.split_off(max.min(seen.len()));
        let mut received = Vec::with_capacity(seen.len());
        for mut entry in seen {
            entry.message.receive_count += 1;
            if !entry.is_copy {
                changes.push(put(QUEUE, &self.consumer, entry.sequence, &entry.message));
                if faults.duplicates_message() {
                    rest.push(Entry { is_copy: true, ..entry.clone() });
                }
            }
            received.push(entry.message.clone());
            self.in_flight.push(entry);
        }
        rest.extend(unseen);
        self.waiting = rest.into();
        received
    }

    pub(super) fn ack(&mut self, ids: &[String], changes: &mut Vec<Change>) {
        for entry in self.take_in_flight(ids) {
            changes.push(delete(QUEUE, &self.consumer, entry.sequence));
        }
    }

    pub(super) fn nack(&mut self, ids: &[String], changes: &mut Vec<Change>) {
        for entry in self.take_in_flight(ids) {
            if entry.message.receive_count < MAX_RECEIVES {
                self.waiting.push_back(entry);
            } else {
                changes.push(delete(QUEUE, &self.consumer, entry.sequence));
                changes.push(put(DEAD, &self.consumer, entry.sequence, &entry.message));
                self.dead.push(entry);
            }
        }
    }

    /// The visibility timeout of everything in flight has passed.
    pub(super) fn release_in_flight(&mut self, changes: &mut Vec<Change>) {
        let ids: Vec<String> = self.in_flight.iter().map(|entry| entry.message.message_id.clone()).collect();
        self.nack(&ids, changes);
    }

    pub(super) fn redrive(&mut self, changes: &mut Vec<Change>) -> usize {
        let dead = std::mem::take(&mut self.dead);
        let count = dead.len();
        for mut entry in dead {
            entry.message.receive_count = 0;
            changes.push(delete(DEAD, &self.consumer, entry.sequence));
            changes.push(put(QUEUE, &self.consumer, entry.sequence, &entry.message));
            self.waiting.push_back(entry);
        }
        count
    }

    pub(super) fn dead_letters(&self) -> Vec<QueueMessage> {
        self.dead.iter().map(|entry| entry.message.clone()).collect()
    }

    pub(super) fn depth(&self) -> usize {
        self.waiting.len() + self.in_flight.len()
    }

    /// One delivery for each id: where the same message is in flight twice, the other stays.
    fn take_in_flight(&mut self, ids: &[String]) -> Vec<Entry> {
        let position =
            |entries: &[Entry], id: &String| entries.iter().position(|entry| entry.message.message_id == *id);
        ids.iter().filter_map(|id| position(&self.in_flight, id).map(|found| self.in_flight.remove(found))).collect()
    }
}

fn key(sequence: u64) -> String {
    format!("{sequence:020}")
}

fn put(list: &str, consumer: &str, sequence: u64, message: &QueueMessage) -> Change {
    Change::Put { pk: format!("{list}{consumer}"), sk: key(sequence), body: json!(message).to_string() }
}

fn delete(list: &str, consumer: &str, sequence: u64) -> Change {
    Change::Delete { pk: format!("{list}{consumer}"), sk: key(sequence) }
}
