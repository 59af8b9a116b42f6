//! Which rules took and gave the most points between two moments, over all customers.
//!
//! Each customer's change is shared out by [`explain`](crate::score::explain::explain), and the parts are added up rule by rule: all
//! parts together are the sum of all changes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::measure::Name;
use crate::score::explain::{Cause, Change, Explanation};

/// What a rule did.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Driver {
    /// The rule's id, or the override's.
    pub rule: Name,
    /// Its dimension; `None` for an override.
    pub dimension: Option<Name>,
    /// Its measure; `None` for an override.
    pub measure: Option<Name>,
    /// Points of the score that it took, added up over customers; 0 or below.
    pub lost: f64,
    /// Points that it gave; 0 or above.
    pub gained: f64,
    /// Both together.
    pub net: f64,
    /// How many customers it took points from.
    pub customers_lost: usize,
    /// How many customers it gave points to.
    pub customers_gained: usize,
    /// How many customers' scores it changed.
    pub customers: usize,
    /// What of the net has which cause, the largest first.
    pub causes: Vec<ByCause>,
}

/// A cause's part of what a rule did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "DriverCause")]
pub struct ByCause {
    /// The cause.
    pub cause: Cause,
    /// Points of the score, added up over customers.
    pub net: f64,
    /// How many customers.
    pub customers: usize,
}

/// What moved the portfolio.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Drivers {
    /// How many customers had a score at both moments.
    pub n: usize,
    /// How many had none at one of them: nothing about them can be said.
    pub unknown: usize,
    /// Sum of the changes of all `n` scores.
    pub net: f64,
    /// Mean of them; `None` where there are none.
    pub mean_change: Option<f64>,
    /// Every rule that changed a score: first what took the most points, all in all.
    pub items: Vec<Driver>,
}

type Key = (Option<Name>, Name);

#[derive(Debug, Default)]
struct Adding {
    measure: Option<Name>,
    lost: f64,
    gained: f64,
    customers_lost: usize,
    customers_gained: usize,
    causes: BTreeMap<Cause, (f64, usize)>,
}

/// Adds the explanations up, one customer's after the other's.
#[derive(Debug, Default)]
pub struct Adder {
    drivers: Drivers,
    rules: BTreeMap<Key, Adding>,
}

impl Adder {
    /// Adds a customer's.
    pub fn add(&mut self, explanation: &Explanation) {
        let Some(change) = explanation.change else {
            self.drivers.unknown += 1;
            return;
        };
        self.drivers.n += 1;
        self.drivers.net += change;
        // A rule can have two parts of a change: by another scorecard, and by other data.
        let mut parts: BTreeMap<Key, f64> = BTreeMap::new();
        for Change { rule, dimension, measure, delta, cause, .. } in &explanation.items {
            let key = (dimension.clone(), rule.clone());
            *parts.entry(key.clone()).or_default() += delta;
            let adding = self.rules.entry(key).or_default();
            adding.measure = adding.measure.take().or_else(|| measure.clone());
            let (net, customers) = adding.causes.entry(*cause).or_default();
            *net += delta;
            *customers += 1;
        }
        for (key, delta) in parts {
            let adding = self.rules.entry(key).or_default();
            adding.lost += delta.min(0.0);
            adding.gained += delta.max(0.0);
            adding.customers_lost += usize::from(delta < 0.0);
            adding.customers_gained += usize::from(delta > 0.0);
        }
    }

    /// The sums.
    pub fn finish(self) -> Drivers {
        let Self { mut drivers, rules } = self;
        drivers.mean_change = (drivers.n > 0).then(|| drivers.net / drivers.n as f64);
        drivers.items = rules.into_iter().map(|((dimension, rule), adding)| driver(dimension, rule, adding)).collect();
        let name = |driver: &Driver| (driver.dimension.clone(), driver.rule.clone());
        drivers.items.sort_by(|a, b| a.net.total_cmp(&b.net).then_with(|| name(a).cmp(&name(b))));
        drivers
    }
}

fn driver(dimension: Option<Name>, rule: Name, adding: Adding) -> Driver {
    let causes = adding.causes.into_iter();
    let mut causes: Vec<ByCause> = causes.map(|(cause, (net, customers))| ByCause { cause, net, customers }).collect();
    causes.sort_by(|a, b| b.net.abs().total_cmp(&a.net.abs()).then_with(|| a.cause.cmp(&b.cause)));
    Driver {
        rule,
        dimension,
        measure: adding.measure,
        lost: adding.lost,
        gained: adding.gained,
        net: adding.lost + adding.gained,
        customers_lost: adding.customers_lost,
        customers_gained: adding.customers_gained,
        customers: adding.customers_lost + adding.customers_gained,
        causes,
    }
}

/// A customer's points by one rule (or override): what it did there.
pub fn delta_of(explanation: &Explanation, rule: &str) -> f64 {
    explanation.items.iter().filter(|item| item.rule.as_str() == rule).map(|item| item.delta).sum()
}
