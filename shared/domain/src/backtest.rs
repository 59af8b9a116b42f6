//! Backtest: whether a scorecard would have told who leaves, from what was known before it happened.
//!
//! | module | what it holds |
//! |---|---|
//! | [`request`] | what somebody wants to be tested: period, horizons, against whom |
//! | [`cases`] | which customers count, on which day, and what was known about them before it |
//! | [`reconstruct`] | what was known at a past day, from the records of today, for days before any score was stored |
//! | [`roc`] | AUC with `DeLong`'s interval, the difference of two, the ROC curve |
//! | [`bands`] | deciles, precision and recall of the bands, the share that was green |
//! | [`lead_time`] | how long before they left customers fell into a band |
//! | [`leakage`] | measures that know the outcome because they were set by it |
//! | [`report`] | all of it for a scorecard, with a verdict in plain words |
//! | [`logistic`] | logistic regression with coefficients that are not negative |
//! | [`suggest`] | weights that fit the outcomes, as a draft with its own honest backtest |
//!
//! # What is compared
//! A customer counts once: with its newest outcome in the period. With [`Negatives::Stayed`](cases::Negatives), customers without
//! an outcome in the period count too, at a day drawn from the days of the churns. Of more than a few thousand some are drawn. The score of a horizon is the one that the scorecard gives to what was known at the end of the day before the last
//! *n* whole days before the outcome: nothing that was learned later is in it. Overrides by hand are left out, because a number
//! that somebody set is not the scorecard's; the document's own overrides act.

pub mod bands;
pub mod cases;
pub mod lead_time;
pub mod leakage;
pub mod logistic;
pub mod reconstruct;
pub mod report;
pub mod request;
pub mod roc;
pub mod suggest;

/// So many customers must have left before anything is said about a scorecard; fewer say nothing, whatever their numbers look like.
pub const NEEDED: usize = 20;
