//! Means in which newer values count more.

use chrono::{DateTime, Utc};

use super::{Inputs, Observed};

/// Half of a value's influence is gone after this many days.
const HALF_LIFE_DAYS: i64 = 30;

/// *Sum of value x 2^(-age in whole days / 30), divided by the sum of those powers*, over the values of the last `days` days.
/// As old as the newest of them; `None` without one. Summed from the oldest, so that the order of records does not matter.
pub(super) fn recent_mean(
    inputs: &Inputs<'_>,
    days: i64,
    values: impl Iterator<Item = (DateTime<Utc>, f64)>,
) -> Option<Observed> {
    let mut recent: Vec<(DateTime<Utc>, f64)> = values.filter(|(at, _)| inputs.within(*at, days)).collect();
    recent.sort_unstable_by(|(at, value), (other_at, other)| at.cmp(other_at).then(value.total_cmp(other)));
    let newest = recent.last()?.0;
    let (sum, weights) = recent.iter().fold((0.0, 0.0), |(sum, weights), (at, value)| {
        let weight = half_life_weight((inputs.as_of - at).num_days());
        (sum + weight * value, weights + weight)
    });
    Some(Observed::number(sum / weights, newest))
}

/// 2^(-days / 30), by multiplication alone: `powf` differs between machines in the last bit.
fn half_life_weight(days: i64) -> f64 {
    /// 2^(-1/30)
    const DAILY: f64 = 0.977_159_968_434_245_9;
    let halvings = (0..days / HALF_LIFE_DAYS).fold(1.0, |weight, _| weight / 2.0);
    (0..days % HALF_LIFE_DAYS).fold(halvings, |weight, _| weight * DAILY)
}
