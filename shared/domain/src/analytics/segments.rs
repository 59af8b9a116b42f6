//! Whether the parts of the portfolio differ: by plan, industry, owner or any attribute.

use std::collections::BTreeMap;

use serde::Serialize;

use super::interval::{Mean, Share};
use super::trend::Standings;
use super::{StoodAt, segments_of};
use crate::customer::Customer;
use crate::health_status::HealthStatus;

/// One part.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "SegmentFigures")]
pub struct Segment {
    /// The attribute's value; `None` for the customers without one.
    pub value: Option<String>,
    /// How its customers stand.
    #[serde(flatten)]
    pub standings: Standings,
    /// How many have which Health Status now; a word that nobody has is absent.
    pub statuses: BTreeMap<HealthStatus, usize>,
    /// Those that are at risk ([`Customer::is_at_risk`]).
    pub at_risk: Share,
    /// Points of the score within the last seven days.
    pub score_change: Change,
    /// ARR in hundredths, by currency: money of different currencies is never added up.
    pub arr_cents: BTreeMap<String, i64>,
}

/// A mean change, in points of the score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "MeanChange")]
pub struct Change {
    /// Of how many customers.
    pub n: usize,
    /// Their mean; `None` where there are none.
    pub mean: Option<f64>,
}

/// Every part, those with the most customers first, and those without a value last. Customers with several tags are in several parts.
/// Who has left is in none.
pub fn segments(customers: &[&Customer], attribute: &str) -> Vec<Segment> {
    let mut parts: BTreeMap<Option<String>, Vec<&Customer>> = BTreeMap::new();
    for customer in customers.iter().filter(|customer| !customer.churned) {
        let values = segments_of(customer, attribute);
        if values.is_empty() {
            parts.entry(None).or_default().push(customer);
        }
        for value in values {
            parts.entry(Some(value)).or_default().push(customer);
        }
    }
    let mut segments: Vec<Segment> = parts.into_iter().map(|(value, customers)| segment(value, &customers)).collect();
    segments.sort_by(|a, b| {
        let last = a.value.is_none().cmp(&b.value.is_none());
        last.then_with(|| b.standings.customers.cmp(&a.standings.customers)).then_with(|| a.value.cmp(&b.value))
    });
    segments
}

/// These customers as one part.
pub fn segment(value: Option<String>, customers: &[&Customer]) -> Segment {
    let stood: Vec<StoodAt> = customers.iter().map(|customer| StoodAt::now(customer)).collect();
    let changes = Mean::of(customers.iter().filter_map(|customer| customer.standing.score_change));
    let (mut arr_cents, mut statuses) = (BTreeMap::new(), BTreeMap::new());
    for customer in customers.iter().filter(|customer| !customer.churned) {
        let profile = &customer.profile;
        if let Some(record) = &customer.status {
            *statuses.entry(record.status).or_default() += 1;
        }
        if let Some(cents) = profile.arr_cents {
            *arr_cents.entry(profile.currency.clone()).or_default() += cents;
        }
    }
    let standings = Standings::of(&stood);
    Segment {
        value,
        statuses,
        at_risk: Share::of(customers.iter().filter(|customer| customer.is_at_risk()).count(), standings.customers),
        standings,
        score_change: Change { n: changes.n, mean: changes.mean },
        arr_cents,
    }
}
