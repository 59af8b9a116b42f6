//! What an operator sees: logs as one JSON object a line, metrics in `CloudWatch`'s embedded format, both on standard output; and
//! the trace that an event carries on. `docs/observability.md` describes them for those who read them.
//!
//! Personal data never gets here: ids, words of the product, numbers and reasons only.

pub mod invocation;
mod lines;
pub mod metrics;
pub mod trace;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use lines::{JsonLines, json_lines};

/// Starts logging for a deployed function: lines carry its name as `service`.
pub fn start(service: &'static str) {
    let lines = json_lines(service, std::io::stdout);
    // A second start (tests) is not an error: the first subscriber stays.
    let _ = tracing_subscriber::registry().with(lines).with(filter(LevelFilter::INFO)).try_init();
}

/// What `RUST_LOG` says (`info`, or `warn,keepwell_aws=debug`), or everything from `default` on.
pub fn filter(default: LevelFilter) -> Targets {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(default))
}
