//! What setting a draft costs on AWS.

use serde::Serialize;

use super::Comparison;
use crate::price::{self, PRICES_OF, SCORE_CHANGED, SCORE_UNCHANGED, TableUnits};

/// What the recompute and the mails after it cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PlanCost")]
pub struct Cost {
    /// How many customers are computed: everybody, since only then it is known whom the draft concerns.
    pub computed: usize,
    /// How many of these scores are written: those by another scorecard or version, even where the number is the same.
    pub written: usize,
    /// Read and write units of the tables.
    pub units: TableUnits,
    /// What the units cost, in dollars.
    pub tables_dollars: f64,
    /// How many mails automations send.
    pub mails: usize,
    /// What they cost, in dollars.
    pub mails_dollars: f64,
    /// The month of the price lists.
    pub prices_of: &'static str,
}

impl Cost {
    /// The cost of setting the draft, after which automations send so many mails.
    pub fn of(comparison: &Comparison<'_>, mails: usize) -> Self {
        let computed = comparison.snapshot.rows().len();
        let written = (0..computed).filter(|place| comparison.is_affected(*place)).count();
        let units = SCORE_CHANGED.times(written).plus(SCORE_UNCHANGED.times(computed - written));
        Self::new(computed, written, units, mails)
    }

    /// A draft that says what is set already changes nothing, and nothing is computed.
    pub fn none() -> Self {
        Self::new(0, 0, TableUnits::default(), 0)
    }

    fn new(computed: usize, written: usize, units: TableUnits, mails: usize) -> Self {
        let (tables_dollars, mails_dollars) = (units.dollars(), price::mails(mails));
        Self { computed, written, units, tables_dollars, mails, mails_dollars, prices_of: PRICES_OF }
    }
}
