//! A month's amounts, cause by cause.

use serde::Serialize;

use super::Workload;
use super::amounts::{Amounts, Service};
use super::assumption as assume;
use super::measured::{
    self, ANSWERED, ASKED_TWO, CUSTOMER_PAGE, EVENT_HEARD, EVENT_PUBLISHED, INTERACTION, LOOK, MAIL_NOTED, Operation,
    SNAPSHOT_ROW, TICKET, TRACKED_BATCH,
};
use crate::price::PRICES_OF;

/// Why something is on the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Usage comes in, its event goes round, and the score is computed.
    Usage,
    /// The same for interactions and tickets.
    Signals,
    /// The score of everybody every night, and what hears of those that changed.
    Nightly,
    /// Contacts are asked, and answer.
    Mails,
    /// The portfolio's snapshots.
    Snapshot,
    /// What the console reads.
    Console,
    /// What is stored in the tables.
    Storage,
    /// What all of this logs.
    Logs,
    /// Schedules, idle queues, alarms and the secrets.
    Standing,
}

impl Cause {
    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Usage => "usage ingest, with scores after it",
            Self::Signals => "interactions and tickets, the same",
            Self::Nightly => "nightly recompute",
            Self::Mails => "feedback mails and answers",
            Self::Snapshot => "portfolio snapshots",
            Self::Console => "console (API)",
            Self::Storage => "storage in tables",
            Self::Logs => "logs",
            Self::Standing => "schedules, queues, alarms, metrics",
        }
    }
}

/// A service on the bill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtService {
    /// Which.
    pub service: Service,
    /// Dollars a month.
    pub dollars: f64,
}

/// A cause on the bill.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfCause {
    /// Which.
    pub cause: Cause,
    /// Dollars a month.
    pub dollars: f64,
    /// Where they are paid: services that cost something.
    pub services: Vec<AtService>,
    /// What is used.
    pub amounts: Amounts,
}

/// What a month costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bill {
    /// For what.
    pub workload: Workload,
    /// The month of the price lists.
    pub prices_of: &'static str,
    /// Dollars a month.
    pub dollars: f64,
    /// Dollars a month for a customer.
    pub dollars_per_customer: f64,
    /// By cause.
    pub causes: Vec<OfCause>,
    /// By service.
    pub services: Vec<AtService>,
    /// What is assumed, in words.
    pub assumptions: [&'static str; 8],
}

impl Bill {
    /// The bill of a workload that was checked.
    #[must_use]
    pub fn of(workload: Workload) -> Self {
        let w = &workload;
        let working = [
            (Cause::Usage, usage(w)),
            (Cause::Signals, signals(w)),
            (Cause::Nightly, nightly(w)),
            (Cause::Mails, mails(w)),
            (Cause::Snapshot, snapshot(w)),
            (Cause::Console, console(w)),
            (Cause::Standing, standing()),
        ];
        let all = working.iter().fold(Amounts::default(), |sum, (_, amounts)| sum + *amounts);
        let mut amounts = working.to_vec();
        let place = amounts.len() - 1;
        amounts.splice(place..place, [(Cause::Storage, storage(w, all.events)), (Cause::Logs, logs(&all))]);
        let total = amounts.iter().fold(Amounts::default(), |sum, (_, amounts)| sum + *amounts);
        let causes = amounts.into_iter().map(|(cause, amounts)| OfCause {
            cause,
            dollars: amounts.dollars(),
            services: at_services(&amounts),
            amounts,
        });
        Self {
            workload,
            prices_of: PRICES_OF,
            dollars: total.dollars(),
            dollars_per_customer: total.dollars() / workload.customers as f64,
            causes: causes.collect(),
            services: at_services(&total),
            assumptions: assume::IN_WORDS,
        }
    }
}

fn at_services(amounts: &Amounts) -> Vec<AtService> {
    let each = Service::ALL.into_iter().map(|service| AtService { service, dollars: amounts.dollars_at(service) });
    each.filter(|at| at.dollars > 0.0).collect()
}

/// The tables' part of an operation, and the time of its calls in a function of so much memory.
fn done(operation: Operation, memory: f64) -> Amounts {
    Amounts {
        read_units: operation.units.read,
        write_units: operation.units.write,
        gb_seconds: operation.calls as f64 * assume::CALL_SECONDS * memory,
        ..Amounts::default()
    }
}

/// An invocation of a function of so much memory, without what it does.
fn invocation(memory: f64) -> Amounts {
    Amounts { invocations: 1.0, gb_seconds: assume::OWN_SECONDS * memory, ..Amounts::default() }
}

/// A request to the API, and the invocation that answers it.
fn request(memory: f64) -> Amounts {
    Amounts { api_requests: 1.0, ..invocation(memory) }
}

/// A message in a queue, and the invocation that gets it.
fn message(memory: f64) -> Amounts {
    Amounts { queue_requests: assume::REQUESTS_A_MESSAGE, ..invocation(memory) }
}

/// An event that is published.
fn published() -> Amounts {
    // It is put on the bus by a call that takes nothing from the tables.
    let put = Operation::new("put on the bus", 1, 0.0, 0.0);
    let event = Amounts { events: 1.0, ..Amounts::default() };
    event + invocation(assume::MEMORY) + done(EVENT_PUBLISHED, assume::MEMORY) + done(put, assume::MEMORY)
}

/// What automation-dispatch does with an event on which no automation acts.
fn heard() -> Amounts {
    message(assume::MEMORY) + done(EVENT_HEARD, assume::MEMORY)
}

/// An event after which the score is computed, and is the same.
fn recomputed() -> Amounts {
    published() + message(assume::LARGER_MEMORY) + done(measured::SCORE_UNCHANGED, assume::LARGER_MEMORY)
}

