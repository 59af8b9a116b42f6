//! What an automation does about an event: given a customer, when something happens, then these steps.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod given;
mod refusals;
mod steps;
mod triggers;
mod variables;
mod waits;
