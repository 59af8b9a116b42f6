//! What an operator sees of the system: lines that belong together are found together, and what happened is counted once.

mod lines;
mod metrics;

use keepwell_aws::telemetry::json_lines;
use keepwell_tests::logged::Logged;
use serde_json::Value;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

/// Everything that is logged on this thread, as a deployed function logs it.
#[derive(Clone, Default)]
struct Log(Logged);

impl Log {
    /// Begins to log.
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.0.clone();
        let lines = json_lines("nobody", move || writer.clone());
        let filter = keepwell_aws::telemetry::filter(tracing_subscriber::filter::LevelFilter::INFO);
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines).with(filter));
        (log, guard)
    }

    fn text(&self) -> String {
        self.0.text()
    }

    /// The lines; each must be JSON.
    fn lines(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
            .collect()
    }
}
