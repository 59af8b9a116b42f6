//! Customers that started in the same month, followed from there: how many stayed, and how they stood.

use chrono::{Datelike as _, Months, NaiveDate};
use serde::Serialize;

use super::StoodAt;
use super::interval::Mean;
use crate::customer::Customer;

/// A cohort at the end of one of its months.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "CohortStanding")]
pub struct Standing {
    /// How many of its customers are known of that moment.
    pub n: usize,
    /// The share of them that had not left, 0-1; `None` where `n` is 0.
    pub retained: Option<f64>,
    /// How many of those that had not left had a score.
    pub scored: usize,
    /// The mean of these scores; `None` where there are none.
    pub mean_score: Option<f64>,
}

impl Standing {
    /// How these customers of a cohort stood.
    pub fn of(stood: impl Iterator<Item = StoodAt>) -> Self {
        let all: Vec<StoodAt> = stood.collect();
        let there = || all.iter().filter(|stood| !stood.churned);
        let scores = Mean::of(there().filter_map(|stood| stood.score));
        let retained = (!all.is_empty()).then(|| there().count() as f64 / all.len() as f64);
        Self { n: all.len(), retained, scored: scores.n, mean_score: scores.mean }
    }
}

/// The first day of the month in which a customer started, in UTC.
pub fn started(customer: &Customer) -> NaiveDate {
    month_of(customer.started_on())
}

/// The first day of a day's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The days at whose beginning a month has just ended, of the `months` months before that of `today`, in order; and today, at which
/// its month has come as far as it has.
pub fn ends(today: NaiveDate, months: u32) -> Vec<NaiveDate> {
    let before = (0..months).rev().filter_map(|back| month_of(today).checked_sub_months(Months::new(back)));
    let mut ends: Vec<NaiveDate> = before.collect();
    // On the first of a month, both are the same moment of the day, and today knows more.
    if ends.last() != Some(&today) {
        ends.push(today);
    }
    ends
}

/// Which month of a cohort is looked at on a day of [`ends`]: 0 is the month in which it started. `None` = it had not started.
pub fn month_at(started: NaiveDate, on: NaiveDate, today: NaiveDate) -> Option<u32> {
    let last = if on == today { on } else { on.pred_opt()? };
    let count = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    u32::try_from(count(last) - count(started)).ok()
}
