//! Every key of every table, and the access pattern it serves. Read this first.
//!
//! `core`
//! | what | pk | sk | read by |
//! |---|---|---|---|
//! | customer's list row | `C#<customer>` | `ROW` | Get; `by_owner`, `portfolio` (all, by shard and minute of the last write), `work` |
//! | what stays of an erased customer: where its events ended | `GONE#<customer>` | `A` | Get; `portfolio` (all, by minute) |
//! | contact | `C#<customer>` | `CT#<contact>` | Query by prefix |
//! | status history | `C#<customer>` | `ST#<at>#<version>` | Query by prefix, newest first |
//! | interaction, ticket, survey, goal, message, opportunity, custom measure, outcome | `C#<customer>` | `S#IN#`/`S#TK#`/`S#SV#`/`S#GL#`/`S#MS#`/`S#OP#`/`S#CM#`/`S#OC#` + id | Query by prefix; all at once for an audit |
//! | gist of a signal or answer: what measures see of it | `C#<customer>` | `G#<until>#` + the signal's sk; `<until>` is `~` until further notice | Query from now on, for a score |
//! | feedback request | `C#<customer>` | `FR#<request>` | Get; Query by prefix |
//! | answer, one row per revision | `C#<customer>` | `S#FB#<request>#<revision>` | Query by prefix; `work` (inbox, by month) |
//! | score history point | `C#<customer>` | `SN#<at>` | Query by prefix; newest first until a moment |
//! | what was known at a point | `C#<customer>` | `SM#<at>` | Get; Query, the newest |
//! | timeline line | `C#<customer>` | `TL#<at>#<kind>#<record>` | Query by prefix, newest first |
//! | task | `C#<customer>` | `TS#<task>` | Query by prefix; `by_owner`; `work` (by state) |
//! | user of a product | `US#<hash of user>` | `A` | Get, several at once |
//! | users of a customer, for its erasure | `C#<customer>` | `US#<hash of user>` | Query |
//! | when a company last said what changed its profile | `C#<customer>` | `SAID` | Get |
//! | what time brings: renewal, silence, milestone | `C#<customer>` | `DUE#renewal`, `DUE#contact`, `DUE#milestone#<goal>#<n>` | `work`, by moment |
//! | until when it was looked for what time brings | `LOOKED_UNTIL` | `A` | Get |
//! | where a request or task lives | `ID#<id>` | `AT` | Get |
//! | address guard: last asked, suppressed | `AD#<keyed hash of address>` | `A` | Get |
//! | contact that is being erased: who it was, until it is done | `C#<customer>` | `ER#<contact>` | Get |
//! | answer that is repeated, for its erasure with the customer | `C#<customer>` | `IK#<hash>` | Query |
//! | settings | `SETTINGS` | `A` | Get |
//! | which scorecards there are | `SCORECARDS` | `A` | Get |
//! | a version of a scorecard | `SC#<scorecard>` | `V#<version, 10 digits>` | Get; Query, newest first |
//! | what the team changed of the automations | `AUTOMATIONS` | `A` | Get |
//! | a version of an automation | `AU#<automation>` | `V#<version, 10 digits>` | Get; Query, newest first |
//! | run of an automation for an event | `C#<customer>` | `RN#<event's time>#<event>#<automation>@<version>` | Get; Query by event, by customer; `by_owner` (by automation), `portfolio` (all, by month), `work` (while something is left to do) |
//! | by which scorecards and settings all customers were computed | `APPLIED` | `A` | Get |
//! | write key | `WRITE_KEYS` | `wk_<id>` | Get; Query for the list |
//! | endpoint that automations send to | `ENDPOINTS` | `EP#<id>` | Get; Query for the list |
//! | who of the team was here | `MEMBERS` | `MB#<address>` | Get; Query for the list |
//! | saved view | `VIEWS` | `VW#<id>` | Get; Query for the list |
//! | when a schedule ran last; what SES said of the account | `SYSTEM` | `RAN#<function>/<schedule>`, `MAIL` | Query, all at once |
//!
//! `outbox`: pk `O#<customer>`, sk `<event number, 12 digits>`: two events for one number are impossible. Index `pending`
//! (`pending_shard`, `pending_at`) holds what is not published yet.
//!
//! `dedupe`: `IK#<hash>` idempotency keys, `CD#<automation>#<customer>` cool-downs, `TOLD#<hash of what>` facts that are told of once,
//! `RF#<automation>@<version>#<customer>#<reason>#<day>` that the run log has a refusal of that day, `MI#<intent>` mail intents
//! (index `due`: `due_pk`, `due_sk`); all with sk `A`. Deliveries: pk `DL#<endpoint>`, sk `msg_<ulid>`, so that an endpoint's are
//! read newest first; in `due` too.
//!
//! `usage`: pk `U#<customer>`, sk `D#<yyyy-mm-dd>`, and `D#<yyyy-mm-dd>#<part>` for the further rows of a busy day.

