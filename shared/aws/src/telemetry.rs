//! Logs: one JSON object a line, on standard output, for CloudWatch.

use tracing_subscriber::EnvFilter;

/// Starts logging for a deployed function. `RUST_LOG` sets the level; `info` when it is not set.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start (tests) is not an error: the first subscriber stays.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(false).without_time().try_init();
}
