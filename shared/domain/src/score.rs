//! The Health Score: 0-100, computed by a Scorecard, with an explanation that adds up exactly.
//!
//! | module | what it holds |
//! |---|---|
//! | [`scorecard`] | the document: read, checked, written |
//! | [`points`] | the shapes of rules: from a measure's value to 0-100 points |
//! | [`applies_to`] | to which customers a scorecard applies |
//! | [`evaluate`] | the scorecard compiled once, and applied to a customer's measures |
//! | [`portfolio`], [`columns`] | the measures of many customers as columns, and their scores, a block of customers at a time |
//! | [`breakdown`] | the score with every dimension and rule |
//! | [`manual_override`] | an override that somebody set by hand, with reason and expiry |
//! | [`history`] | the points of a score's history, annotations, drops |
//! | [`library`] | the team's scorecards, their versions and their order |
//! | [`explain`] | why a score changed between two moments |
//! | [`plan`] | what a draft of a scorecard would do to the portfolio |
//! | [`audit`] | whose score is computed from everything tonight, and what differs |
//! | [`schema`] | the JSON Schema of the document |
//! | [`request`] | the arithmetic for any document and measures that somebody sends |
//!
//! # The arithmetic
//! - A rule's points stand for its measure's value. Without a value, or with one that is too old, they are what the rule's
//!   missing policy says; with `ignore` the rule is left out.
//! - A dimension's value is the weighted mean of its rules that have points: *sum of weight x points / sum of weights*; or the
//!   lowest or highest of them. A dimension without such a rule is left out.
//! - `raw` is the weighted mean of the dimensions, brought to the nearest multiple of 10^-11: that removes the noise of binary
//!   fractions (three thirds of 80 are 80, and Thriving), and nothing else. Without any dimension it is unknown, never 0.
//! - `value` is `raw` after the overrides, in their order. The band is looked up on it, `display` rounds it half up.
//! - A rule's `effective_weight` is its share of the whole score, and *contribution = effective weight x points*; contributions add
//!   up to `raw`. Where the lowest or highest rule decides, it carries its dimension alone.
//! - `coverage` is the share of all weight that stands on a value that was there and fresh.
//!
//! A rule with weight 0 is switched off. Sums run in the order of the document, by `+` and `x` alone, so that the same inputs
//! give the same bits everywhere.

pub mod applies_to;
pub mod audit;
pub mod breakdown;
pub mod columns;
pub mod evaluate;
pub mod explain;
pub mod history;
pub mod library;
pub mod manual_override;
pub mod number;
pub mod plan;
pub mod points;
pub mod portfolio;
pub mod request;
pub mod schema;
pub mod scorecard;
