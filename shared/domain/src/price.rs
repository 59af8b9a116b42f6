//! What AWS and the work on it cost: every price in one place, with its date.
//!
//! Prices are list prices of us-east-1, on demand, without the free tier. Units are what `docs/costs.md` measures; its test compares.

use serde::Serialize;

/// The month of the price lists.
pub const PRICES_OF: &str = "2026-10";

/// Dollars for a million read units of a table.
pub const MILLION_READ_UNITS: f64 = 0.125;

/// Dollars for a million write units of a table.
pub const MILLION_WRITE_UNITS: f64 = 0.625;

/// Dollars for a thousand mails.
pub const THOUSAND_MAILS: f64 = 0.10;

/// What an operation takes from the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct TableUnits {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

/// A score that is computed and is another one, of a customer with a year of history.
pub const SCORE_CHANGED: TableUnits = TableUnits { read: 18.0, write: 15.0 };

/// A score that is computed and is the same.
pub const SCORE_UNCHANGED: TableUnits = TableUnits { read: 18.0, write: 0.0 };

impl TableUnits {
    /// The units of so many operations of this kind.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        Self { read: self.read * count as f64, write: self.write * count as f64 }
    }

    /// The units of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { read: self.read + other.read, write: self.write + other.write }
    }

    /// What they cost, in dollars.
    pub fn dollars(self) -> f64 {
        (self.read * MILLION_READ_UNITS + self.write * MILLION_WRITE_UNITS) / 1e6
    }
}

/// What so many mails cost, in dollars.
pub fn mails(count: usize) -> f64 {
    count as f64 * THOUSAND_MAILS / 1e3
}