use chrono::{DateTime, Datelike as _, NaiveDate, SecondsFormat, Utc};
use keepwell_domain::automation::run::Run;
use keepwell_domain::delivery::{DeliveryKey, EndpointId};
use keepwell_domain::event::Event;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::saved_view::ViewId;
use keepwell_domain::timeline::TimelineEntry;
use sha2::{Digest, Sha256};

/// Number of shards of `portfolio`.
pub const PORTFOLIO_SHARDS: u32 = 16;

/// Number of shards of each kind of work and of the unpublished events: each takes 1,000 writes a second.
pub const WORK_SHARDS: u32 = 4;

/// Number of shards of each kind of what time brings. Each is asked every hour, and a customer's renewal, last meeting or milestone
/// seldom changes: 2,000 a second are enough.
pub const DUE_SHARDS: u32 = 2;

/// Primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// The partition of everything about a customer.
pub fn customer_partition(customer: &CustomerId) -> String {
    format!("C#{customer}")
}

/// A customer's list row.
pub fn customer(customer: &CustomerId) -> Key {
    key(customer_partition(customer), "ROW")
}

/// Prefix of a customer's contacts.
pub const CONTACTS: &str = "CT#";

/// A contact.
pub fn contact(customer: &CustomerId, contact: &RecordId) -> Key {
    key(customer_partition(customer), format!("{CONTACTS}{contact}"))
}

/// Prefix of a customer's status history.
pub const STATUS_CHANGES: &str = "ST#";

/// A change of the Health Status.
pub fn status_change(customer: &CustomerId, at: DateTime<Utc>, version: u64) -> Key {
    key(customer_partition(customer), format!("{STATUS_CHANGES}{}#{version:010}", instant(at)))
}

/// A record that somebody sent (ticket, survey ...), under the prefix of its kind.
pub fn record(customer: &CustomerId, prefix: &str, id: &RecordId) -> Key {
    key(customer_partition(customer), format!("{prefix}{id}"))
}

/// Prefix of a customer's feedback requests.
pub const FEEDBACK_REQUESTS: &str = "FR#";

/// A feedback request.
pub fn feedback_request(customer: &CustomerId, request: &str) -> Key {
    key(customer_partition(customer), format!("{FEEDBACK_REQUESTS}{request}"))
}

/// Prefix of all signals and answers.
pub const SIGNALS: &str = "S#";

/// Prefix of the gists of signals and answers.
pub const GISTS: &str = "G#";

/// The gist of what stands under `record`; measures look at it until then, or until further notice.
pub fn gist(record: &Key, until: Option<DateTime<Utc>>) -> Key {
    // A year of five digits would sort before all others.
    let until = until.filter(|until| until.year() <= 9999).map_or_else(|| "~".to_owned(), instant);
    key(record.pk.clone(), format!("{GISTS}{until}#{}", record.sk))
}

/// The sort key of the record whose gist stands under `sk`.
pub fn record_of_gist(sk: &str) -> &str {
    sk.splitn(3, '#').nth(2).unwrap_or_default()
}

/// Prefix of a customer's answers.
pub const ANSWERS: &str = "S#FB#";

/// One revision of an answer.
pub fn answer(customer: &CustomerId, request: &str, revision: u32) -> Key {
    key(customer_partition(customer), format!("{ANSWERS}{request}#{revision:06}"))
}

/// Prefix of a customer's score history.
pub const SCORE_POINTS: &str = "SN#";

/// A point of the score history.
pub fn score_point(customer: &CustomerId, at: DateTime<Utc>) -> Key {
    key(customer_partition(customer), format!("{SCORE_POINTS}{}", instant(at)))
}

/// Prefix of what was known at the points of a customer's score history.
pub const SCORE_MEASURES: &str = "SM#";

/// What was known at a point of the score history.
pub fn score_measures(customer: &CustomerId, at: DateTime<Utc>) -> Key {
    key(customer_partition(customer), format!("{SCORE_MEASURES}{}", instant(at)))
}

