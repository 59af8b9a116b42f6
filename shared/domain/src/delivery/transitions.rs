//! The transitions of a delivery. Each takes the stored one and gives the one to store in its place.

use chrono::{DateTime, Duration, Utc};

use super::{
    Attempt, Delivery, DeliveryState, KEPT_ANSWER, KEPT_ATTEMPTS, LEASE, MAX_ATTEMPTS, Outcome, Received, Refusal,
    Source, WAITS,
};

/// Longest `Retry-After` that is believed.
const LONGEST_REQUEST: Duration = Duration::hours(24);

/// Claims the delivery for one attempt: store the result on condition that nobody else wrote meanwhile, then send.
pub fn claim(delivery: &Delivery, now: DateTime<Utc>) -> Result<Delivery, Refusal> {
    match &delivery.state {
        DeliveryState::Pending { not_before } | DeliveryState::Retry { not_before } if *not_before <= now => {
            Ok(Delivery {
                fence: delivery.fence + 1,
                attempt: delivery.attempt + 1,
                ..becomes(delivery, DeliveryState::Claimed { claimed_at: now, lease_until: now + LEASE })
            })
        }
        DeliveryState::Pending { not_before } | DeliveryState::Retry { not_before } => {
            Err(Refusal::NotDue { until: *not_before })
        }
        DeliveryState::Claimed { lease_until, .. } => Err(Refusal::Claimed { until: *lease_until }),
        DeliveryState::Delivered { .. } | DeliveryState::Dead { .. } | DeliveryState::Skipped { .. } => {
            Err(Refusal::Settled)
        }
    }
}

/// Writes down what came of the attempt that was claimed under `fence`. `jitter` is a random number from 0 to 1.
pub fn settle(
    delivery: &Delivery,
    fence: u64,
    outcome: &Outcome,
    now: DateTime<Utc>,
    jitter: f64,
) -> Result<Delivery, Refusal> {
    if fence != delivery.fence {
        return Err(Refusal::Fenced);
    }
    let claimed_at = match &delivery.state {
        DeliveryState::Claimed { claimed_at, .. } => *claimed_at,
        DeliveryState::Pending { .. } | DeliveryState::Retry { .. } => return Err(Refusal::NotClaimed),
        _ => return Err(Refusal::Settled),
    };
    let error = failure(outcome);
    let state = match &error {
        None => DeliveryState::Delivered { delivered_at: now },
        Some(_) if outcome.is_gone() => DeliveryState::Dead {
            reason: "the receiver answered 410: it wants nothing more; the endpoint is disabled".to_owned(),
            dead_at: now,
        },
        Some(error) => after_failure(delivery, error, wait(delivery.attempt, outcome, jitter), now),
    };
    let received = outcome.answer.as_ref().ok();
    let attempt = Attempt {
        at: claimed_at,
        status: received.map(|received| received.status),
        answer: received.map(remembered).filter(|text| !text.is_empty()),
        error,
        took_ms: outcome.took_ms,
    };
    Ok(with_attempt(becomes(delivery, state), attempt))
}

/// What becomes of a delivery whose sender was not heard of until its lease ran out; `None` while there is nothing to decide.
/// The receiver may have it: it gets it again, under the same id.
pub fn recover(delivery: &Delivery, now: DateTime<Utc>) -> Option<Delivery> {
    let DeliveryState::Claimed { claimed_at, lease_until } = &delivery.state else { return None };
    if now < *lease_until {
        return None;
    }
    let error = "nobody knows what came of it: the process that sent it ended".to_owned();
    let state = after_failure(delivery, &error, Duration::zero(), now);
    let attempt = Attempt { at: *claimed_at, status: None, answer: None, error: Some(error), took_ms: 0 };
    Some(with_attempt(becomes(delivery, state), attempt))
}

/// Gives up a delivery that must not be sent: its endpoint is off, disabled or gone.
pub fn skip(delivery: &Delivery, reason: String, now: DateTime<Utc>) -> Result<Delivery, Refusal> {
    match &delivery.state {
        DeliveryState::Pending { .. } | DeliveryState::Retry { .. } => {
            Ok(becomes(delivery, DeliveryState::Skipped { reason, skipped_at: now }))
        }
        DeliveryState::Claimed { lease_until, .. } => Err(Refusal::Claimed { until: *lease_until }),
        _ => Err(Refusal::Settled),
    }
}

/// Sends a delivery anew because a person wants it so: due at once, with all retries before it again. Refused while it is
/// being sent.
pub fn redeliver(delivery: &Delivery, now: DateTime<Utc>) -> Result<Delivery, Refusal> {
    match &delivery.state {
        DeliveryState::Claimed { lease_until, .. } => Err(Refusal::Claimed { until: *lease_until }),
        _ => Ok(Delivery { attempt: 0, ..becomes(delivery, DeliveryState::Pending { not_before: now }) }),
    }
}

fn becomes(delivery: &Delivery, state: DeliveryState) -> Delivery {
    Delivery { state, version: delivery.version + 1, ..delivery.clone() }
}

fn with_attempt(mut delivery: Delivery, attempt: Attempt) -> Delivery {
    delivery.attempts.push(attempt);
    let surplus = delivery.attempts.len().saturating_sub(KEPT_ATTEMPTS);
    delivery.attempts.drain(..surplus);
    delivery
}

/// Why the attempt failed; `None` when it did not.
fn failure(outcome: &Outcome) -> Option<String> {
    match &outcome.answer {
        Err(error) => Some(error.clone()),
        Ok(Received { status: 200..=299, .. }) => None,
        Ok(Received { status: status @ 300..=399, .. }) => {
            Some(format!("the receiver answered {status}: redirects are not followed"))
        }
        Ok(Received { status, .. }) => Some(format!("the receiver answered {status}")),
    }
}

fn after_failure(delivery: &Delivery, error: &str, wait: Duration, now: DateTime<Utc>) -> DeliveryState {
    let tries = match delivery.source {
        Source::Automation { .. } => MAX_ATTEMPTS,
        Source::Test { .. } => 1,
    };
    if delivery.attempt < tries {
        return DeliveryState::Retry { not_before: now + wait };
    }
    let reason = if tries == 1 { error.to_owned() } else { format!("given up after {tries} attempts: {error}") };
    DeliveryState::Dead { reason, dead_at: now }
}

/// The wait after `attempt` attempts: by the table, up to a tenth longer by chance, so that many deliveries do not come back at
/// once; longer when the receiver asks for it.
fn wait(attempt: u32, outcome: &Outcome, jitter: f64) -> Duration {
    let index = (attempt.max(1) - 1) as usize;
    let wait = WAITS.get(index).or(WAITS.last()).copied().unwrap_or(LONGEST_REQUEST);
    let wait = wait + Duration::milliseconds((wait.num_milliseconds() as f64 / 10.0 * jitter.clamp(0.0, 1.0)) as i64);
    let asked = outcome.answer.as_ref().ok().and_then(|received| received.retry_after);
    wait.max(asked.unwrap_or_default().min(LONGEST_REQUEST))
}

/// The beginning of an answer as it may be shown: no control characters.
fn remembered(received: &Received) -> String {
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    received.text.trim().chars().take(KEPT_ANSWER).map(shown).collect()
}
