//! How long before they left customers fell into a band: the time that a team would have had to act.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::bands::{Alarm, share};
use crate::health_status::HealthStatus;
use crate::measure::days_between;

/// How far back a customer's history is looked at, in days.
pub const LEAD_DAYS: i64 = 180;

/// When a customer raised each alarm, in days before its outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Falls {
    lowest_band: Fall,
    below_healthy: Fall,
}

/// When an alarm was raised, in days before the end.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Fall {
    first: Option<f64>,
    unbroken: Option<f64>,
}

impl Fall {
    /// Goes on in time: whether the alarm is raised, so many days before the end.
    fn step(&mut self, raised: bool, days: f64) {
        if raised {
            self.first = self.first.or(Some(days));
            self.unbroken = self.unbroken.or(Some(days));
        } else {
            self.unbroken = None;
        }
    }
}

impl Falls {
    /// Walks a customer's bands, oldest first, up to its outcome. `None` when there is no history. A moment without a score raises
    /// no alarm.
    pub fn walk(
        bands: impl IntoIterator<Item = (DateTime<Utc>, Option<HealthStatus>)>,
        outcome_at: DateTime<Utc>,
    ) -> Option<Self> {
        let mut falls = None::<Self>;
        for (at, band) in bands.into_iter().filter(|(at, _)| *at <= outcome_at) {
            let falls = falls.get_or_insert_default();
            let days = days_between(at, outcome_at);
            let raised = |alarm: Alarm| band.is_some_and(|band| alarm.is_raised_by(band));
            falls.lowest_band.step(raised(Alarm::LowestBand), days);
            falls.below_healthy.step(raised(Alarm::BelowHealthy), days);
        }
        falls
    }

    fn of(&self, alarm: Alarm) -> Fall {
        match alarm {
            Alarm::LowestBand => self.lowest_band,
            Alarm::BelowHealthy => self.below_healthy,
        }
    }
}

/// Lower quartile, median and upper quartile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Quartiles {
    /// A quarter lies at or below.
    pub lower: f64,
    /// Half lies at or below.
    pub median: f64,
    /// Three quarters lie at or below.
    pub upper: f64,
}

impl Quartiles {
    /// Of numbers in any order, between neighbours by straight line; `None` of nothing.
    fn new(mut numbers: Vec<f64>) -> Option<Self> {
        numbers.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = share * numbers.len().checked_sub(1)? as f64;
            let (below, above) = (numbers.get(place.floor() as usize)?, numbers.get(place.ceil() as usize)?);
            Some(below + (above - below) * place.fract())
        };
        Some(Self { lower: at(0.25)?, median: at(0.5)?, upper: at(0.75)? })
    }
}

/// How long before they left customers raised an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LeadTime {
    /// Which alarm.
    pub alarm: Alarm,
    /// Churned customers with a history.
    pub churned: usize,
    /// Those of them that raised it at any time of the last 180 days.
    pub ever: usize,
    /// `ever / churned`.
    pub share_ever: Option<f64>,
    /// The other customers with a history.
    pub others: usize,
    /// Those of them that raised it at any time of the 180 days before their day: where they are as many, the fall says nothing.
    pub others_ever: usize,
    /// `others_ever / others`.
    pub others_share_ever: Option<f64>,
    /// Days before leaving when it was first raised. 180 means that it stood when the history begins.
    pub first_days: Option<Quartiles>,
    /// Those of them that were still in it when they left.
    pub at_the_end: usize,
    /// Days before leaving since when it stood without a break.
    pub unbroken_days: Option<Quartiles>,
}

/// The lead time of each alarm, from the falls of those who left, beside those of the others.
pub fn lead_times(falls: &[Falls], others: &[Falls]) -> Vec<LeadTime> {
    let of = |alarm: Alarm| {
        let first: Vec<f64> = falls.iter().filter_map(|falls| falls.of(alarm).first).collect();
        let unbroken: Vec<f64> = falls.iter().filter_map(|falls| falls.of(alarm).unbroken).collect();
        let others_ever = others.iter().filter(|falls| falls.of(alarm).first.is_some()).count();
        LeadTime {
            alarm,
            churned: falls.len(),
            ever: first.len(),
            share_ever: share(first.len(), falls.len()),
            others: others.len(),
            others_ever,
            others_share_ever: share(others_ever, others.len()),
            at_the_end: unbroken.len(),
            first_days: Quartiles::new(first),
            unbroken_days: Quartiles::new(unbroken),
        }
    };
    Alarm::ALL.iter().map(|alarm| of(*alarm)).collect()
}
