//! Deliveries: how a signed webhook or a Slack message reaches an endpoint at least once, and the same one is known as the same.
//!
//! What an automation needs of this module:
//!
//! ```text
//! let body = Body::webhook("automation.fired", now, &data)?;       // or Body::slack(&rendered_text)
//! let source = Source::Automation { automation, event_id, customer };
//! let delivery = Delivery::new(cloud.fresh_id("msg"), endpoint_id, source, body, now);
//! change.put(delivery_record(&delivery), Expect::Absent);          // keepwell_aws::store::deliveries
//! keys.push(delivery.key());
//! // after the commit, once for all that was committed:
//! webhooks::deliver_all(cloud, keys).await?;                       // keepwell_aws::webhooks
//! ```
//!
//! Whether there is such an endpoint, and whether it takes what is for it, can be asked before ([`Endpoint::refuses`] of what
//! `cloud.store.endpoint(&id)` answers), so that a run says at once why it skips the step. It is asked again for each attempt.
//!
//! A delivery is a row before it is a request. The receiver may get it twice, under one `webhook-id`; it never gets lost:
//!
//! ```text
//! PENDING -> CLAIMED(fence, lease) -> DELIVERED | RETRY(not before) | DEAD | SKIPPED
//! ```
//!
//! | from \ what happens | claim | 2xx | 410 | anything else | lease ran out | skip | by hand |
//! |---|---|---|---|---|---|---|---|
//! | PENDING, RETRY (due) | CLAIMED | - | - | - | - | SKIPPED | PENDING |
//! | CLAIMED | - | DELIVERED | DEAD | RETRY, after the last attempt DEAD | RETRY now, after the last attempt DEAD | - | - |
//! | DELIVERED, SKIPPED, DEAD | - | - | - | - | - | - | PENDING |
//!
//! By hand a delivery starts anew: with its id, and with all its attempts before it.

pub mod body;
pub mod endpoint;
pub mod network;
pub mod signature;
pub mod target;
mod transitions;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

pub use body::Body;
pub use endpoint::{Endpoint, EndpointId, EndpointKind, EndpointState};
pub use transitions::{claim, recover, redeliver, settle, skip};

use crate::id::{CustomerId, EmailAddress};

/// How long a claim holds: longer than a function that delivers may run (30 s).
pub const LEASE: Duration = Duration::seconds(90);

/// How long the receiver may take, from the look-up of its name to the end of its answer.
pub const TIME_OUT: Duration = Duration::seconds(15);

/// The waits after the attempts that failed: with the first one at once, ten attempts over three days.
pub const WAITS: [Duration; 9] = [
    Duration::seconds(5),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
    Duration::hours(5),
    Duration::hours(10),
    Duration::hours(14),
    Duration::hours(20),
    Duration::hours(24),
];

/// After this many attempts a delivery is dead.
pub const MAX_ATTEMPTS: u32 = WAITS.len() as u32 + 1;

/// Attempts that are remembered of a delivery; beyond them the oldest are forgotten.
pub const KEPT_ATTEMPTS: usize = 50;

/// Characters of an answer that are remembered.
pub const KEPT_ANSWER: usize = 200;

/// Something that is to be sent to an endpoint, and how far it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// `msg_…`, ordered by time: the `webhook-id`, the same in every attempt.
    pub id: String,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// Why it is sent.
    pub source: Source,
    /// What is sent.
    pub body: Body,
    /// How far it got.
    #[serde(flatten)]
    pub state: DeliveryState,
    /// Counts the claims. Whoever settles must hold the newest one.
    pub fence: u64,
    /// Claims since it was made, or last sent by hand.
    pub attempt: u32,
    /// What came of the attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: u64,
}

/// Which delivery: an endpoint's deliveries lie together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// Where it goes.
    pub endpoint: EndpointId,
    /// Its id.
    pub id: String,
}

