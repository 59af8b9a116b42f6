//! The audit: whose turn it is, and what differs between two ways to the same measures.

use chrono::{Datelike as _, NaiveDate};
use sha2::{Digest, Sha256};

use crate::id::CustomerId;
use crate::measure::{MeasureValue, MeasureValues, Observed};

/// In so many days each customer is audited once.
pub const ROUND_DAYS: u64 = 100;

/// The customers whose turn it is on `day`: each once in [`ROUND_DAYS`] days, and where there are any, at least one.
pub fn whose_turn<'a>(customers: &[&'a CustomerId], day: NaiveDate) -> Vec<&'a CustomerId> {
    let soonest = customers.iter().map(|id| days_to_turn(id, day)).min();
    customers.iter().copied().filter(|id| Some(days_to_turn(id, day)) == soonest).collect()
}

fn days_to_turn(id: &CustomerId, day: NaiveDate) -> u64 {
    let hash = Sha256::digest(id.as_str()).iter().take(8).fold(0, |hash: u64, byte| (hash << 8) | u64::from(*byte));
    let days = u64::from(day.num_days_from_ce().unsigned_abs());
    ROUND_DAYS - 1 - (hash % ROUND_DAYS + days) % ROUND_DAYS
}

/// The measures that are not the same to the last bit.
pub fn differences<'a>(one: &'a MeasureValues, other: &'a MeasureValues) -> Vec<&'a str> {
    let mut differing: Vec<&str> = one
        .known()
        .filter(|(id, observed)| other.of(id).is_none_or(|other| !is_same(observed, other)))
        .map(|(id, _)| id)
        .chain(other.known().map(|(id, _)| id).filter(|id| one.of(id).is_none()))
        .collect();
    differing.sort_unstable();
    differing
}

fn is_same(one: &Observed, other: &Observed) -> bool {
    let value = match (&one.value, &other.value) {
        (MeasureValue::Number(one), MeasureValue::Number(other)) => one.to_bits() == other.to_bits(),
        (one, other) => one == other,
    };
    value && (one.observed_at, one.stale_from) == (other.observed_at, other.stale_from)
}
