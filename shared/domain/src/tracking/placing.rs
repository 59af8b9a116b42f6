//! Which customer each item is about.

use std::collections::BTreeMap;

use super::people::{People, Said};
use super::{Act, Company, Rejection, Tracked, Use};
use crate::id::CustomerId;
use crate::signal::UsageEvent;

/// What a request says about one customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AboutCustomer {
    /// What the company is, the latest said last.
    pub companies: Vec<(Said, Company)>,
    /// Usage, each with its place in the request.
    pub usage: Vec<(usize, UsageEvent)>,
}

/// A request, customer by customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Placed {
    /// Everything that is about a customer.
    pub customers: BTreeMap<CustomerId, AboutCustomer>,
    /// What is about no customer that exists.
    pub rejected: Vec<Rejection>,
}

/// Sorts items by customer, once `people` has learned from them.
pub fn place(items: &[Tracked], people: &People, exists: impl Fn(&CustomerId) -> bool) -> Placed {
    let mut placed = Placed::default();
    let mut companies: Vec<(Said, &CustomerId, &Company)> = Vec::new();
    for item in items {
        let customer = item.customer.as_ref().or_else(|| people.customer_of(&item.user));
        match (&item.act, customer) {
            // The company exists by being named. Users are written by what `people` learned.
            (Act::Group(company), Some(customer)) => companies.push((Said::by(item), customer, company)),
            (Act::Use(used), Some(customer)) if exists(customer) => {
                let event = event(item, used, people);
                placed.customers.entry(customer.clone()).or_default().usage.push((item.index, event));
            }
            (Act::Use(_) | Act::Identify(_), Some(customer)) if !exists(customer) => {
                let reason = format!("there is no customer {customer}; a group call with this groupId makes it");
                placed.rejected.push(Rejection { index: item.index, reason });
            }
            (Act::Use(_), None) => placed.rejected.push(Rejection {
                index: item.index,
                reason: "no customer is known for this user: send context.groupId, or a group call for the user first"
                    .to_owned(),
            }),
            _ => {}
        }
    }
    companies.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    for (said, customer, company) in companies {
        placed.customers.entry(customer.clone()).or_default().companies.push((said, company.clone()));
    }
    for customer in people.customers() {
        if exists(customer) && !placed.customers.contains_key(customer) && !people.to_write(Some(customer)).is_empty() {
            placed.customers.insert(customer.clone(), AboutCustomer::default());
        }
    }
    placed
}

/// The use as an event of the user who counts.
fn event(item: &Tracked, used: &Use, people: &People) -> UsageEvent {
    UsageEvent {
        message_id: item.message_id.clone(),
        at: used.at,
        user: Some(people.resolve(&item.user).to_owned()),
        feature: used.feature.clone(),
        count: used.count,
        duration_secs: used.duration_secs,
    }
}
