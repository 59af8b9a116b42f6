//! What operations take from the tables: the table of `docs/costs.md`, which a story holds equal to what is measured.

use crate::price::{self, TableUnits};

/// An operation, as it was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operation {
    /// Its row in the table.
    pub name: &'static str,
    /// Calls of the AWS services that it makes.
    pub calls: usize,
    /// What these take from the tables.
    pub units: TableUnits,
}

impl Operation {
    /// An operation as it was measured.
    #[must_use]
    pub const fn new(name: &'static str, calls: usize, read: f64, write: f64) -> Self {
        Self { name, calls, units: TableUnits { read, write } }
    }
}

/// A ticket is sent.
pub const TICKET: Operation = Operation::new("ticket sent", 3, 2.0, 17.0);

/// A call is logged, the last one.
pub const INTERACTION: Operation = Operation::new("call logged, the last one", 3, 2.0, 18.0);

/// A batch of tracked events of one customer comes in, the second of the day.
pub const TRACKED_BATCH: Operation = Operation::new("50 tracked events of one customer, of 100 that day", 4, 8.0, 17.0);

/// An answer is sent.
pub const ANSWERED: Operation = Operation::new("feedback answer", 5, 4.0, 19.0);

/// A score is computed and is another one.
pub const SCORE_CHANGED: Operation =
    Operation { name: "score computed, another one", calls: 7, units: price::SCORE_CHANGED };

/// A score is computed and is the same.
pub const SCORE_UNCHANGED: Operation =
    Operation { name: "score computed, the same", calls: 6, units: price::SCORE_UNCHANGED };

/// A customer that changed is read again for a snapshot.
pub const SNAPSHOT_ROW: Operation = Operation::new("customer read again for a snapshot", 2, 2.0, 0.0);

/// A schedule looks for what is due, and finds nothing.
pub const LOOK: Operation = Operation::new("an hour's look for what is due, nothing is", 6, 4.0, 0.0);

/// An event is noted as published.
pub const EVENT_PUBLISHED: Operation = Operation::new("event noted as published", 1, 0.0, 2.0);

/// A score that changed is heard by automation-dispatch, and no automation acts on it.
pub const EVENT_HEARD: Operation = Operation::new("event heard by automations, none acts", 1, 1.0, 0.0);

/// Both contacts of a customer are asked for feedback by mail.
pub const ASKED_TWO: Operation = Operation::new("two contacts of a customer asked by mail", 38, 28.0, 58.0);

/// SES says that a mail was sent.
pub const MAIL_NOTED: Operation = Operation::new("what SES says of a mail noted", 1, 1.0, 0.0);

/// Everything that the page of a customer shows.
pub const CUSTOMER_PAGE: Operation = Operation::new("page of a customer, seven requests", 18, 23.0, 0.0);

/// The requests that [`CUSTOMER_PAGE`] takes.
pub const CUSTOMER_PAGE_REQUESTS: f64 = 7.0;

/// The whole table, in its order.
pub const TABLE: [Operation; 19] = [
    Operation::new("Health Status set", 2, 1.0, 12.0),
    TICKET,
    Operation::new("the same ticket again", 2, 2.0, 0.0),
    Operation::new("call logged, not the last one", 3, 2.0, 14.0),
    INTERACTION,
    Operation::new("100 messages of one customer", 108, 104.0, 632.0),
    Operation::new("100 usage rows of one customer and day by CSV", 3, 2.0, 12.0),
    ANSWERED,
    SCORE_CHANGED,
    SCORE_UNCHANGED,
    SNAPSHOT_ROW,
    Operation::new("webhook sent", 5, 3.0, 7.0),
    LOOK,
    TRACKED_BATCH,
    EVENT_PUBLISHED,
    EVENT_HEARD,
    ASKED_TWO,
    MAIL_NOTED,
    CUSTOMER_PAGE,
];

/// The table as `docs/costs.md` has it.
#[must_use]
pub fn markdown(operations: &[Operation]) -> String {
    let head = "| operation | calls | read units | write units | $ a million |\n|---|---|---|---|---|\n";
    let row = |Operation { name, calls, units }: &Operation| {
        let TableUnits { read, write } = units;
        let dollars = units.dollars() * 1e6;
        format!("| {name} | {calls} | {read} | {write} | {dollars:.2} |\n")
    };
    std::iter::once(head.to_owned()).chain(operations.iter().map(row)).collect()
}
