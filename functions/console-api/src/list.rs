//! The portfolio: all customers, filtered, sorted, page by page.
//!
//! The list rows are read whole and sorted in memory: 100,000 rows cost about $0.0006 a read, and any sort and filter works. The order of
//! a long list is remembered, so that its next page reads its own rows alone.

mod details;
mod filter;
mod page;

use std::cmp::Ordering;
use std::collections::BTreeSet;

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
use self::page::Place;
use crate::exports::{accepts_csv, csv};
use crate::view::{self, CustomerView};

keepwell_domain::words! {
    /// What the list can be sorted by. Customers without a value stand last.
    pub(crate) enum SortField {
        /// Health Score.
        Score = "score",
        /// Name.
        Name = "name",
        /// Annual recurring revenue.
        Arr = "arr",
        /// Renewal date.
        Renewal = "renewal",
        /// Change of the score within seven days.
        Change = "change",
        /// Happiness.
        Happiness = "happiness",
        /// When somebody last met the customer.
        LastContact = "last_contact",
    }
}

#[derive(Debug, Clone, Copy)]
struct Sort {
    field: SortField,
    descending: bool,
}

impl Sort {
    fn parse(text: &str) -> Option<Self> {
        let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
        Some(Self { field: SortField::parse(word)?, descending })
    }

    fn compare(self, a: &Customer, b: &Customer) -> Ordering {
        let by_number = |a: Option<f64>, b: Option<f64>| self.options(a, b, f64::total_cmp);
        let ordering = match self.field {
            SortField::Score => by_number(a.standing.score, b.standing.score),
            SortField::Change => by_number(a.standing.score_change, b.standing.score_change),
            SortField::Happiness => by_number(a.standing.happiness, b.standing.happiness),
            SortField::Arr => self.options(a.profile.arr_cents, b.profile.arr_cents, Ord::cmp),
            SortField::LastContact => self.options(met_at(a), met_at(b), Ord::cmp),
            SortField::Renewal => self.options(a.profile.renewal_on, b.profile.renewal_on, Ord::cmp),
            SortField::Name => {
                self.options(Some(a.profile.name.to_lowercase()), Some(b.profile.name.to_lowercase()), Ord::cmp)
            }
        };
        ordering.then_with(|| a.id.cmp(&b.id))
    }

    fn options<T>(self, a: Option<T>, b: Option<T>, compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => compare(&b, &a),
            (Some(a), Some(b)) => compare(&a, &b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

/// When somebody last met the customer.
fn met_at(customer: &Customer) -> Option<DateTime<Utc>> {
    customer.last_signals.as_ref().and_then(|last| last.met_at)
}

/// Columns of the list as a file.
const COLUMNS: [&str; 33] = [
    "id",
    "name",
    "owner",
    "arr_cents",
    "currency",
    "seats",
    "renewal_on",
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
    let mut place: Option<Place> = None;
    let as_file = accepts_csv(&headers);
    // A file has no pages.
    let limit = if as_file { FILE_ROWS } else { query.limit() };
    if !as_file {
        query.cursor(|text| {
            place = serde_json::from_str(text).ok();
            place.is_some()
        });
    }
    let sort = query.text("sort").unwrap_or_else(|| "name".to_owned());
    let sort = Sort::parse(&sort);
    if sort.is_none() {
        query.problem(
            "sort",
            "must be score, name, arr, renewal, change, happiness or last_contact, with - in front for descending",
        );
    }
    let filter = Filter::read(&mut query);
    let details = if as_file { BTreeSet::new() } else { details::wanted(&mut query, limit) };
    query.finish()?;
    let Some(sort) = sort else { return Err(ApiError::Internal("sort was checked".to_owned())) };

    let now = cloud.now();
    if as_file {
        return file(&everybody(&cloud, &filter, sort, now).await?, now);
    }
    let found = page::read(&cloud, &filter, sort, place, limit, now).await?;
    let details = details::of(&cloud, &details, &found.customers, now).await?;
    let row = |(customer, details)| CustomerRow { customer: view::customer(customer, now), details };
    let items: Vec<_> = found.customers.iter().zip(details).map(row).collect();
    let next = found.next.map(|place| serde_json::to_string(&place)).transpose();
    let next = next.map_err(|error| ApiError::Internal(error.to_string()))?;
    let page = view::page(&items, next.as_deref());
    Ok(Answer::ok(CustomerList { page, total: found.total })?.into_response())
}

/// All whom the filter lets through, in order.
async fn everybody(cloud: &Cloud, filter: &Filter, sort: Sort, now: DateTime<Utc>) -> Result<Vec<Customer>, ApiError> {
    let rows = cloud.store.portfolio().await?.into_iter().map(|stored| stored.value);
    let mut customers: Vec<Customer> = rows.filter(|customer| filter.matches(customer, now)).collect();
    customers.sort_by(|a, b| sort.compare(a, b));
    Ok(customers)
}

fn file(customers: &[Customer], now: DateTime<Utc>) -> Result<Response, ApiError> {
    if customers.len() > FILE_ROWS {
        let detail = format!(
            "finds {} customers, and a file has at most {FILE_ROWS}: filter more, or use GET /v1/exports/customers",
            customers.len()
        );
        return Err(Problems::one("", detail).into());
    }
    let rows: Vec<Value> = customers.iter().map(|customer| json!(view::customer(customer, now))).collect();
    Ok(csv("customers.csv", true, csv_table(&COLUMNS, &rows)))
}
