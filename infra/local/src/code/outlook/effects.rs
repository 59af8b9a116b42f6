//! What an automation would do, counted.

use serde::Deserialize;

use crate::code::console::Console;
use crate::code::report::count;

/// An automation's effects, as a plan and a dry run count them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Effects {
    id: String,
    runs: usize,
    mails: usize,
    tasks: usize,
    webhooks: usize,
    slack: usize,
}

impl Effects {
    pub(super) fn print(&self, console: &mut Console<'_>, before: &str) {
        let Self { id, runs, .. } = self;
        console.say(format_args!("{before}{id}: {}{}.", count(*runs, "run"), self.shown()));
    }

    /// `, 2 mails, 1 task`.
    fn shown(&self) -> String {
        let counts =
            [(self.mails, "mail"), (self.tasks, "task"), (self.webhooks, "webhook"), (self.slack, "Slack message")];
        let counts = counts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun));
        let counts: Vec<_> = counts.collect();
        if counts.is_empty() { String::new() } else { format!(", {}", counts.join(", ")) }
    }
}
