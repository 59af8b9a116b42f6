//! A page of the list: from the whole portfolio, or along an order that is remembered.

use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_domain::customer::{Customer, Profile};
use keepwell_domain::id::CustomerId;
use keepwell_domain::signal::LastSignals;
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::{Sort, everybody};

/// From so many customers on the order is remembered.
const LONG: usize = 500;

/// Where a page ends: what a cursor holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Place {
    /// The last customer of the page, as it was then: the place is right even if it changed since.
    last: Customer,
    /// The remembered order, and how many of it are behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    walk: Option<(String, usize)>,
}

/// A page.
pub(super) struct Found {
    pub(super) customers: Vec<Customer>,
    /// How many there are over all pages.
    pub(super) total: usize,
    /// Where the next page begins; `None` = this is the last one.
    pub(super) next: Option<Place>,
}

/// Up to `limit` customers from `place` on.
pub(super) async fn read(
    cloud: &Cloud,
    filter: &Filter,
    sort: Sort,
    place: Option<Place>,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Found, ApiError> {
    if let Some((id, at)) = place.as_ref().and_then(|place| place.walk.as_ref())
        && let Some(order) = cloud.walks.order(id, now)
    {
        return along(cloud, filter, (id, &order, *at), limit, now).await;
    }
    let customers = everybody(cloud, filter, sort, now).await?;
    let start = place
        .map_or(0, |Place { last, .. }| customers.partition_point(|customer| sort.compare(customer, &last).is_le()));
    let end = customers.len().min(start + limit);
    let more = end < customers.len();
    let walk = (more && customers.len() >= LONG).then(|| {
        let id = cloud.fresh_id("walk");
        cloud.walks.begin(id.clone(), customers.iter().map(|customer| customer.id.clone()).collect(), now);
        (id, end)
    });
    let total = customers.len();
    let page: Vec<Customer> = customers.into_iter().take(end).skip(start).collect();
    let next = page.last().filter(|_| more).map(|last| Place { last: reduced(last), walk });
    Ok(Found { customers: page, total, next })
}

/// The next customers of a remembered order, as they are now. Who was erased or is not asked for any more is passed over.
async fn along(
    cloud: &Cloud,
    filter: &Filter,
    (id, order, mut at): (&str, &[CustomerId], usize),
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Found, ApiError> {
    let mut page: Vec<Customer> = Vec::with_capacity(limit);
    let mut last = None;
    while page.len() < limit && at < order.len() {
        let end = order.len().min(at + limit - page.len());
        let rows = cloud.store.customers(order.get(at..end).unwrap_or_default()).await?;
        at = end;
        last = rows.last().map(reduced).or(last);
        page.extend(rows.into_iter().filter(|customer| filter.matches(customer, now)));
    }
    let next = last.filter(|_| at < order.len()).map(|last| Place { last, walk: Some((id.to_owned(), at)) });
    Ok(Found { customers: page, total: order.len(), next })
}

/// The customer reduced to what decides its place in the list.
fn reduced(customer: &Customer) -> Customer {
    let mut place = customer.clone();
    place.profile = Profile {
        name: customer.profile.name.clone(),
        arr_cents: customer.profile.arr_cents,
        renewal_on: customer.profile.renewal_on,
        ..Profile::blank()
    };
    place.status = None;
    place.last_signals = place.last_signals.map(|last| LastSignals { met_at: last.met_at, ..LastSignals::default() });
    place
}
