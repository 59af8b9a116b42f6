//! Logs: one JSON object a line, on standard output, for `CloudWatch`.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging for a deployed function.
pub fn start() {
    let layer = tracing_subscriber::fmt::layer().json().with_current_span(false).without_time();
    // A second start (tests) is not an error: the first subscriber stays.
    let _ = tracing_subscriber::registry().with(layer).with(filter(LevelFilter::INFO)).try_init();
}

/// What `RUST_LOG` says (`info`, or `warn,keepwell_aws=debug`), or everything from `default` on.
pub fn filter(default: LevelFilter) -> Targets {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or_else(|| Targets::new().with_default(default))
}
