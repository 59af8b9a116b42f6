//! What automations would do, counted.

use serde::Deserialize;

use crate::code::console::Console;
use crate::code::report::count;

/// An automation that a scorecard's plan says would be set off.
#[derive(Debug, Deserialize)]
pub(super) struct Fired {
    id: String,
    runs: usize,
    #[serde(flatten)]
    counts: Counts,
}

/// How many of each kind of effect.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    mails: usize,
    tasks: usize,
    webhooks: usize,
    #[serde(alias = "slack_messages")]
    slack: usize,
}

impl Fired {
    pub(super) fn print(&self, console: &mut Console<'_>) {
        let Self { id, runs, counts } = self;
        console.say(format_args!("      Sets off {id}: {}{}.", count(*runs, "run"), counts.after(", ")));
    }
}

impl Counts {
    /// `2 mails, 1 task` after `before`; nothing for nothing.
    pub(super) fn after(&self, before: &str) -> String {
        let counts =
            [(self.mails, "mail"), (self.tasks, "task"), (self.webhooks, "webhook"), (self.slack, "Slack message")];
        let counts = counts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun));
        let counts: Vec<_> = counts.collect();
        if counts.is_empty() { String::new() } else { format!("{before}{}", counts.join(", ")) }
    }
}
