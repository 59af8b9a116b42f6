//! The transitions of a mail intent. Each takes the stored intent and gives the one to store in its place.

use chrono::{DateTime, Duration, Utc};
use serde_json::Map;

use crate::mail::{
    FIRST_RETRY, LEASE, LONGEST_THROTTLE, MAX_ATTEMPTS, MailIntent, MailKind, Outcome, Refusal, Retry, SendState,
    SesEvent, SesEventKind, UNKNOWN_FOR,
};

/// Claims the mail for one attempt: store the result on condition that the version is still the intent's, then send.
pub fn claim(intent: &MailIntent, now: DateTime<Utc>) -> Result<MailIntent, Refusal> {
    match &intent.state {
        SendState::Pending { not_before } | SendState::Retry { not_before, .. } if *not_before <= now => {
            Ok(MailIntent {
                fence: intent.fence + 1,
                attempt: intent.attempt + 1,
                ..becomes(intent, SendState::Claimed { lease_until: now + LEASE })
            })
        }
        SendState::Pending { not_before } | SendState::Retry { not_before, .. } => {
            Err(Refusal::NotDue { until: *not_before })
        }
        SendState::Claimed { lease_until } if now < *lease_until => Err(Refusal::Claimed { until: *lease_until }),
        SendState::Claimed { .. } | SendState::Unknown { .. } => Err(Refusal::Unknown),
        SendState::Sent { .. } | SendState::Skipped { .. } | SendState::Dead { .. } => Err(Refusal::Settled),
    }
}

/// Writes down what came of the attempt that was claimed under `fence`. `jitter` is a random number from 0 to 1.
///
/// A sender that outlived its lease may still settle: it knows more than whoever only saw the lease run out.
pub fn settle(
    intent: &MailIntent,
    fence: u64,
    outcome: Outcome,
    now: DateTime<Utc>,
    jitter: f64,
) -> Result<MailIntent, Refusal> {
    if fence != intent.fence {
        return Err(Refusal::Fenced);
    }
    match &intent.state {
        SendState::Claimed { .. } | SendState::Unknown { .. } => {}
        SendState::Pending { .. } | SendState::Retry { .. } => return Err(Refusal::NotClaimed),
        SendState::Sent { .. } | SendState::Skipped { .. } | SendState::Dead { .. } => {
            return Err(Refusal::Settled);
        }
    }
    let state = match outcome {
        Outcome::Accepted { message_id } => SendState::Sent { message_id, sent_at: now },
        Outcome::Ambiguous => match &intent.state {
            SendState::Unknown { since } => SendState::Unknown { since: *since },
            _ => SendState::Unknown { since: now },
        },
        Outcome::NotAccepted { reason, retry: Retry::Never } => SendState::Dead { reason, dead_at: now },
        Outcome::NotAccepted { reason, .. } if intent.attempt >= MAX_ATTEMPTS => {
            SendState::Dead { reason: format!("given up after {MAX_ATTEMPTS} attempts: {reason}"), dead_at: now }
        }
        Outcome::NotAccepted { reason, retry } => {
            SendState::Retry { not_before: now + wait(intent.attempt, retry, jitter), reason }
        }
    };
    Ok(becomes(intent, state))
}

/// What becomes of an intent that nobody can tell about; `None` while there is nothing to decide.
///
/// A claim whose lease ran out is unknown, never pending. An unknown one without a word from SES for 24 hours is given
/// up (contacts) or sent once more (the team).
pub fn resolve_unknown(intent: &MailIntent, now: DateTime<Utc>) -> Option<MailIntent> {
    let state = match &intent.state {
        SendState::Claimed { lease_until } if *lease_until <= now => SendState::Unknown { since: *lease_until },
        SendState::Unknown { since } if *since + UNKNOWN_FOR <= now => {
            let silence = "SES reported nothing for 24 hours";
            match (intent.kind, intent.resent) {
                (MailKind::Survey | MailKind::Contact, _) => SendState::Skipped {
                    reason: format!("{silence}; a second mail to a contact would be worse than none"),
                    skipped_at: now,
                },
                (MailKind::Alert, false) => SendState::Retry { not_before: now, reason: silence.to_owned() },
                (MailKind::Alert, true) => SendState::Dead { reason: format!("{silence}, twice"), dead_at: now },
            }
        }
        _ => return None,
    };
    let resent = intent.resent || matches!(state, SendState::Retry { .. });
    Some(MailIntent { resent, ..becomes(intent, state) })
}

/// What an event of SES says about the intent; `None` when it says nothing new.
///
/// Whatever we believed, an event proves that SES had the mail. Bounces and complaints concern the contact, not the intent.
pub fn confirmed(intent: &MailIntent, event: &SesEvent, now: DateTime<Utc>) -> Option<MailIntent> {
    let state = match (&intent.state, event.kind) {
        (SendState::Dead { .. }, SesEventKind::Reject) => return None,
        (_, SesEventKind::Reject) => {
            SendState::Dead { reason: "SES found a virus in the mail".to_owned(), dead_at: now }
        }
        (SendState::Sent { .. }, _) => return None,
        _ => SendState::Sent { message_id: event.message_id.clone(), sent_at: now },
    };
    Some(becomes(intent, state))
}

/// Gives up a mail that must not be sent after all: its address is suppressed, its switch was turned off.
/// Also for the holder of a claim that has not called SES yet.
pub fn skip(intent: &MailIntent, reason: String, now: DateTime<Utc>) -> Result<MailIntent, Refusal> {
    match &intent.state {
        SendState::Pending { .. } | SendState::Retry { .. } => {}
        SendState::Claimed { lease_until } if now < *lease_until => {}
        SendState::Claimed { .. } | SendState::Unknown { .. } => return Err(Refusal::Unknown),
        SendState::Sent { .. } | SendState::Skipped { .. } | SendState::Dead { .. } => {
            return Err(Refusal::Settled);
        }
    }
    Ok(becomes(intent, SendState::Skipped { reason, skipped_at: now }))
}

/// The intent in another state. One that is settled for good keeps nothing of what the mail said: nobody sends it again, and it may name
/// people long after they are erased.
fn becomes(intent: &MailIntent, state: SendState) -> MailIntent {
    let settled = matches!(state, SendState::Sent { .. } | SendState::Skipped { .. } | SendState::Dead { .. });
    let variables = if settled { Map::new() } else { intent.variables.clone() };
    MailIntent { state, variables, version: intent.version + 1, ..intent.clone() }
}

/// The wait after `attempt` attempts: doubling, the upper half of it random, so that many mails do not come back at once.
fn wait(attempt: u32, retry: Retry, jitter: f64) -> Duration {
    let doublings = attempt.clamp(1, MAX_ATTEMPTS) - 1;
    let mut wait = FIRST_RETRY * 2_i32.pow(doublings);
    if retry == Retry::Throttled {
        wait = wait.min(LONGEST_THROTTLE);
    }
    let half = wait / 2;
    half + Duration::milliseconds((half.num_milliseconds() as f64 * jitter.clamp(0.0, 1.0)) as i64)
}