/// Prefix of a customer's timeline.
pub const TIMELINE: &str = "TL#";

/// A line of the timeline.
pub fn timeline(customer: &CustomerId, entry: &TimelineEntry) -> Key {
    key(customer_partition(customer), format!("{TIMELINE}{}#{}#{}", instant(entry.at), entry.kind, entry.record))
}

/// Prefix of a customer's tasks.
pub const TASKS: &str = "TS#";

/// A task.
pub fn task(customer: &CustomerId, task: &str) -> Key {
    key(customer_partition(customer), format!("{TASKS}{task}"))
}

/// Prefix of what time brings about a customer.
pub const DUE: &str = "DUE#";

/// Something that time brings about a customer; `place` tells it from the others.
pub fn due(customer: &CustomerId, place: &str) -> Key {
    key(customer_partition(customer), format!("{DUE}{place}"))
}

/// Until when it was looked for what time brings.
pub fn looked_until() -> Key {
    key("LOOKED_UNTIL", "A")
}

/// Which customer a request or task belongs to.
pub fn whereabouts(id: &str) -> Key {
    key(format!("ID#{id}"), "AT")
}

/// Prefix of a user, and of what a customer knows its users by.
pub const USERS: &str = "US#";

/// A user of a product, under a hash: ids are of any length and may be addresses.
pub fn user(id: &str) -> Key {
    key(format!("{USERS}{}", short_hash(id)), "A")
}

/// That a user belongs to a customer.
pub fn member(customer: &CustomerId, user: &str) -> Key {
    key(customer_partition(customer), format!("{USERS}{}", short_hash(user)))
}

/// When a company last said what changed its profile.
pub fn company_said(customer: &CustomerId) -> Key {
    key(customer_partition(customer), "SAID")
}

/// What is known about a mail address beyond one contact, under the keyed hash of the address.
pub fn address_guard(hash: &str) -> Key {
    key(format!("AD#{hash}"), "A")
}

/// The team's settings.
pub fn settings() -> Key {
    key("SETTINGS", "A")
}

/// Which scorecards there are.
pub fn scorecard_library() -> Key {
    key("SCORECARDS", "A")
}

/// The partition of a scorecard's versions.
pub fn scorecard_partition(id: &str) -> String {
    format!("SC#{id}")
}

/// Prefix of the versions of a scorecard or automation.
pub const EDITIONS: &str = "V#";

/// A version of a scorecard.
pub fn scorecard_edition(id: &str, version: u64) -> Key {
    key(scorecard_partition(id), format!("{EDITIONS}{version:010}"))
}

/// By which scorecards and settings all customers were computed.
pub fn applied() -> Key {
    key("APPLIED", "A")
}

/// The partition of all write keys: a team has a few, and each process that checks them reads one a minute at most.
pub const WRITE_KEYS: &str = "WRITE_KEYS";

/// A write key by its id.
pub fn write_key(id: &str) -> Key {
    key(WRITE_KEYS, id)
}

/// The partition of all endpoints: a team has a few.
pub const ENDPOINTS: &str = "ENDPOINTS";

/// Prefix of an endpoint.
pub const ENDPOINT: &str = "EP#";

/// An endpoint.
pub fn endpoint(id: &EndpointId) -> Key {
    key(ENDPOINTS, format!("{ENDPOINT}{id}"))
}

/// The partition of all members: a team is small, and each is written once a day.
pub const MEMBERS: &str = "MEMBERS";

/// Prefix of a member.
pub const TEAM_MEMBER: &str = "MB#";

/// Somebody of the team.
pub fn team_member(email: &EmailAddress) -> Key {
    key(MEMBERS, format!("{TEAM_MEMBER}{}", email.normalised()))
}

/// The partition of all saved views: a person has a few.
pub const SAVED_VIEWS: &str = "VIEWS";

/// Prefix of a saved view.
pub const SAVED_VIEW: &str = "VW#";

/// A saved view.
pub fn saved_view(id: &ViewId) -> Key {
    key(SAVED_VIEWS, format!("{SAVED_VIEW}{id}"))
}

/// The partition of what the system says of itself.
pub const SYSTEM: &str = "SYSTEM";

/// Prefix of the last runs of schedules.
pub const HEARTBEAT: &str = "RAN#";

/// When the schedule of that [name](crate::schedules::Scheduled::name) ran last.
pub fn heartbeat(name: &str) -> Key {
    key(SYSTEM, format!("{HEARTBEAT}{name}"))
}

