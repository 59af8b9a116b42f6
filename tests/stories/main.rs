//! User stories over the real handlers on `LocalCloud`: one file per story.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a story that cannot go on has failed, and says where"
)]

mod analytics;
mod architecture;
mod as_code;
mod automations;
mod bad_input;
mod costs;
mod customers;
mod demo;
mod endpoints;
mod exports;
mod faults;
mod feedback;
mod imports;
mod insights;
mod known_customers;
mod links;
mod mail;
mod members;
mod nightly;
mod observability;
mod openapi;
mod privacy;
mod quiet_time;
mod saved_views;
mod scores;
mod sentiment;
mod settings;
mod sign_in;
mod signals;
mod snapshot;
mod status;
mod system;
mod time_triggers;
mod tracking;
