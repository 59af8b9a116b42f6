//! Deciles, what the bands find, and how many looked well: plain counts.

use serde::{Deserialize, Serialize};

use crate::health_status::HealthStatus;

/// What the scorecard said about a customer at a horizon, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Whether the customer left.
    pub churned: bool,
    /// The score, 0-100.
    pub score: f64,
    /// Its word.
    pub band: HealthStatus,
}

/// A tenth of the customers by score. Customers with the same score stand in the same one, so that one can be larger than
/// a tenth, and one can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Decile {
    /// 1 (lowest scores) to 10.
    pub number: usize,
    /// Lowest score in it.
    pub from: f64,
    /// Highest score in it.
    pub to: f64,
    /// How many customers.
    pub customers: usize,
    /// How many of them left.
    pub churned: usize,
    /// `churned / customers`.
    pub share_churned: f64,
}

/// Calibration: who left, by tenths of the score. With a score that predicts, the share falls from the first to the last.
pub fn deciles(scored: &[Scored]) -> Vec<Decile> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut deciles: Vec<Decile> = Vec::new();
    let mut before = 0;
    for ties in sorted.chunk_by(|a, b| a.score >= b.score) {
        let number = 10 * before / sorted.len() + 1;
        before += ties.len();
        let score = ties.first().map_or(0.0, |scored| scored.score);
        let churned = ties.iter().filter(|scored| scored.churned).count();
        match deciles.last_mut() {
            Some(decile) if decile.number == number => {
                decile.to = score;
                decile.customers += ties.len();
                decile.churned += churned;
            }
            _ => deciles.push(Decile {
                number,
                from: score,
                to: score,
                customers: ties.len(),
                churned,
                share_churned: 0.0,
            }),
        }
    }
    for decile in &mut deciles {
        decile.share_churned = decile.churned as f64 / decile.customers as f64;
    }
    deciles
}

crate::words! {
    /// A part of the scale that calls for action.
    #[derive(schemars::JsonSchema)]
    pub enum Alarm {
        /// The lowest band: Struggling.
        LowestBand = "lowest_band",
        /// Everything below Healthy: Steady and Struggling.
        BelowHealthy = "below_healthy",
    }
}

impl Alarm {
    /// Whether a band is in it.
    pub fn is_raised_by(self, band: HealthStatus) -> bool {
        match self {
            Self::LowestBand => band == HealthStatus::Struggling,
            Self::BelowHealthy => !is_green(band),
        }
    }
}

/// Whether a band says that all is well: Thriving or Healthy.
pub fn is_green(band: HealthStatus) -> bool {
    matches!(band, HealthStatus::Thriving | HealthStatus::Healthy)
}

/// What an alarm found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "AlarmRate")]
pub struct Found {
    /// Which alarm.
    pub alarm: Alarm,
    /// Churned customers in it.
    pub churned: usize,
    /// Other customers in it: false alarms.
    pub others: usize,
    /// Share of the customers in it that left; `None` when nobody is in it.
    pub precision: Option<f64>,
    /// Share of the churned customers that were in it; `None` when nobody left.
    pub recall: Option<f64>,
}

/// What each alarm found.
pub fn found(scored: &[Scored]) -> Vec<Found> {
    let all_churned = scored.iter().filter(|scored| scored.churned).count();
    let of = |alarm: Alarm| {
        let raised = scored.iter().filter(|scored| alarm.is_raised_by(scored.band));
        let (churned, others) =
            raised.fold(
                (0, 0),
                |(churned, others), scored| {
                    if scored.churned { (churned + 1, others) } else { (churned, others + 1) }
                },
            );
        Found {
            alarm,
            churned,
            others,
            precision: share(churned, churned + others),
            recall: share(churned, all_churned),
        }
    };
    Alarm::ALL.iter().map(|alarm| of(*alarm)).collect()
}

/// The honest number: how many of those who left looked well.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "GreenChurn")]
pub struct Green {
    /// Churned customers that were Thriving or Healthy.
    pub green: usize,
    /// Churned customers with a score.
    pub churned: usize,
    /// `green / churned`; `None` when nobody left.
    pub share: Option<f64>,
}

/// How many of those who left looked well.
pub fn green(scored: &[Scored]) -> Green {
    let churned = scored.iter().filter(|scored| scored.churned);
    let (green, churned) =
        churned.fold(
            (0, 0),
            |(green, all), scored| {
                if is_green(scored.band) { (green + 1, all + 1) } else { (green, all + 1) }
            },
        );
    Green { green, churned, share: share(green, churned) }
}

/// A part of a whole; `None` of nothing.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
