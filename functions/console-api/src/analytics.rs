//! `GET /v1/analytics/…`: the portfolio in numbers. The arithmetic is the domain's; here is who is looked at, and when.

pub(crate) mod cohorts;
pub(crate) mod drivers;
pub(crate) mod movement;
pub(crate) mod past;
pub(crate) mod renewals;
pub(crate) mod responses;
pub(crate) mod segments;
pub(crate) mod trend;

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::QueryParams;
use keepwell_aws::store::StoreError;
use keepwell_domain::analytics::Scope;
use keepwell_domain::customer::Customer;
use serde_json::{Value, json};

/// `owner` and `segment.<attribute>`.
fn scope(query: &mut QueryParams) -> Scope {
    Scope { owner: query.get("owner"), segment: query.prefixed("segment.") }
}

/// The customers that are looked at, as they are now.
async fn customers(cloud: &Cloud, scope: &Scope) -> Result<Vec<Arc<Customer>>, StoreError> {
    let mut customers = cloud.customers().await?;
    customers.retain(|customer| scope.has(customer));
    customers.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(customers)
}

/// `from` and `to`, two days; `to` is today when it is not given, and `from` so many days before it.
fn period(query: &mut QueryParams, today: NaiveDate, days: u64, most_days: u64) -> (NaiveDate, NaiveDate) {
    let (from, to): (Option<NaiveDate>, Option<NaiveDate>) = (query.get("from"), query.get("to"));
    let to = to.unwrap_or(today);
    if to > today {
        query.problem("to", "must not be in the future");
    }
    let before = |days| to.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
    let from = from.unwrap_or_else(|| before(days));
    if from > to {
        query.problem("from", "must not be after to");
    } else if from < before(most_days) {
        query.problem("from", format!("must not be more than {most_days} days before to"));
    }
    (from, to)
}

/// A customer in a list of those behind a number.
fn behind(customer: &Customer) -> Value {
    json!({
        "customer": customer.id,
        "name": customer.profile.name,
        "owner": customer.profile.owner,
        "arr_cents": customer.profile.arr_cents,
        "currency": customer.profile.currency,
    })
}

/// The behind's fields and others.
fn with(mut customer: Value, more: Value) -> Value {
    if let (Some(fields), Value::Object(more)) = (customer.as_object_mut(), more) {
        fields.extend(more);
    }
    customer
}