/// Why something is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "DeliverySource")]
pub enum Source {
    /// An automation sends it.
    Automation {
        /// Which.
        automation: String,
        /// The event that set it off.
        event_id: String,
        /// The customer it is about.
        customer: CustomerId,
    },
    /// Somebody tries the endpoint: one attempt, whatever comes of it.
    Test {
        /// Who.
        by: EmailAddress,
    },
}

/// How far a delivery got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits to be sent.
    Pending {
        /// Not before.
        not_before: DateTime<Utc>,
    },
    /// Somebody is sending it.
    Claimed {
        /// Since when.
        claimed_at: DateTime<Utc>,
        /// Until when they have time; after that it may be sent again.
        lease_until: DateTime<Utc>,
    },
    /// The receiver has it.
    Delivered {
        /// Since when we know.
        delivered_at: DateTime<Utc>,
    },
    /// The last attempt failed; it is sent again.
    Retry {
        /// Not before.
        not_before: DateTime<Utc>,
    },
    /// Given up; a person must look.
    Dead {
        /// Why.
        reason: String,
        /// Since when.
        dead_at: DateTime<Utc>,
    },
    /// Not to be sent.
    Skipped {
        /// Why.
        reason: String,
        /// Since when.
        skipped_at: DateTime<Utc>,
    },
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: DateTime<Utc>,
    /// The HTTP status, if the receiver answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the answer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why it failed; `None` when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took.
    pub took_ms: u64,
}

/// What came back from the one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The receiver's answer, or why there is none.
    pub answer: Result<Received, String>,
    /// How long it took.
    pub took_ms: u64,
}

/// A receiver's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// HTTP status.
    pub status: u16,
    /// The beginning of its body.
    pub text: String,
    /// For how long it wants to be left alone (`Retry-After`).
    pub retry_after: Option<Duration>,
}

/// Why a transition is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not time yet.
    #[error("not due before {until}")]
    NotDue {
        /// When it will be.
        until: DateTime<Utc>,
    },
    /// Somebody is sending it, or was: [`recover`] decides when the lease is over.
    #[error("claimed until {until}")]
    Claimed {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// It is delivered, skipped or dead.
    #[error("already settled")]
    Settled,
    /// Nobody claimed it.
    #[error("not claimed")]
    NotClaimed,
    /// A newer claim exists.
    #[error("a newer claim exists")]
    Fenced,
}

impl Delivery {
    /// A delivery that is due at once. `id` is fresh and starts with `msg_`.
    pub fn new(id: String, endpoint: EndpointId, source: Source, body: Body, now: DateTime<Utc>) -> Self {
        Self {
            id,
            endpoint,
            source,
            body,
            state: DeliveryState::Pending { not_before: now },
            fence: 0,
            attempt: 0,
            attempts: Vec::new(),
            created_at: now,
            version: 1,
        }
    }

    /// Which delivery it is.
    pub fn key(&self) -> DeliveryKey {
        DeliveryKey { endpoint: self.endpoint.clone(), id: self.id.clone() }
    }

    /// When somebody must look at it again; `None` when it is settled. The key of the work index.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            DeliveryState::Pending { not_before } | DeliveryState::Retry { not_before } => Some(*not_before),
            DeliveryState::Claimed { lease_until, .. } => Some(*lease_until),
            DeliveryState::Delivered { .. } | DeliveryState::Dead { .. } | DeliveryState::Skipped { .. } => None,
        }
    }
}

impl DeliveryState {
    /// The state's word in the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Claimed { .. } => "claimed",
            Self::Delivered { .. } => "delivered",
            Self::Retry { .. } => "retry",
            Self::Dead { .. } => "dead",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Why it is not sent any more; `None` in every other state.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Dead { reason, .. } | Self::Skipped { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

impl Outcome {
    /// Whether the receiver wants nothing more at this address, ever: 410.
    pub fn is_gone(&self) -> bool {
        self.answer.as_ref().is_ok_and(|received| received.status == 410)
    }
}
