//! The facts that Keepwell publishes: past tense, versioned, without personal data.
//!
//! A breaking change of a fact's data is a new version beside the old one (`….v2`).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::happiness::{DropKind, HappinessLevel};
use crate::health_status::HealthStatus;
use crate::id::{CustomerId, RecordId};
use crate::insight::Insight;
use crate::score::scorecard::LimitKind;
use crate::signal::{Severity, SignalKind};

/// `source` of every event on the bus.
pub const SOURCE: &str = "keepwell";

/// How many automations may follow one another before the loop guard cuts the chain.
pub const MAX_HOPS: u8 = 5;

/// A published fact with its envelope: the `detail` of an `EventBridge` event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Ours, unique, time-ordered (`evt_…`); consumers act once per `event_id`. `EventBridge`'s own id changes on every resend.
    pub event_id: String,
    /// The customer it is about.
    pub customer_id: CustomerId,
    /// Position among the customer's events, from 1 without gaps. Events may arrive out of order.
    pub aggregate_version: u64,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// The event that caused this one, if any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub causation_id: Option<String>,
    /// The first event (or request) of the chain.
    pub correlation_id: String,
    /// How many automations lie between the first event and this one.
    pub hop: u8,
    /// The trace that the first request of the chain began, as a tracing header of AWS X-Ray; `None` where nobody traces.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trace: Option<String>,
    /// What happened: `type` and `data`.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What can happen. The serde name is the `detail-type` on the bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Fact {
    /// A customer was created.
    #[serde(rename = "customer.created.v1")]
    CustomerCreated {},
    /// Fields of a customer's profile changed, or its Health Status was confirmed.
    #[serde(rename = "customer.changed.v1")]
    CustomerChanged {},
    /// A customer and everything about it was erased.
    #[serde(rename = "customer.erased.v1")]
    CustomerErased {},
    /// A CSM changed the Health Status.
    #[serde(rename = "health_status.changed.v1")]
    HealthStatusChanged {
        /// The word before; `None` for the first one.
        from: Option<HealthStatus>,
        /// The word after.
        to: HealthStatus,
    },
    /// The Health Status is too old to be relied on.
    #[serde(rename = "health_status.became_stale.v1")]
    HealthStatusBecameStale {
        /// The stale word.
        status: HealthStatus,
        /// When it was set.
        set_at: DateTime<Utc>,
    },
    /// New or changed signals were stored.
    #[serde(rename = "signals.received.v1")]
    SignalsReceived {
        /// Which kinds.
        kinds: Vec<SignalKind>,
    },
    /// A contact was asked for feedback.
    #[serde(rename = "feedback.requested.v1")]
    FeedbackRequested {
        /// The request.
        request: String,
        /// The contact.
        contact: RecordId,
    },
    /// A contact answered, or changed the answer.
    #[serde(rename = "feedback.answered.v1")]
    FeedbackAnswered {
        /// The request.
        request: String,
        /// The contact.
        contact: RecordId,
        /// The answer.
        rating: HappinessLevel,
        /// The answer before, when it was changed.
        previous: Option<HappinessLevel>,
        /// 1 for the first answer to the request.
        revision: u32,
    },
    /// A contact asked for no more mail.
    #[serde(rename = "contact.unsubscribed.v1")]
    ContactUnsubscribed {
        /// The contact.
        contact: RecordId,
    },
    /// A contact and what was known of it was erased. Whoever keeps a copy erases it too.
    #[serde(rename = "contact.erased.v1")]
    ContactErased {
        /// The contact.
        contact: RecordId,
    },
    /// The Happiness Level's word changed.
    #[serde(rename = "happiness.changed.v1")]
    HappinessChanged {
        /// The word before; `None` = unknown.
        from: Option<HappinessLevel>,
        /// The word after; `None` = unknown.
        to: Option<HappinessLevel>,
    },
    /// Happiness dropped suddenly.
    #[serde(rename = "happiness.dropped.v1")]
    HappinessDropped {
        /// How.
        kind: DropKind,
        /// Value before, 0-100.
        from: f64,
        /// Value now, 0-100.
        to: f64,
    },
    /// The Health Score changed.
    #[serde(rename = "score.changed.v1")]
    ScoreChanged {
        /// Value before; `None` = unknown.
        from: Option<f64>,
        /// Value now; `None` = unknown.
        to: Option<f64>,
    },
    /// The Health Score's band changed.
    #[serde(rename = "band.changed.v1")]
    BandChanged {
        /// The band before; `None` = unknown.
        from: Option<HealthStatus>,
        /// The band now; `None` = unknown.
        to: Option<HealthStatus>,
    },
    /// The Health Score fell by so many points within so many days (`settings.score_drop`).
    #[serde(rename = "score.dropped.v1")]
    ScoreDropped {
        /// Highest value of those days.
        from: f64,
        /// Value now.
        to: f64,
        /// The days.
        days: u32,
    },
    /// Somebody set an override of the Health Score by hand.
    #[serde(rename = "score_override.set.v1")]
    ScoreOverrideSet {
        /// What it does.
        kind: LimitKind,
        /// The cap, the floor or the fixed value.
        value: f64,
        /// From when on it no longer acts.
        expires_at: DateTime<Utc>,
    },
    /// Somebody took the override of the Health Score back.
    #[serde(rename = "score_override.removed.v1")]
    ScoreOverrideRemoved {},
    /// The time of the override by hand was up.
    #[serde(rename = "score_override.expired.v1")]
    ScoreOverrideExpired {},
    /// Health Status and Health Score have come to lie two words apart or more.
    #[serde(rename = "health_status.disagreed.v1")]
    HealthStatusDisagreed {
        /// The CSM's word.
        status: HealthStatus,
        /// The score's word.
        band: HealthStatus,
    },
    /// The customer moved to another Insight cell.
    #[serde(rename = "insight.changed.v1")]
    InsightChanged {
        /// The cell before.
        from: Insight,
        /// The cell now.
        to: Insight,
    },
    /// A ticket was opened, within the last days: old tickets that are imported are no news.
    #[serde(rename = "ticket.opened.v1")]
    TicketOpened {
        /// The ticket.
        ticket: RecordId,
        /// How severe it is.
        severity: Severity,
    },
    /// An open ticket was escalated.
    #[serde(rename = "ticket.escalated.v1")]
    TicketEscalated {
        /// The ticket.
        ticket: RecordId,
        /// How severe it is.
        severity: Severity,
    },
    /// The renewal is so many days away, or less. Published once for each renewal and number of days that an automation waits for.
    #[serde(rename = "renewal.approaching.v1")]
    RenewalApproaching {
        /// The renewal.
        renewal_on: NaiveDate,
        /// The days that were waited for.
        days: u32,
    },
    /// Nobody met the customer for so many days. Published once after each meeting, likewise.
    #[serde(rename = "contact.lapsed.v1")]
    ContactLapsed {
        /// The last meeting; `None` = there never was one, and the days count from the customer's creation.
        last_met_at: Option<DateTime<Utc>>,
        /// The days that were waited for.
        days: u32,
    },
    /// A milestone of a goal is so many days late. Published once for each milestone and due date, likewise.
    #[serde(rename = "milestone.overdue.v1")]
    MilestoneOverdue {
        /// The goal.
        goal: RecordId,
        /// The milestone's name.
        milestone: String,
        /// By when it was due.
        due_on: NaiveDate,
        /// The days that were waited for.
        days: u32,
    },
    /// A task was created.
    #[serde(rename = "task.created.v1")]
    TaskCreated {
        /// The task.
        task: String,
    },
}

