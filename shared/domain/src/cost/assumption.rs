//! What is taken for granted where nothing can be measured without an account.
//!
//! Most of it is on the careful side: a real bill is more likely to be smaller.

/// Days of a month.
pub const DAYS: f64 = 30.0;

/// Seconds that a function waits for one call of a table or another service.
pub const CALL_SECONDS: f64 = 0.005;

/// Seconds that an invocation takes beside its calls.
pub const OWN_SECONDS: f64 = 0.005;

/// Gigabytes of memory of most functions (`infra/template.yaml`).
pub const MEMORY: f64 = 0.25;

/// Gigabytes of memory of signal-ingest and score-recompute.
pub const LARGER_MEMORY: f64 = 0.5;

/// Gigabytes of memory of portfolio-snapshot.
pub const SNAPSHOT_MEMORY: f64 = 1.0;

/// Gigabytes of memory of console-api.
pub const CONSOLE_MEMORY: f64 = 1.769 / 1.024;

/// Customers that the nightly run computes at once.
pub const NIGHTLY_AT_ONCE: f64 = 16.0;

/// Seconds that a snapshot takes for a hundred thousand customers.
pub const SNAPSHOT_SECONDS: f64 = 5.0;

/// Requests to a queue for a message: sent, received, deleted, each by itself.
pub const REQUESTS_A_MESSAGE: f64 = 3.0;

/// Requests to a queue while nothing comes: five pollers that wait 20 seconds each.
pub const IDLE_POLLS: f64 = 5.0 * 3.0 * 60.0 * 24.0 * DAYS;

/// Queues that a function listens to.
pub const QUEUES: f64 = 3.0;

/// The share of those asked who answer.
pub const ANSWERS: f64 = 0.2;

/// Events that SES tells about a mail: sent, delivered.
pub const EVENTS_A_MAIL: f64 = 2.0;

/// Days on which a person works with the console.
pub const WORKING_DAYS: f64 = 22.0;

/// Lists, and customers, that a person opens on such a day.
pub const PAGES_A_DAY: f64 = 50.0;

/// Read units of a list of 50 customers: 20 KB of each of 16 shards of the index, at half a unit for 4 KB.
pub const LIST_READ_UNITS: f64 = 40.0;

/// Calls for a list: one for each shard.
pub const LIST_CALLS: f64 = 16.0;

/// Read units for a customer's row in the portfolio's index: half a unit for 4 KB, with rows of 0.8 KB.
pub const LIST_ROW_READ_UNITS: f64 = 0.1;

/// The share of the customers that a night audits.
pub const AUDITED: f64 = 0.01;

/// Read units of everything that is stored about a customer with a year of history.
pub const AUDIT_READ_UNITS: f64 = 25.0;

/// Bytes of logs that an invocation writes: what the runtime reports, the line about it, one about its event and one of metrics.
pub const LOG_BYTES_AN_INVOCATION: f64 = 1_800.0;

/// Bytes that the API's access log has for a request.
pub const LOG_BYTES_A_REQUEST: f64 = 400.0;

/// Bytes of a customer in the tables: row, three indexes, contacts, a year of score history.
pub const BYTES_A_CUSTOMER: f64 = 20_000.0;

/// Bytes of a signal, its gist and its timeline row.
pub const BYTES_A_SIGNAL: f64 = 2_500.0;

/// Bytes of a day's usage of a customer, beside 9 for each event.
pub const BYTES_A_USAGE_DAY: f64 = 500.0;

/// Bytes of an event in the row of its day.
pub const BYTES_A_USAGE_EVENT: f64 = 9.0;

/// Days that usage is kept.
pub const USAGE_DAYS: f64 = 400.0;

/// Bytes of a published event.
pub const BYTES_AN_EVENT: f64 = 1_000.0;

/// Days that a published event is kept.
pub const EVENT_DAYS: f64 = 14.0;

/// Bytes of a customer in a snapshot.
pub const BYTES_IN_SNAPSHOT: f64 = 220.0;

/// Snapshots in a day.
pub const SNAPSHOTS_A_DAY: f64 = 96.0;

/// Days that snapshots are kept.
pub const SNAPSHOT_DAYS: f64 = 2.0;

/// Bytes of a customer in what is kept of a day.
pub const BYTES_IN_DAY: f64 = 200.0;

/// Days that a day is kept.
pub const DAY_DAYS: f64 = 400.0;

/// Functions started by schedules in a day: five every 5 minutes, two every hour, the nightly run, and the snapshots.
pub const STARTS_A_DAY: f64 = 5.0 * 288.0 + 2.0 * 24.0 + 1.0 + SNAPSHOTS_A_DAY;

/// Write units of a heartbeat: a run of a schedule notes itself with one plain write of less than a kilobyte.
pub const WRITE_UNITS_A_RUN: f64 = 1.0;

/// Alarms in the template.
pub const ALARMS: f64 = 37.0;

/// Metrics of ours that have a number in every hour: a heartbeat for each of nine schedules, two of the outbox, and what is counted
/// where something happens all day (events, scores, runs, mails). The others are charged for the hours in which they have one.
pub const METRICS: f64 = 15.0;

/// Dashboards in the template.
pub const DASHBOARDS: f64 = 1.0;

/// Secrets in the template: the keys of links and of addresses.
pub const SECRETS: f64 = 2.0;

/// What is assumed, in words.
pub const IN_WORDS: [&str; 8] = [
    "List prices of us-east-1, on demand, without the free tier, taxes, support and data leaving AWS.",
    "Read and write units are those that are measured, of customers with a year of history (docs/costs.md).",
    "Each change is one event; each event is published, and each message received and handled, by itself.",
    "Functions wait 5 ms for a call of a table, and take 5 ms more an invocation.",
    "Each contact is asked once in 30 days, and one in five answers; mails of automations are not counted.",
    "Scores change in the night; during the day they are computed after each request, and are the same.",
    "A person in the console opens 50 lists and 50 customers on each of 22 days.",
    "Signals are stored for a year, usage for 400 days, events for 14; logs are taken in, not kept.",
];
