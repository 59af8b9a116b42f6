//! The portfolio at one moment, in columns: every customer's list row, and what was measured about it.
//!
//! Plans, backtests and analytics look at everybody at once. A snapshot is one object that is read in a tenth of a second, where the
//! tables would be asked a question for each customer. It is brought up to date by what changed since: every list row counts its
//! writes ([`Mark`]), so that a row whose count is another one is read again, and all others are as they were.
//!
//! | module | what it holds |
//! |---|---|
//! | [`file`](self) | the layout of the object: sections, each packed and with a checksum (docs/decisions/0012) |
//! | rows | list rows, column by column |
//! | [`measures`] | measures, column by column |
//! | [`day`] | what is kept of a day for a year |

mod columns;
pub mod day;
mod file;
pub mod measures;
mod rows;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::customer::Customer;
use crate::id::CustomerId;
use crate::measure::MeasureValues;
use crate::score::portfolio::Portfolio;
use measures::Measures;

/// The version of the layout that is written and read.
pub const FORMAT: u32 = 2;

/// Why an object is no snapshot that can be used. The tables still have everything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It is no snapshot at all.
    #[error("the object is not a portfolio snapshot")]
    Foreign,
    /// Another release wrote it.
    #[error("the snapshot has format {found}, which this release does not read")]
    OtherFormat {
        /// Its format.
        found: u32,
    },
    /// A checksum is wrong, or something is missing.
    #[error("the snapshot is damaged: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// What is to be written cannot be: our code is wrong.
    #[error("the snapshot cannot be written: {what}")]
    Unwritable {
        /// What is wrong.
        what: String,
    },
}

fn damaged(what: impl Into<String>) -> SnapshotError {
    SnapshotError::Damaged { what: what.into() }
}

/// A list row as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The customer.
    pub customer: Customer,
    /// How often its row was written.
    pub revision: u64,
}

/// What tells whether a customer's row is another one: its writes are counted, and a customer that was erased and made again begins
/// anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The customer.
    pub id: CustomerId,
    /// How often its row was written.
    pub revision: u64,
    /// When the customer was created.
    pub created_at: DateTime<Utc>,
}

/// Everybody's list row and measures.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The moment that it shows.
    pub taken_at: DateTime<Utc>,
    /// When everybody was looked at, by the clock of the machine that did; it may differ from the time in Keepwell. `None` = not noted.
    pub looked_at: Option<DateTime<Utc>>,
    rows: Vec<Row>,
    measures: Measures,
}

impl Snapshot {
    /// Nobody.
    pub fn empty(taken_at: DateTime<Utc>) -> Self {
        Self { taken_at, looked_at: None, rows: Vec::new(), measures: Measures::default() }
    }

    /// The list rows. The order means nothing, but is the same in [`Self::measures`] and [`Self::portfolio`].
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The measures.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// The list rows alone.
    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// Adds a customer.
    pub fn push(&mut self, row: Row, measures: &MeasureValues) {
        self.rows.push(row);
        self.measures.push(measures);
    }

    /// Who of those that there are now must be read again: they are new, or their rows were written since.
    pub fn outdated(&self, now: &[Mark]) -> Vec<CustomerId> {
        let known: HashMap<&CustomerId, Mark> = self.rows.iter().map(|row| (&row.customer.id, mark(row))).collect();
        now.iter().filter(|mark| known.get(&mark.id) != Some(mark)).map(|mark| mark.id.clone()).collect()
    }

    /// Brings the snapshot to `as_of`, when there were the customers of `now`: rows that are no longer, or no longer as they were, go,
    /// and those read again come. Who was not found when it was to be read again has been erased meanwhile.
    pub fn overlay(&mut self, now: &[Mark], read_again: Vec<(Row, MeasureValues)>, as_of: DateTime<Utc>) {
        let now: HashSet<(&CustomerId, u64, DateTime<Utc>)> =
            now.iter().map(|mark| (&mark.id, mark.revision, mark.created_at)).collect();
        let again: HashSet<&CustomerId> = read_again.iter().map(|(row, _)| &row.customer.id).collect();
        let stays = |row: &Row| {
            let customer = &row.customer;
            now.contains(&(&customer.id, row.revision, customer.created_at)) && !again.contains(&customer.id)
        };
        let stays: Vec<bool> = self.rows.iter().map(stays).collect();
        if stays.contains(&false) {
            let mut flags = stays.iter();
            self.rows.retain(|_| flags.next().copied().unwrap_or_default());
            self.measures.retain(&stays);
        }
        for (row, measures) in read_again {
            self.push(row, &measures);
        }
        self.taken_at = as_of;
    }

    /// The measures as they are to be scored at `as_of`, with the overrides by hand that act then.
    pub fn portfolio(&self, as_of: DateTime<Utc>) -> Portfolio {
        let overrides = self.rows.iter().map(|row| row.customer.manual_override.as_ref());
        self.measures.portfolio(overrides, as_of)
    }

    /// The object that [`Self::from_bytes`] reads.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut file = file::Writer::new(FORMAT, self.taken_at, self.rows.len()).looked_at(self.looked_at);
        rows::write(&self.rows, &mut file)?;
        self.measures.write(&mut file)?;
        file.finish()
    }

    /// Reads an object. Every checksum is looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let file = file::Reader::new(FORMAT, bytes)?;
        let rows = rows::read(&file)?;
        let measures = Measures::read(&file)?;
        Ok(Self { taken_at: file.taken_at(), looked_at: file.looked_at(), rows, measures })
    }
}

fn mark(row: &Row) -> Mark {
    Mark { id: row.customer.id.clone(), revision: row.revision, created_at: row.customer.created_at }
}
