//! The whole of Keepwell in one process: what `cargo run` starts and what the tests use.
//!
//! | module | what it is |
//! |---|---|
//! | [`cloud`] | `LocalCloud`: the AWS services, answered in process below the real SDK clients |
//! | [`system`] | the functions on that cloud: queues pumped, schedules run, the clock turned |
//! | [`gateway`] | what API Gateway does when deployed: verifies tokens, joins the functions' routes |
//! | [`local_api`] | `/_local`: token, mailbox, clock, events, health |
//! | [`demo`] | an invented portfolio with a year of history |
//! | [`import`], [`export`], [`client`] | the command line's import and export, and how they talk to a server |
//! | [`backtest`] | the command line's backtests, as text for people |
//! | [`cost`] | the command line's bill of a month on AWS |
//! | [`code`] | scorecards and automations as files: validate, plan, apply, pull |
//! | [`web`] | the console: built, embedded, served |
//! | [`command`] | the command line |

pub mod backtest;
pub mod client;
pub mod cloud;
pub mod code;
pub mod command;
pub mod cost;
pub mod demo;
pub mod export;
pub mod gateway;
pub mod import;
pub mod local_api;
pub mod system;
pub mod web;
