//! Which customer each item is about.

use std::collections::BTreeMap;

use super::people::{People, Said};
use super::{Act, Company, Rejection, Tracked};
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
pub fn place(items: Vec<Tracked>, people: &People, exists: impl Fn(&CustomerId) -> bool) -> Placed {
    let mut placed = Placed::default();
    let mut companies: Vec<(Said, CustomerId, Company)> = Vec::new();
    for item in items {
        let said = matches!(item.act, Act::Group(_)).then(|| Said::by(&item));
        let customer = item.customer.or_else(|| people.customer_of(&item.user).cloned());
        let rejection = match (&customer, &item.act) {
            (Some(customer), Act::Use(_) | Act::Identify(_)) if !exists(customer) => {
                Some(format!("there is no customer {customer}; a group call with this groupId makes it"))
            }
            (None, Act::Use(_)) => Some(
                "no customer is known for this user: send context.groupId, or a group call for the user first"
                    .to_owned(),
            ),
            _ => None,
        };
        if let Some(reason) = rejection {
            placed.rejected.push(Rejection { index: item.index, reason });
            continue;
        }
        match (customer, item.act, said) {
            (Some(customer), Act::Group(company), Some(said)) => companies.push((said, customer, *company)),
            (Some(customer), Act::Use(event), _) => {
                let user = Some(people.resolve(&item.user).to_owned());
                let about = placed.customers.entry(customer).or_default();
                about.usage.push((item.index, UsageEvent { user, ..event }));
            }
            // Users are written by what `people` learned.
            _ => {}
        }
    }
    companies.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    for (said, customer, company) in companies {
        placed.customers.entry(customer).or_default().companies.push((said, company));
    }
    for customer in people.customers() {
        if exists(customer) && !placed.customers.contains_key(customer) && !people.to_write(Some(customer)).is_empty() {
            placed.customers.insert(customer.clone(), AboutCustomer::default());
        }
    }
    placed
}
