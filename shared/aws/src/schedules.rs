//! Every schedule of the system. A function declares its own ([`crate::function::Function::schedule`]); this list is for those who
//! must know of all of them, and a test holds it equal to what the functions declare.

use crate::function::Rate;

/// A schedule, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduled {
    /// The function.
    pub function: &'static str,
    /// The schedule's name in it.
    pub schedule: &'static str,
    /// When it runs.
    pub rate: Rate,
}

impl Scheduled {
    /// Its name among those of all functions, such as `event-publisher/sweep`.
    pub fn name(&self) -> String {
        name(self.function, self.schedule)
    }
}

/// The name of a function's schedule among those of all functions.
pub fn name(function: &str, schedule: &str) -> String {
    format!("{function}/{schedule}")
}

const fn scheduled(function: &'static str, schedule: &'static str, rate: Rate) -> Scheduled {
    Scheduled { function, schedule, rate }
}

/// All of them, those first that run most often.
pub const ALL: [Scheduled; 9] = [
    scheduled("event-publisher", "sweep", Rate::FiveMinutes),
    scheduled("automation-dispatch", "mail", Rate::FiveMinutes),
    scheduled("automation-dispatch", "webhooks", Rate::FiveMinutes),
    scheduled("automation-dispatch", "waits", Rate::FiveMinutes),
    scheduled("score-recompute", "changed-rules", Rate::FiveMinutes),
    scheduled("portfolio-snapshot", "snapshot", Rate::QuarterHourly),
    scheduled("automation-dispatch", "time", Rate::Hourly),
    scheduled("feedback-request", "hourly", Rate::Hourly),
    scheduled("score-recompute", "nightly", Rate::Nightly),
];