impl Fact {
    /// The versioned name, `detail-type` on the bus.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CustomerCreated {} => "customer.created.v1",
            Self::CustomerChanged {} => "customer.changed.v1",
            Self::CustomerErased {} => "customer.erased.v1",
            Self::HealthStatusChanged { .. } => "health_status.changed.v1",
            Self::HealthStatusBecameStale { .. } => "health_status.became_stale.v1",
            Self::SignalsReceived { .. } => "signals.received.v1",
            Self::FeedbackRequested { .. } => "feedback.requested.v1",
            Self::FeedbackAnswered { .. } => "feedback.answered.v1",
            Self::ContactUnsubscribed { .. } => "contact.unsubscribed.v1",
            Self::ContactErased { .. } => "contact.erased.v1",
            Self::HappinessChanged { .. } => "happiness.changed.v1",
            Self::HappinessDropped { .. } => "happiness.dropped.v1",
            Self::ScoreChanged { .. } => "score.changed.v1",
            Self::BandChanged { .. } => "band.changed.v1",
            Self::ScoreDropped { .. } => "score.dropped.v1",
            Self::ScoreOverrideSet { .. } => "score_override.set.v1",
            Self::ScoreOverrideRemoved {} => "score_override.removed.v1",
            Self::ScoreOverrideExpired {} => "score_override.expired.v1",
            Self::HealthStatusDisagreed { .. } => "health_status.disagreed.v1",
            Self::InsightChanged { .. } => "insight.changed.v1",
            Self::TicketOpened { .. } => "ticket.opened.v1",
            Self::TicketEscalated { .. } => "ticket.escalated.v1",
            Self::RenewalApproaching { .. } => "renewal.approaching.v1",
            Self::ContactLapsed { .. } => "contact.lapsed.v1",
            Self::MilestoneOverdue { .. } => "milestone.overdue.v1",
            Self::TaskCreated { .. } => "task.created.v1",
        }
    }
}
