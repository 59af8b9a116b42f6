//! Who went from which band to which between two moments.

use serde::Serialize;

use super::StoodAt;
use crate::health_status::HealthStatus;

crate::words! {
    /// Where a customer is at one of two moments.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "MovementPlace")]
    pub enum Place {
        /// In this band.
        Thriving = "thriving",
        /// In this band.
        Healthy = "healthy",
        /// In this band.
        Steady = "steady",
        /// In this band.
        Struggling = "struggling",
        /// There, without a score.
        Unknown = "unknown",
        /// Not there yet; only at the earlier moment.
        New = "new",
        /// It has left.
        Churned = "churned",
    }
}

impl Place {
    /// Where a customer stands; `None` = it was not there yet.
    pub fn of(stood: Option<&StoodAt>) -> Self {
        let Some(stood) = stood else { return Self::New };
        match stood.band {
            _ if stood.churned => Self::Churned,
            Some(HealthStatus::Thriving) => Self::Thriving,
            Some(HealthStatus::Healthy) => Self::Healthy,
            Some(HealthStatus::Steady) => Self::Steady,
            Some(HealthStatus::Struggling) => Self::Struggling,
            None => Self::Unknown,
        }
    }

    fn index(self) -> usize {
        Self::ALL.iter().position(|place| *place == self).unwrap_or_default()
    }

    /// How good it is; `None` for what is no band.
    fn rank(self) -> Option<usize> {
        Some(self.index()).filter(|index| *index < HealthStatus::ALL.len())
    }
}

const PLACES: usize = Place::ALL.len();

/// How many customers went from where to where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Movement {
    counts: [[usize; PLACES]; PLACES],
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "MovementCell")]
pub struct Cell {
    /// Where they were.
    pub from: Place,
    /// Where they are.
    pub to: Place,
    /// How many.
    pub customers: usize,
}

/// A row's or a column's sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "MovementSum")]
pub struct Sum {
    /// Where.
    pub place: Place,
    /// How many.
    pub customers: usize,
}

impl Movement {
    /// Counts these customers, each at the earlier and at the later moment.
    pub fn of(moves: impl Iterator<Item = (Place, Place)>) -> Self {
        let mut movement = Self::default();
        for (from, to) in moves {
            if let Some(count) = movement.counts.get_mut(from.index()).and_then(|row| row.get_mut(to.index())) {
                *count += 1;
            }
        }
        movement
    }

    /// How many went from one place to the other.
    pub fn count(&self, from: Place, to: Place) -> usize {
        self.counts.get(from.index()).and_then(|row| row.get(to.index())).copied().unwrap_or_default()
    }

    /// Every cell, row by row, empty ones too.
    pub fn cells(&self) -> Vec<Cell> {
        let pairs = Place::ALL.iter().flat_map(|from| Place::ALL.iter().map(move |to| (*from, *to)));
        let cells = pairs.map(|(from, to)| Cell { from, to, customers: self.count(from, to) });
        cells.filter(|cell| cell.to != Place::New).collect()
    }

    /// How many were at each place at the earlier moment.
    pub fn before(&self) -> Vec<Sum> {
        let sum = |place: Place| Place::ALL.iter().map(|to| self.count(place, *to)).sum();
        Place::ALL.iter().map(|place| Sum { place: *place, customers: sum(*place) }).collect()
    }

    /// How many are at each place at the later moment.
    pub fn after(&self) -> Vec<Sum> {
        let sum = |place: Place| Place::ALL.iter().map(|from| self.count(*from, place)).sum();
        let places = Place::ALL.iter().filter(|place| **place != Place::New);
        places.map(|place| Sum { place: *place, customers: sum(*place) }).collect()
    }

    /// How many are in a better band than before.
    pub fn up(&self) -> usize {
        self.moved(|from, to| to < from)
    }

    /// How many are in a worse one.
    pub fn down(&self) -> usize {
        self.moved(|from, to| to > from)
    }

    fn moved(&self, counts: impl Fn(usize, usize) -> bool) -> usize {
        let cells = self.cells().into_iter();
        let moved =
            cells.filter(|cell| cell.from.rank().zip(cell.to.rank()).is_some_and(|(from, to)| counts(from, to)));
        moved.map(|cell| cell.customers).sum()
    }
}
