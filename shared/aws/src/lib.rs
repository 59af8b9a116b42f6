//! The only crate that sees the AWS SDK: store, outbox, bus, mailer, HTTP glue, telemetry, settings.
//!
//! A function is built from a [`cloud::Cloud`] and answers [`function::Function`]: its routes, its subscriptions and its
//! schedules. [`lambda::run`] serves one function under the Lambda runtime; the local system (`infra/local`) serves all
//! of them in one process. The code in between is the same.

pub mod automations;
pub mod bus;
pub mod cloud;
pub mod days;
pub mod feedback_mail;
pub mod function;
pub mod http;
pub mod known_customers;
pub mod lambda;
pub mod mailer;
pub mod render;
pub mod s3;
pub mod schedules;
pub mod sign_in;
pub mod snapshot;
pub mod store;
pub mod suppression;
pub mod telemetry;
pub mod webhooks;
pub mod write_keys;
