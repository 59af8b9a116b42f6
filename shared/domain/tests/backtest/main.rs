//! Backtests and suggested weights: the statistics against scikit-learn, the choice of customers, what was known when, the words.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test fails by panicking, and some numbers are exact"
)]

mod chosen;
mod given;
mod history;
mod judged;
mod oracle;
mod properties;
mod reconstructed;
mod suggested;
