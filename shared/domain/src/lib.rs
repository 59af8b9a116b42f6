//! Keepwell's rules.
//!
//! Everything here is a plain function of its arguments: no AWS, no async, no clock, no randomness, no environment.
//! Time and ids come in as arguments, so the same inputs always give the same answer, bit for bit.
//!
//! | module | what it decides |
//! |---|---|
//! | [`customer`], [`contact`], [`task`] | what people edit, and what counts as valid |
//! | [`health_status`] | the CSM's own judgement, its history and when it is stale |
//! | [`feedback`], [`happiness`] | who is asked when, what an answer does, the Happiness Level |
//! | [`insight`] | what Health Status and Happiness Level mean together |
//! | [`signal`], [`usage`] | raw input and how usage is folded by day |
//! | [`sentiment`] | how positive a text is |
//! | [`measure`], [`score`] | from input to measures, from measures to the Health Score and its explanation |
//! | [`backtest`] | whether a scorecard would have told who leaves, and which weights would tell it better |
//! | [`analytics`] | the portfolio in numbers: trend, segments, movement, drivers, renewals, responses |
//! | [`export`] | everything back out, as it comes in |
//! | [`snapshot`] | the portfolio at one moment, in columns |
//! | [`automation`], [`mail`] | what happens by itself, and how a mail is sent at most once |
//! | [`delivery`] | where signed webhooks and Slack messages go, and how they arrive at least once |
//! | [`due`] | what time alone brings: renewals, silences, late milestones |
//! | [`tracking`], [`write_key`] | what products send by Segment's SDKs, and who may send |
//! | [`saved_view`] | how people keep a view of the portfolio |
//! | [`edition`] | the versions of scorecards and automations |
//! | [`event`] | the facts that are published |
//! | [`price`], [`cost`] | what AWS costs, and a month of everything on it |
//! | [`redacted`], [`address_key`], [`erasure`] | what no log shows, how an address is known without being kept, how a person is forgotten |
//! | [`fields`], [`problem`] | how input is read so that every problem is named with its place |

pub mod address_key;
pub mod analytics;
pub mod automation;
pub mod backtest;
pub mod contact;
pub mod cost;
pub mod customer;
pub mod delivery;
pub mod due;
pub mod edition;
pub mod erasure;
pub mod event;
pub mod export;
pub mod feedback;
pub mod fields;
pub mod happiness;
pub mod health_status;
pub mod id;
pub mod import;
pub mod insight;
pub mod link;
pub mod mail;
pub mod measure;
pub mod price;
pub mod problem;
pub mod redacted;
pub mod saved_view;
pub mod score;
pub mod sentiment;
pub mod settings;
pub mod signal;
pub mod snapshot;
pub mod task;
pub mod timeline;
pub mod tracking;
pub mod usage;
pub mod working_time;
pub mod write_key;
