//! Mail intents: how a mail is sent at most once (to contacts) or at least once (to the team).
//!
//! SES has no idempotency token, so an intent is claimed before the one call, and what is not known is never guessed:
//!
//! ```text
//! PENDING -> CLAIMED(fence, lease) -> SENT | RETRY(not before) | UNKNOWN | SKIPPED(reason) | DEAD
//! ```
//!
//! | from \ what happens | claim | accepted | not accepted | ambiguous | lease ran out | 24 h without word | SES event | skip |
//! |---|---|---|---|---|---|---|---|---|
//! | PENDING, RETRY (due) | CLAIMED | - | - | - | - | - | SENT | SKIPPED |
//! | CLAIMED | - | SENT | RETRY or DEAD | UNKNOWN | UNKNOWN | - | SENT | SKIPPED |
//! | UNKNOWN | - | SENT | RETRY or DEAD | UNKNOWN | - | contact: SKIPPED; alert: RETRY once, then DEAD | SENT | - |
//! | SENT | - | - | - | - | - | - | (only a rejection: DEAD) | - |
//! | SKIPPED, DEAD | - | - | - | - | - | - | SENT | - |
//!
//! A rejection by SES (a virus) makes every state DEAD. A settlement carries the fence of its claim; an older one is refused. An SES event is the truth whatever we believed.

mod transitions;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use transitions::{claim, confirmed, resolve_unknown, settle, skip};

use crate::automation::plan::MailDraft;
use crate::id::{CustomerId, EmailAddress, RecordId};

/// How long a claim holds: longer than the function may run (30 s), shorter than the queue hides the message (180 s).
pub const LEASE: Duration = Duration::seconds(90);
/// How long an unknown outcome waits for an event of SES.
pub const UNKNOWN_FOR: Duration = Duration::hours(24);
/// After this many claims that SES did not accept, a mail is dead.
pub const MAX_ATTEMPTS: u32 = 8;
/// First wait before a retry; it doubles with every attempt.
pub const FIRST_RETRY: Duration = Duration::minutes(1);
/// Longest wait when SES throttled.
pub const LONGEST_THROTTLE: Duration = Duration::minutes(10);

crate::words! {
    /// What kind of mail it is, and so which error is the smaller one.
    pub enum MailKind {
        /// A feedback request: rather not at all than twice.
        Survey = "survey",
        /// Another mail to a contact: rather not at all than twice.
        Contact = "contact",
        /// A mail to the team: rather twice than not at all.
        Alert = "alert",
    }
}

/// Who gets a mail. A contact's address is looked up when the mail is sent, so that an erased contact gets none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A contact of the intent's customer.
    Contact {
        /// The contact.
        contact: RecordId,
    },
    /// One of the team.
    Staff {
        /// Their address.
        address: EmailAddress,
    },
}

/// A mail that is to be sent, and how far it got.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct MailIntent {
    /// `mail_…`; the tag by which SES events find the intent.
    pub id: String,
    /// What kind of mail.
    pub kind: MailKind,
    /// The mail template's name.
    pub template: String,
    /// Who gets it.
    pub recipient: Recipient,
    /// The customer it is about.
    pub customer: CustomerId,
    /// The template's variables, but for `contact` and `links`, which the mailer adds.
    pub variables: Map<String, Value>,
    /// The feedback request that the mail makes, for a survey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// How far it got.
    #[serde(flatten)]
    pub state: SendState,
    /// Counts the claims. Whoever settles must hold the newest one.
    pub fence: u64,
    /// Claims that count towards [`MAX_ATTEMPTS`].
    pub attempt: u32,
    /// Whether the mail was sent again because nothing was heard of the first one.
    #[serde(default)]
    pub resent: bool,
    /// When the intent was made.
    pub created_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: u64,
}

crate::debug_only!(MailIntent { id, kind, template, customer, request, state, fence, attempt, version });

