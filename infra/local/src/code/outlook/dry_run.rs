//! The server's dry run of an automation, for people: how often it would have acted, for whom, and what it would have done.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::effects::Counts;
use crate::code::console::{BOLD, Console, QUIET};
use crate::code::report::count;

/// How many customers are named.
const NAMED: usize = 10;

/// What `POST /v1/automations/{id}/dry-run` answers for a number of days, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(super) struct DryRun {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Whether there was time to look at every customer.
    complete: bool,
    customers_looked_at: usize,
    customers_in_all: usize,
    events: usize,
    would_have_acted: usize,
    #[serde(default)]
    refused: BTreeMap<String, usize>,
    counts: Counts,
    customers: usize,
    #[serde(default, rename = "for")]
    named: Vec<Named>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    customer: String,
    name: String,
    times: usize,
}

impl DryRun {
    pub(super) fn print(&self, console: &mut Console<'_>) {
        let (from, to) = (self.from.format("%Y-%m-%d"), self.to.format("%Y-%m-%d"));
        let heading = console.painted(BOLD, format_args!("    What it would have done from {from} to {to}:"));
        console.say(heading);
        if !self.complete {
            let (some, all) = (self.customers_looked_at, self.customers_in_all);
            console.say(format_args!("      There was time to look at {some} of {all} customers."));
        }
        if self.events == 0 {
            console.say("      Nothing would have set it off.");
        } else {
            let (acted, events) = (count(self.would_have_acted, "time"), count(self.events, "event"));
            let (customers, counts) = (count(self.customers, "customer"), self.counts.after(": "));
            console.say(format_args!("      It would have acted {acted} on {events}, for {customers}{counts}."));
        }
        if !self.refused.is_empty() {
            let refused: Vec<_> = self.refused.iter().map(|(why, number)| format!("{why} {number}")).collect();
            console.say(format_args!("      It would have refused: {}.", refused.join(", ")));
        }
        for Named { customer, name, times } in self.named.iter().take(NAMED) {
            console.say(format_args!("        {name} ({customer}): {}", count(*times, "time")));
        }
        let named = self.named.len().min(NAMED);
        if named < self.customers {
            let more = console.painted(QUIET, format_args!("        and {} more", self.customers - named));
            console.say(more);
        }
        if let Some(note) = &self.note {
            let note = console.painted(QUIET, format_args!("      {note}"));
            console.say(note);
        }
    }
}
