//! Backtests and suggested weights: the statistics against scikit-learn, the choice of customers, what was known when, the words.

mod chosen;
mod given;
mod history;
mod judged;
mod oracle;
mod properties;
mod reconstructed;
mod suggested;
