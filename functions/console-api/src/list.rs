//! The portfolio: all customers, filtered, sorted, page by page.
//!
//! A process knows the list rows of everybody and asks only for what changed, so that any filter and sort works, and costs milliseconds
//! with 100,000 customers.

mod details;
mod filter;
mod order;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Page, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::export::csv_table;
use keepwell_domain::problem::Problems;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use self::details::Details;
use self::filter::Filter;
pub(crate) use self::order::SortField;
use self::order::{Place, Sort};
use crate::exports::{accepts_csv, csv};
use crate::view::{self, CustomerView};

/// Columns of the list as a file.
const COLUMNS: [&str; 34] = [
    "id",
    "name",
    "owner",
    "arr_cents",
    "currency",
    "seats",
    "renewal_on",
    "customer_since",
    "plan",
    "industry",
    "country",
    "size",
    "stage",
    "tags",
    "attributes",
    "status",
    "status_reason",
    "status_set_by",
    "status_set_at",
    "status_stale",
    "score",
    "band",
    "score_change",
    "suggested_status",
    "disagrees",
    "coverage",
    "oldest_input_days",
    "happiness",
    "happiness_level",
    "answers",
    "insight",
    "last_contact_at",
    "churned",
    "computed_at",
];

/// Most customers of a list as a file: about 2 MB, which an answer can have.
const FILE_ROWS: usize = 5_000;

/// Most rows that a page leaves out: more than there are customers.
const MOST_SKIPPED: usize = 10_000_000;

/// A customer in the list, with what was asked for beside it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CustomerRow<'a> {
    #[serde(flatten)]
    customer: CustomerView<'a>,
    #[serde(flatten)]
    details: Details,
}

/// A page of the portfolio.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CustomerList<'a> {
    #[serde(flatten)]
    page: Page<'a, CustomerRow<'a>>,
    /// How many customers the filter lets through, over all pages.
    total: usize,
}

/// With `Accept: text/csv`, all that the filters find as one file.
pub(crate) async fn get_customers(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, ApiError> {
    let as_file = accepts_csv(&headers);
    // A file has no pages.
    let limit = if as_file { FILE_ROWS } else { query.limit() };
    let sort = query.text("sort").unwrap_or_else(|| "name".to_owned());
    let sort = Sort::parse(&sort);
    if sort.is_none() {
        query.problem(
            "sort",
            "must be score, name, arr, renewal, change, happiness or last_contact, with - in front for descending",
        );
    }
    let mut after: Option<Place> = None;
    if !as_file {
        query.cursor(|text| {
            after = serde_json::from_str(text).ok().filter(|place| sort.is_none_or(|sort| sort.has(place)));
            after.is_some()
        });
    }
    let skip = if as_file { None } else { query.whole("skip", 0, MOST_SKIPPED) };
    let filter = Filter::read(&mut query);
    let details = if as_file { BTreeSet::new() } else { details::wanted(&mut query, limit) };
    query.finish()?;
    let Some(sort) = sort else { return Err(ApiError::Internal("sort was checked".to_owned())) };

    let now = cloud.now();
    let mut found = cloud.customers().await?;
    found.retain(|customer| filter.matches(customer, now));
    let total = found.len();
    let page = sort.page(found, after.as_ref(), skip.unwrap_or(0), limit);
    if as_file {
        return file(&page.customers, total, now);
    }
    let customers: Vec<&Customer> = page.customers.iter().map(Arc::as_ref).collect();
    let details = details::of(&cloud, &details, &customers, now).await?;
    let row = |(customer, details)| CustomerRow { customer: view::customer(customer, now), details };
    let items: Vec<_> = customers.into_iter().zip(details).map(row).collect();
    let next = page.next.map(|place| serde_json::to_string(&place)).transpose();
    let next = next.map_err(|error| ApiError::Internal(error.to_string()))?;
    let page = view::page(&items, next.as_deref());
    Ok(Answer::ok(CustomerList { page, total })?.into_response())
}

fn file(customers: &[Arc<Customer>], total: usize, now: DateTime<Utc>) -> Result<Response, ApiError> {
    if total > FILE_ROWS {
        let detail = format!(
            "finds {total} customers, and a file has at most {FILE_ROWS}: filter more, or use GET /v1/exports/customers"
        );
        return Err(Problems::one("", detail).into());
    }
    let rows: Vec<Value> = customers.iter().map(|customer| json!(view::customer(customer, now))).collect();
    Ok(csv("customers.csv", true, csv_table(&COLUMNS, &rows)))
}
