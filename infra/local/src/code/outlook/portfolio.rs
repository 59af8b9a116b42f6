//! The server's plan of a scorecard, for people: bands before and after, who moves and why, what follows, what it costs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use keepwell_domain::health_status::HealthStatus;
use serde::Deserialize;

use super::effects::Fired;
use crate::code::console::{ADDED, BOLD, Console, QUIET, REMOVED};
use crate::code::report::count;

/// How many movers are named.
const NAMED: usize = 10;
/// How many rules are named of each.
const RULES: usize = 3;

/// What `POST /v1/scorecards/{id}/plan` answers, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Portfolio {
    as_of: DateTime<Utc>,
    summary: Summary,
    movers: Movers,
    automations: Vec<Fired>,
    cost: Cost,
}

#[derive(Debug, Deserialize)]
struct Summary {
    customers: usize,
    affected: usize,
    bands_before: BTreeMap<String, i64>,
    bands_after: BTreeMap<String, i64>,
    transitions: Vec<Transition>,
}

#[derive(Debug, Deserialize)]
struct Transition {
    from: Option<HealthStatus>,
    to: Option<HealthStatus>,
    customers: usize,
}

#[derive(Debug, Deserialize)]
struct Movers {
    total: usize,
    items: Vec<Mover>,
}

#[derive(Debug, Deserialize)]
struct Mover {
    customer: String,
    name: String,
    before: Side,
    after: Side,
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
struct Side {
    score: Option<f64>,
    band: Option<HealthStatus>,
}

#[derive(Debug, Deserialize)]
struct Rule {
    rule: String,
    delta: f64,
}

#[derive(Debug, Deserialize)]
struct Cost {
    written: usize,
    tables_dollars: f64,
    mails: usize,
    mails_dollars: f64,
}

impl Portfolio {
    pub(super) fn print(&self, console: &mut Console<'_>) {
        let as_of = self.as_of.format("%Y-%m-%d %H:%M UTC");
        let heading = console.painted(BOLD, format_args!("    What it would do, as of {as_of}:"));
        console.say(heading);
        self.summary.print(console);
        self.movers.print(console, &self.summary.transitions);
        for automation in &self.automations {
            automation.print(console);
        }
        self.cost.print(console);
    }
}

impl Summary {
    fn print(&self, console: &mut Console<'_>) {
        let (affected, customers) = (self.affected, count(self.customers, "customer"));
        console.say(format_args!("      {affected} of {customers} would be computed by it."));
        let header = console.painted(QUIET, format_args!("      {:12}{:>8}{:>8}", "", "before", "after"));
        console.say(header);
        for band in HealthStatus::ALL.iter().map(|band| band.as_str()).chain(["unknown"]) {
            let of = |bands: &BTreeMap<String, i64>| bands.get(band).copied().unwrap_or_default();
            let (before, after) = (of(&self.bands_before), of(&self.bands_after));
            let change = if before == after { String::new() } else { format!("  {:+}", after - before) };
            console.say(format_args!("      {band:12}{before:>8}{after:>8}{change}"));
        }
    }
}

impl Movers {
    fn print(&self, console: &mut Console<'_>, transitions: &[Transition]) {
        let Self { total, items } = self;
        if *total == 0 {
            console.say("      Nobody would move to another band.");
            return;
        }
        console.say(format_args!("      {} would move to another band:", count(*total, "customer")));
        for Transition { from, to, customers } in transitions.iter().filter(|it| it.from != it.to) {
            console.say(format_args!("        {} -> {}: {customers}", word(*from), word(*to)));
        }
        for mover in items.iter().take(NAMED) {
            mover.print(console);
        }
        let named = items.len().min(NAMED);
        if named < *total {
            let more = console.painted(QUIET, format_args!("        and {} more", total - named));
            console.say(more);
        }
    }
}

impl Cost {
    fn print(&self, console: &mut Console<'_>) {
        let Self { written, tables_dollars, mails, mails_dollars } = self;
        let tables = format!("{} written, {}", count(*written, "score"), dollars(*tables_dollars));
        let mails = format!("{}, {}", count(*mails, "mail"), dollars(*mails_dollars));
        console.say(format_args!("      Costs on AWS: {tables}; {mails}."));
    }
}

impl Mover {
    fn print(&self, console: &mut Console<'_>) {
        let Self { customer, name, before, after, rules } = self;
        let rises = after.score > before.score;
        let line = format!("        {name} ({customer}): {} -> {}", before.shown(), after.shown());
        let why: Vec<_> = rules.iter().take(RULES).map(|Rule { rule, delta }| format!("{rule} {delta:+.1}")).collect();
        let line = console.painted(if rises { ADDED } else { REMOVED }, line);
        let why = if why.is_empty() { String::new() } else { format!("; {}", why.join(", ")) };
        console.say(format_args!("{line}{why}"));
    }
}

impl Side {
    fn shown(&self) -> String {
        self.score.map_or_else(|| "unknown".to_owned(), |score| format!("{score:.1} {}", word(self.band)))
    }
}

fn word(band: Option<HealthStatus>) -> &'static str {
    band.map_or("unknown", HealthStatus::as_str)
}

/// Small amounts are not shown as nothing.
fn dollars(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 { "less than $0.01".to_owned() } else { format!("${amount:.2}") }
}
