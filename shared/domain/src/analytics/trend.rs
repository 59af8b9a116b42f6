//! How the portfolio stood at one moment, to be laid beside others.

use serde::Serialize;

use super::StoodAt;
use super::interval::Mean;
use crate::health_status::HealthStatus;

/// How many customers have each band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "CustomersByBand")]
pub struct Bands {
    /// Thriving.
    pub thriving: usize,
    /// Healthy.
    pub healthy: usize,
    /// Steady.
    pub steady: usize,
    /// Struggling.
    pub struggling: usize,
    /// Those without a score.
    pub unknown: usize,
}

impl Bands {
    /// Counts a customer.
    pub fn add(&mut self, band: Option<HealthStatus>) {
        *match band {
            Some(HealthStatus::Thriving) => &mut self.thriving,
            Some(HealthStatus::Healthy) => &mut self.healthy,
            Some(HealthStatus::Steady) => &mut self.steady,
            Some(HealthStatus::Struggling) => &mut self.struggling,
            None => &mut self.unknown,
        } += 1;
    }

    /// All of them.
    pub fn total(&self) -> usize {
        self.thriving + self.healthy + self.steady + self.struggling + self.unknown
    }
}

/// The portfolio at one moment. Who had left does not count, nor who was not there yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Standings {
    /// How many customers there were.
    pub customers: usize,
    /// How many of them had left; they are in no other number.
    pub churned: usize,
    /// Their scores.
    pub score: Mean,
    /// Their bands.
    pub bands: Bands,
    /// Their happiness.
    pub happiness: Mean,
}

impl Standings {
    /// Counts the customers that were there.
    pub fn of(all: &[StoodAt]) -> Self {
        let there = || all.iter().filter(|stood| !stood.churned);
        let mut bands = Bands::default();
        there().for_each(|stood| bands.add(stood.band));
        Self {
            customers: there().count(),
            churned: all.len() - there().count(),
            score: Mean::of(there().filter_map(|stood| stood.score)),
            bands,
            happiness: Mean::of(there().filter_map(|stood| stood.happiness)),
        }
    }
}