/// What SES said of the account.
pub fn mail_quota() -> Key {
    key(SYSTEM, "MAIL")
}

/// A customer's event by its number.
pub fn outbox(customer: &CustomerId, number: u64) -> Key {
    key(format!("O#{customer}"), format!("{number:012}"))
}

/// A contact that is being erased.
pub fn erasing(customer: &CustomerId, contact: &RecordId) -> Key {
    key(customer_partition(customer), format!("ER#{contact}"))
}

/// Prefix of the answers that are repeated.
pub const REPEATED: &str = "IK#";

/// Where a customer knows an answer by that is repeated: what it says about the customer is erased with it.
pub fn repeated(customer: &CustomerId, idempotency: &Key) -> Key {
    key(customer_partition(customer), idempotency.pk.clone())
}

/// The answer to a request that carried an `Idempotency-Key`.
pub fn idempotency(principal: &str, route: &str, idempotency_key: &str) -> Key {
    key(format!("{REPEATED}{}", short_hash(&format!("{principal}\n{route}\n{idempotency_key}"))), "A")
}

/// What the team changed of the automations.
pub fn automation_library() -> Key {
    key("AUTOMATIONS", "A")
}

/// The partition of an automation's versions.
pub fn automation_partition(id: &str) -> String {
    format!("AU#{id}")
}

/// A version of an automation.
pub fn automation_edition(id: &str, version: u64) -> Key {
    key(automation_partition(id), format!("{EDITIONS}{version:010}"))
}

/// Prefix of a customer's runs.
pub const RUNS: &str = "RN#";

/// Where a run stands among others, in order of the events: unique over all customers.
pub fn run_place(event: &Event, automation: &str, version: u64) -> String {
    format!("{}#{}#{automation}@{version}", instant(event.occurred_at), event.event_id)
}

/// The run of an automation for an event.
pub fn run(event: &Event, automation: &str, version: u64) -> Key {
    key(customer_partition(&event.customer_id), format!("{RUNS}{}", run_place(event, automation, version)))
}

/// Prefix of all runs for an event.
pub fn runs_of_event(event: &Event) -> String {
    format!("{RUNS}{}#{}#", instant(event.occurred_at), event.event_id)
}

/// That the run log has a refusal of that day, of an automation for a customer and for that reason.
pub fn refusal_of_day(run: &Run, reason: &str, day: NaiveDate) -> Key {
    let Run { automation, version, event, .. } = run;
    key(format!("RF#{automation}@{version}#{}#{reason}#{day}", event.customer_id), "A")
}

/// When an automation last acted for a customer.
pub fn cool_down(automation: &str, customer: &CustomerId) -> Key {
    key(format!("CD#{automation}#{customer}"), "A")
}

/// That something about a customer was told of, which is told of once: `what` tells one such thing from all others of the customer.
pub fn told(customer: &CustomerId, what: &str) -> Key {
    key(format!("TOLD#{}", short_hash(&format!("{customer}\n{what}"))), "A")
}

/// A mail intent.
pub fn mail_intent(id: &str) -> Key {
    key(format!("MI#{id}"), "A")
}

/// The partition of the deliveries to an endpoint.
pub fn delivery_partition(endpoint: &EndpointId) -> String {
    format!("DL#{endpoint}")
}

/// Prefix of a delivery.
pub const DELIVERIES: &str = "msg_";

/// A delivery.
pub fn delivery(delivery: &DeliveryKey) -> Key {
    key(delivery_partition(&delivery.endpoint), delivery.id.clone())
}

/// The partition of a customer's usage.
pub fn usage_partition(customer: &CustomerId) -> String {
    format!("U#{customer}")
}

/// Prefix of a customer's usage.
pub const USAGE_DAYS: &str = "D#";

/// A row of a customer's usage on a day. Parts come in order after their day's first row.
pub fn usage_day(customer: &CustomerId, day: NaiveDate, part: u32) -> Key {
    let sk = if part == 0 { format!("D#{day}") } else { format!("D#{day}#{part:04}") };
    key(usage_partition(customer), sk)
}

/// A moment as a sort key: RFC 3339 with milliseconds, so that text order is time order.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Which of `shards` an id belongs to.
pub fn shard(id: &str, shards: u32) -> u32 {
    Sha256::digest(id.as_bytes()).first().map_or(0, |byte| u32::from(*byte)) % shards
}

/// The first 128 bits of the SHA-256 of `text`, in hex.
pub fn short_hash(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().take(16).fold(String::with_capacity(32), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
