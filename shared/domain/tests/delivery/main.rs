//! Deliveries: what is sent where, when, how often, and by which sign it is known as ours.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod bodies;
mod endpoints;
mod given;
mod signatures;
mod targets;
mod transitions;
