//! Measures that know the outcome because they were set by it.
//!
//! A score that "predicts" by such a measure predicts nothing: it will not be there when it is needed. Three tests, each on every
//! measure that a rule or an override of the scorecard looks at, each only with enough customers to say so:
//!
//! | test | sets off when |
//! |---|---|
//! | [`Leak::KnownForOneSide`] | at the horizon, the share of customers for whom the measure was known differs by half or more between churned and others |
//! | [`Leak::SetWithOutcome`] | of the churned customers for whom it was known at the end of the outcome's day, half or more did not have it at the horizon; and it came to them at least twice as often as to the others, by three standard errors or more (measures of tickets and surveys come and go by themselves) |
//! | [`Leak::TooGood`] | its points alone tell churned from others almost without error: an AUC of 0.98 or more, or 0.02 or less |
//!
//! What is observed after the horizon is not seen by construction; a measure whose sender dates it back passes that, and fails these.

use serde::{Deserialize, Serialize};

use super::NEEDED;
use super::bands::share;
use super::cases::{Case, Tested};
use super::roc::Placements;
use crate::measure::Name;

/// A difference in the shares of customers for whom a measure is known, or a share, that is too large to be chance or coverage.
const HALF: f64 = 0.5;

/// By how many standard errors two shares must differ not to be chance: a scorecard has dozens of measures.
const SURE: f64 = 3.0;

/// An AUC from here on is too good for one measure; so is its mirror image.
const TOO_GOOD: f64 = 0.98;

crate::words! {
    /// How a measure gives itself away.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "LeakageKind")]
    pub enum Leak {
        /// Whether it is known tells who left.
        KnownForOneSide = "known_for_one_side",
        /// It comes with the outcome.
        SetWithOutcome = "set_with_outcome",
        /// It alone tells almost without error.
        TooGood = "too_good",
    }
}

/// A measure that should be looked at before the result is believed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "LeakageWarning")]
pub struct Warning {
    /// The rule or override that looks at it.
    pub rule: Name,
    /// The measure.
    #[schemars(with = "String")]
    pub measure: Name,
    /// What is odd about it.
    pub leak: Leak,
    /// The same in a sentence, with the numbers.
    pub text: String,
}

/// Looks at every measure of the scorecard at the horizon with this place, `days` before the outcome.
pub fn warnings(cases: &[Case], tested: &Tested, horizon: usize, days: u32) -> Vec<Warning> {
    let seen: Vec<Seen> = cases.iter().filter_map(|case| Seen::new(case, tested, horizon)).collect();
    let mut warnings = Vec::new();
    for (place, indicator) in tested.indicators.iter().enumerate().filter(|(_, indicator)| indicator.counts) {
        let of = |churned: bool| Column::new(seen.iter().filter(move |seen| seen.churned == churned), place);
        let (churned, others) = (of(true), of(false));
        let found = [
            known_for_one_side(&churned, &others).map(|text| (Leak::KnownForOneSide, text)),
            set_with_outcome(&churned, &others, days).map(|text| (Leak::SetWithOutcome, text)),
            too_good(&churned, &others).map(|text| (Leak::TooGood, text)),
        ];
        warnings.extend(found.into_iter().flatten().map(|(leak, text)| Warning {
            rule: indicator.id.clone(),
            measure: indicator.measure.clone(),
            leak,
            text: format!("{} {text}", indicator.measure),
        }));
    }
    warnings
}

/// The points of every indicator for a customer, at the horizon and at the outcome.
struct Seen {
    churned: bool,
    then: Vec<Option<f64>>,
    /// `None` when nothing tells what was known then, or another source tells it than at the horizon.
    at_outcome: Option<Vec<Option<f64>>>,
}

impl Seen {
    fn new(case: &Case, tested: &Tested, horizon: usize) -> Option<Self> {
        let known = case.known.get(horizon)?.as_ref()?;
        let later = case.at_outcome.as_ref().filter(|later| later.source == known.source);
        Some(Self {
            churned: case.churned(),
            then: tested.points(known),
            at_outcome: later.map(|known| tested.points(known)),
        })
    }
}

/// One indicator for one side.
struct Column {
    customers: usize,
    points: Vec<f64>,
    /// Customers for whom it was known at the outcome.
    known_at_outcome: usize,
    /// Those of them for whom it was not known at the horizon.
    came_later: usize,
}

impl Column {
    fn new<'a>(seen: impl Iterator<Item = &'a Seen>, place: usize) -> Self {
        let mut column = Self { customers: 0, points: Vec::new(), known_at_outcome: 0, came_later: 0 };
        for seen in seen {
            let then = seen.then.get(place).copied().flatten();
            let later = seen.at_outcome.as_ref().and_then(|points| points.get(place).copied().flatten());
            column.customers += 1;
            column.points.extend(then);
            if later.is_some() {
                column.known_at_outcome += 1;
                column.came_later += usize::from(then.is_none());
            }
        }
        column
    }

    fn share_known(&self) -> Option<f64> {
        share(self.points.len(), self.customers).filter(|_| self.customers >= NEEDED)
    }

    fn share_come_later(&self) -> Option<f64> {
        share(self.came_later, self.customers).filter(|_| self.customers >= NEEDED)
    }
}

fn known_for_one_side(churned: &Column, others: &Column) -> Option<String> {
    let (left, stayed) = (churned.share_known()?, others.share_known()?);
    ((left - stayed).abs() >= HALF).then(|| {
        format!(
            "was known for {} of the churned customers and for {} of the others: whether it is known tells who left, so it may be set because of the outcome",
            percent(left),
            percent(stayed)
        )
    })
}

fn set_with_outcome(churned: &Column, others: &Column, days: u32) -> Option<String> {
    let of_those_with_it = share(churned.came_later, churned.known_at_outcome)?;
    let (left, stayed) = (churned.share_come_later()?, others.share_come_later()?);
    let enough = churned.known_at_outcome >= NEEDED && of_those_with_it >= HALF;
    let error = |share: f64, column: &Column| share * (1.0 - share) / column.customers as f64;
    let standard_error = (error(left, churned) + error(stayed, others)).sqrt();
    (enough && left >= 2.0 * stayed && left - stayed >= SURE * standard_error).then(|| {
        format!(
            "came in the last {days} days to {} of the churned customers and to {} of the others: it is set with the outcome or shortly before, and cannot warn so early",
            percent(left),
            percent(stayed)
        )
    })
}

fn too_good(churned: &Column, others: &Column) -> Option<String> {
    if churned.points.len() < NEEDED || others.points.len() < NEEDED {
        return None;
    }
    let auc = Placements::new(&churned.points, &others.points)?.auc().value;
    (auc.max(1.0 - auc) >= TOO_GOOD).then(|| {
        format!("alone tells churned customers from others with an AUC of {auc:.2}: too good to be true, unless it is set by the outcome")
    })
}

/// A share in whole per cent, as people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