/// How far a mail got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SendState {
    /// Waits for its time.
    Pending {
        /// Not to be sent before.
        not_before: DateTime<Utc>,
    },
    /// Somebody is sending it.
    Claimed {
        /// Until when they have time; after that nobody knows what they did.
        lease_until: DateTime<Utc>,
    },
    /// SES has it.
    Sent {
        /// SES's own id.
        message_id: String,
        /// Since when we know.
        sent_at: DateTime<Utc>,
    },
    /// SES certainly did not accept it; to be tried again.
    Retry {
        /// Not before.
        not_before: DateTime<Utc>,
        /// Why it was not accepted.
        reason: String,
    },
    /// Perhaps SES has it, perhaps not.
    Unknown {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Not to be sent.
    Skipped {
        /// Why.
        reason: String,
        /// Since when.
        skipped_at: DateTime<Utc>,
    },
    /// Given up; a person must look.
    Dead {
        /// Why.
        reason: String,
        /// Since when.
        dead_at: DateTime<Utc>,
    },
}

/// The id of the one mail that makes a feedback request (`req_…`): whoever knows the request finds its mail.
pub fn id_of_survey(request: &str) -> String {
    format!("mail_{}", request.strip_prefix("req_").unwrap_or(request))
}

impl MailIntent {
    /// An intent for a mail that an automation drafted. Words of the team's own must be among `variables`, filled in, as
    /// `written`: `{subject, paragraphs}`.
    pub fn from_draft(
        id: String,
        draft: MailDraft,
        customer: CustomerId,
        variables: Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            kind: if draft.alert { MailKind::Alert } else { MailKind::Contact },
            template: draft.content.template(draft.alert).to_owned(),
            recipient: draft.recipient,
            customer,
            variables,
            request: None,
            state: SendState::Pending { not_before: now },
            fence: 0,
            attempt: 0,
            resent: false,
            created_at: now,
            version: 1,
        }
    }

    /// When somebody must look at the intent again; `None` when it is settled for good. The key of the work index.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            SendState::Pending { not_before } | SendState::Retry { not_before, .. } => Some(*not_before),
            SendState::Claimed { lease_until } => Some(*lease_until),
            SendState::Unknown { since } => Some(*since + UNKNOWN_FOR),
            SendState::Sent { .. } | SendState::Skipped { .. } | SendState::Dead { .. } => None,
        }
    }
}

/// What came of the one call to SES.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// SES accepted the mail.
    Accepted {
        /// SES's own id.
        message_id: String,
    },
    /// SES certainly did not accept it, or was never reached.
    NotAccepted {
        /// Why.
        reason: String,
        /// Whether and how to try again.
        retry: Retry,
    },
    /// Nobody knows: a timeout after the request was sent, a reset, a 5xx.
    Ambiguous,
}

/// Whether a mail that SES did not accept is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Never: the mail itself is wrong, or the address.
    Never,
    /// Soon, within ten minutes: SES throttled.
    Throttled,
    /// Later, the waits doubling up to about an hour: SES was not reached, or sending is paused.
    Later,
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
    /// Somebody else is sending the mail.
    #[error("claimed until {until}")]
    Claimed {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Nobody knows whether the mail was sent: [`resolve_unknown`] decides, a claim never does.
    #[error("the outcome of the last attempt is not known")]
    Unknown,
    /// The mail is sent, skipped or dead.
    #[error("already settled")]
    Settled,
    /// Nobody claimed the mail.
    #[error("not claimed")]
    NotClaimed,
    /// A newer claim exists.
    #[error("a newer claim exists")]
    Fenced,
}

/// What SES reports about an intent, found by its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesEvent {
    /// What happened.
    pub kind: SesEventKind,
    /// SES's own id of the mail.
    pub message_id: String,
}

crate::words! {
    /// What SES reports about a mail.
    pub enum SesEventKind {
        /// SES accepted the mail.
        Send = "send",
        /// The receiving server took it.
        Delivery = "delivery",
        /// Delivery is late.
        DeliveryDelay = "delivery_delay",
        /// The receiving server refused it for good.
        Bounce = "bounce",
        /// The reader marked it as spam.
        Complaint = "complaint",
        /// SES accepted the mail, found a virus and did not send it.
        Reject = "reject",
    }
}
