//! Every measure by hand: what it is, at the edges, and what it is when nothing is known.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::needless_pass_by_value, reason = "a literal without & reads better")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

mod customer;
mod entries;
mod given;
mod opportunities;
mod order;
mod own;
mod team;
mod tickets;
mod usage;
