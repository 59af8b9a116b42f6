//! How well numbers tell two groups apart: AUC, `DeLong`'s interval, the ROC curve.
//!
//! *AUC* is the probability that a customer who left had the lower score than one who stayed, a tie counting half: the
//! Mann-Whitney statistic (Hanley and `McNeil` 1982). 0.5 is chance, 1 is perfect, below 0.5 points the wrong way. Its variance, and
//! the covariance of two AUCs on the same customers, are `DeLong`, `DeLong` and Clarke-Pearson's (1988), by midranks as Sun and Xu (2014)
//! compute them.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// The standard normal quantile of 97.5 %.
const Z95: f64 = 1.959_963_984_540_054;

/// Points of a ROC curve that are kept.
const MAX_POINTS: usize = 200;

/// An estimate with its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Estimate {
    /// The estimate with the normal interval of 95 %, held to `least` and `most`.
    fn new(value: f64, variance: f64, least: f64, most: f64) -> Self {
        let standard_error = variance.max(0.0).sqrt();
        let (low, high) = (value - Z95 * standard_error, value + Z95 * standard_error);
        Self { value, low: low.clamp(least, most), high: high.clamp(least, most), standard_error }
    }
}

/// The scores of two groups, prepared once: what each customer adds to the AUC.
#[derive(Debug, Clone, PartialEq)]
pub struct Placements {
    /// Of each churned customer: the share of the others above it, ties half.
    churned: Vec<f64>,
    /// Of each other customer: the share of the churned ones below it, ties half.
    others: Vec<f64>,
}

impl Placements {
    /// `None` when a group is empty.
    pub fn new(churned: &[f64], others: &[f64]) -> Option<Self> {
        if churned.is_empty() || others.is_empty() {
            return None;
        }
        let all: Vec<f64> = churned.iter().chain(others).copied().collect();
        let (of_all, of_churned, of_others) = (midranks(&all), midranks(churned), midranks(others));
        let (in_all_churned, in_all_others) = of_all.split_at_checked(churned.len())?;
        // Ranks count from below; who left should stand below.
        let placed = |in_all: &[f64], own: &[f64], other: usize, from_above: bool| {
            let below = in_all.iter().zip(own).map(|(all, own)| (all - own) / other as f64);
            below.map(|below| if from_above { 1.0 - below } else { below }).collect()
        };
        Some(Self {
            churned: placed(in_all_churned, &of_churned, others.len(), true),
            others: placed(in_all_others, &of_others, churned.len(), false),
        })
    }

    /// The AUC with its interval.
    pub fn auc(&self) -> Estimate {
        Estimate::new(mean(&self.churned), self.variance(), 0.0, 1.0)
    }

    fn variance(&self) -> f64 {
        variance(&self.churned) / self.churned.len() as f64 + variance(&self.others) / self.others.len() as f64
    }

    /// This AUC minus that of `other` scores of the same customers in the same order, paired.
    pub fn difference(&self, other: &Self) -> Estimate {
        let minus = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
        let difference =
            Self { churned: minus(&self.churned, &other.churned), others: minus(&self.others, &other.others) };
        Estimate::new(mean(&difference.churned), difference.variance(), -1.0, 1.0)
    }
}

/// The rank of each number from 1, equal numbers sharing the mean of theirs.
fn midranks(numbers: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = numbers.iter().copied().zip(0..).collect();
    order.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut ranks = vec![0.0; numbers.len()];
    let mut before = 0;
    for ties in order.chunk_by(|(a, _), (b, _)| same(*a, *b)) {
        let rank = f64::midpoint((before + 1) as f64, (before + ties.len()) as f64);
        for (_, place) in ties {
            if let Some(slot) = ranks.get_mut(*place) {
                *slot = rank;
            }
        }
        before += ties.len();
    }
    ranks
}

/// Equal as numbers: 0 and -0 are.
fn same(a: f64, b: f64) -> bool {
    a.partial_cmp(&b) == Some(Ordering::Equal)
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The sample variance; 0 of a single number.
fn variance(numbers: &[f64]) -> f64 {
    if numbers.len() < 2 {
        return 0.0;
    }
    let mean = mean(numbers);
    let squares: f64 = numbers.iter().map(|number| (number - mean) * (number - mean)).sum();
    squares / (numbers.len() - 1) as f64
}

/// One point of the ROC curve: what looking at every customer up to a score finds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RocPoint {
    /// Customers with this score or a lower one are looked at; `None` = nobody is.
    pub at_most: Option<f64>,
    /// Share of the churned customers that are looked at.
    pub of_churned: f64,
    /// Share of the others that are looked at.
    pub of_others: f64,
}

/// The ROC curve from (0, 0) to (1, 1). Points on a straight line between their neighbours are left out, and of more than 200 an
/// even choice is kept.
pub fn roc(churned: &[f64], others: &[f64]) -> Vec<RocPoint> {
    let mut all: Vec<(f64, bool)> =
        churned.iter().map(|score| (*score, true)).chain(others.iter().map(|score| (*score, false))).collect();
    all.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let share = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    let mut corners: Vec<(Option<f64>, usize, usize)> = vec![(None, 0, 0)];
    let (mut left, mut stayed) = (0, 0);
    for ties in all.chunk_by(|(a, _), (b, _)| same(*a, *b)) {
        let of_churned = ties.iter().filter(|(_, churned)| *churned).count();
        let step = (of_churned, ties.len() - of_churned);
        (left, stayed) = (left + step.0, stayed + step.1);
        if let [.., (_, a, b), (_, c, d)] = corners.as_slice()
            && (c - a) * step.1 == (d - b) * step.0
        {
            corners.pop();
        }
        corners.push((ties.first().map(|(score, _)| *score), left, stayed));
    }
    let every = corners.len().div_ceil(MAX_POINTS).max(1);
    let last = corners.len().saturating_sub(1);
    let kept = corners.into_iter().enumerate().filter(|(place, _)| place % every == 0 || *place == last);
    kept.map(|(_, (at_most, left, stayed))| RocPoint {
        at_most,
        of_churned: share(left, churned.len()),
        of_others: share(stayed, others.len()),
    })
    .collect()
}
