//! Folding: events into the rows of their days, each message once.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{MessageHashes, UsageDay};
use crate::signal::UsageEvent;

/// A message that comes again with another time is known when the two times lie at most this many days apart.
pub const KNOWN_AGAIN_DAYS: u64 = 7;

/// Messages in a row; the next goes into a further row of the day.
pub const ROW_MESSAGES: usize = 2_000;

/// Bytes of a row, about; a row whose users and features have long names is full before it has its messages. `DynamoDB` takes 400 kB.
const ROW_BYTES: usize = 150_000;

/// Rows of a customer and day. With 15 days to look through, more would make each request read for seconds.
pub const DAY_ROWS: u32 = 25;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// It counts.
    New,
    /// It counted before.
    Known,
    /// The day takes no more: 50,000 messages, or fewer with long names.
    DayFull,
}

/// One customer's rows, as far as they are needed to fold some events.
#[derive(Debug, Clone, Default)]
pub struct UsageDays {
    rows: BTreeMap<(NaiveDate, u32), Row>,
}

/// A row to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRow {
    /// The row.
    pub day: UsageDay,
    /// The revision it had; `None` for a new one.
    pub revision: Option<u64>,
    /// Its size, about.
    pub bytes: usize,
}

#[derive(Debug, Clone)]
struct Row {
    day: UsageDay,
    revision: Option<u64>,
    bytes: usize,
    changed: bool,
}

impl UsageDays {
    /// The first and the last day whose rows must be read to fold events of these days.
    pub fn window(days: impl IntoIterator<Item = NaiveDate>) -> Option<(NaiveDate, NaiveDate)> {
        let (first, last) = days.into_iter().fold(None, |window, day| {
            let (first, last) = window.unwrap_or((day, day));
            Some((day.min(first), day.max(last)))
        })?;
        Some(around(first, last))
    }

    /// The rows as they were read, each with its revision.
    pub fn of(rows: impl IntoIterator<Item = (UsageDay, u64)>) -> Self {
        let row = |(day, revision): (UsageDay, u64)| {
            let bytes = bytes_of(&day);
            ((day.day, day.part), Row { day, revision: Some(revision), bytes, changed: false })
        };
        Self { rows: rows.into_iter().map(row).collect() }
    }

    /// Folds an event into its day, unless its message is known on a day nearby.
    pub fn fold(&mut self, event: &UsageEvent) -> Folded {
        let hash = MessageHashes::hash(&event.message_id);
        let day = event.at.date_naive();
        let (first, last) = around(day, day);
        if self.rows.range((first, 0)..=(last, u32::MAX)).any(|(_, row)| row.day.message_hashes.contains(hash)) {
            return Folded::Known;
        }
        let newest = self.rows.range((day, 0)..=(day, u32::MAX)).next_back();
        let part = match newest {
            None => 0,
            Some((_, row)) if row.day.message_hashes.len() < ROW_MESSAGES && row.bytes < ROW_BYTES => row.day.part,
            Some((_, row)) if row.day.part + 1 < DAY_ROWS => row.day.part + 1,
            Some(_) => return Folded::DayFull,
        };
        let row = self.rows.entry((day, part)).or_insert_with(|| {
            let day = UsageDay { part, ..UsageDay::empty(day) };
            Row { day, revision: None, bytes: 0, changed: false }
        });
        row.day.fold_hashed(event, hash);
        row.bytes += bytes_of_event(event);
        row.changed = true;
        Folded::New
    }

    /// The rows that changed.
    pub fn changed(self) -> impl Iterator<Item = ChangedRow> {
        let rows = self.rows.into_values().filter(|row| row.changed);
        rows.map(|row| ChangedRow { day: row.day, revision: row.revision, bytes: row.bytes })
    }
}

fn around(first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
    let days = Days::new(KNOWN_AGAIN_DAYS);
    (first.checked_sub_days(days).unwrap_or(NaiveDate::MIN), last.checked_add_days(days).unwrap_or(NaiveDate::MAX))
}

/// What a name and its number take, beside the name.
const BESIDE_NAME: usize = 12;

fn bytes_of(day: &UsageDay) -> usize {
    let names = day.users.iter().chain(day.features.keys());
    8 * day.message_hashes.len() + names.map(|name| name.len() + BESIDE_NAME).sum::<usize>()
}

/// At most what the event adds to its row.
fn bytes_of_event(event: &UsageEvent) -> usize {
    let names = event.user.iter().chain(&event.feature);
    8 + names.map(|name| name.len() + BESIDE_NAME).sum::<usize>()
}