fn usage(w: &Workload) -> Amounts {
    let requests = w.customers as f64 * w.events_per_day * assume::DAYS / w.batch as f64;
    let of_customer = done(TRACKED_BATCH, assume::LARGER_MEMORY) + recomputed();
    (request(assume::LARGER_MEMORY) + of_customer * w.customers_per_batch as f64) * requests
}

fn signals(w: &Workload) -> Amounts {
    let taken = |operation| request(assume::LARGER_MEMORY) + done(operation, assume::LARGER_MEMORY) + recomputed();
    let opened = published() + heard();
    let of_customer = taken(INTERACTION) * w.interactions_per_month + (taken(TICKET) + opened) * w.tickets_per_month;
    of_customer * w.customers as f64
}

fn nightly(w: &Workload) -> Amounts {
    let memory = assume::LARGER_MEMORY / assume::NIGHTLY_AT_ONCE;
    let listed = Amounts {
        read_units: assume::LIST_ROW_READ_UNITS + assume::AUDITED * assume::AUDIT_READ_UNITS,
        ..Amounts::default()
    };
    let changed = done(measured::SCORE_CHANGED, memory) + published() + heard();
    let unchanged = done(measured::SCORE_UNCHANGED, memory);
    let of_customer = listed + changed * w.changed_share + unchanged * (1.0 - w.changed_share);
    of_customer * (w.customers as f64 * assume::DAYS)
}

fn mails(w: &Workload) -> Amounts {
    let asked = done(ASKED_TWO, assume::MEMORY) * 0.5 + Amounts { mails: 1.0, ..Amounts::default() };
    let noted = (message(assume::MEMORY) + done(MAIL_NOTED, assume::MEMORY)) * assume::EVENTS_A_MAIL;
    // The page is opened, and the form is sent.
    let answered = request(assume::MEMORY) * 2.0 + done(ANSWERED, assume::MEMORY) + recomputed() + heard();
    (asked + noted + answered * assume::ANSWERS) * (w.customers as f64 * w.contacts)
}

fn snapshot(w: &Workload) -> Amounts {
    let (customers, taken) = (w.customers as f64, assume::SNAPSHOTS_A_DAY * assume::DAYS);
    let one = Amounts {
        read_units: customers * assume::LIST_ROW_READ_UNITS,
        gb_seconds: customers / 1e5 * assume::SNAPSHOT_SECONDS * assume::SNAPSHOT_MEMORY,
        puts: 2.0,
        gets: 1.0,
        ..Amounts::default()
    };
    let kept = customers * assume::BYTES_IN_SNAPSHOT * assume::SNAPSHOTS_A_DAY * assume::SNAPSHOT_DAYS / 1e9;
    let changed = customers * w.changed_share * assume::DAYS;
    let again = done(SNAPSHOT_ROW, assume::SNAPSHOT_MEMORY) * changed;
    let days = customers * assume::BYTES_IN_DAY * assume::DAY_DAYS / 1e9;
    let of_days = Amounts { puts: 2.0 * assume::DAYS, object_gb: kept + days, ..Amounts::default() };
    one * taken + again + of_days
}

fn console(w: &Workload) -> Amounts {
    let list = Amounts {
        read_units: assume::LIST_READ_UNITS,
        gb_seconds: assume::LIST_CALLS * assume::CALL_SECONDS * assume::CONSOLE_MEMORY,
        ..Amounts::default()
    };
    let page = request(assume::CONSOLE_MEMORY) * measured::CUSTOMER_PAGE_REQUESTS;
    let both = request(assume::CONSOLE_MEMORY) + list + page + done(CUSTOMER_PAGE, assume::CONSOLE_MEMORY);
    both * (w.console_users as f64 * assume::WORKING_DAYS * assume::PAGES_A_DAY)
}

fn storage(w: &Workload, events_of_month: f64) -> Amounts {
    let signals = (w.interactions_per_month + w.tickets_per_month) * 12.0 * assume::BYTES_A_SIGNAL;
    let core = w.customers as f64 * (assume::BYTES_A_CUSTOMER + signals) / 1e9;
    let day = if w.events_per_day > 0.0 {
        assume::BYTES_A_USAGE_DAY + w.events_per_day * assume::BYTES_A_USAGE_EVENT
    } else {
        0.0
    };
    let usage = w.customers as f64 * day * assume::USAGE_DAYS / 1e9;
    let outbox = events_of_month * assume::EVENT_DAYS / assume::DAYS * assume::BYTES_AN_EVENT / 1e9;
    let all = core + usage + outbox;
    Amounts { table_gb: all, recovery_gb: all, ..Amounts::default() }
}

fn logs(all: &Amounts) -> Amounts {
    let bytes = all.invocations * assume::LOG_BYTES_AN_INVOCATION + all.api_requests * assume::LOG_BYTES_A_REQUEST;
    Amounts { log_gb: bytes / 1e9, ..Amounts::default() }
}

/// What is there although nothing happens. Every start is taken for a look for what is due, and notes that it ran.
fn standing() -> Amounts {
    let start = Amounts { starts: 1.0, write_units: assume::WRITE_UNITS_A_RUN, ..invocation(assume::LARGER_MEMORY) }
        + done(LOOK, assume::LARGER_MEMORY);
    start * (assume::STARTS_A_DAY * assume::DAYS)
        + Amounts {
            queue_requests: assume::IDLE_POLLS * assume::QUEUES,
            alarms: assume::ALARMS,
            metrics: assume::METRICS,
            dashboards: assume::DASHBOARDS,
            secrets: assume::SECRETS,
            ..Amounts::default()
        }
}
