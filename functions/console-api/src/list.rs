//! The portfolio: all customers, filtered, sorted, page by page.
//!
//! The list rows are read whole and sorted in memory: 100,000 rows cost about $0.0006 a read, and any sort and filter works.

use std::cmp::Ordering;

use axum::extract::State;
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Page, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::insight::Insight;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

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

#[derive(Debug, Default)]
struct Filter {
    q: Option<String>,
    owner: Option<EmailAddress>,
    status: Option<HealthStatus>,
    stale: bool,
    disagrees: bool,
    band: Option<HealthStatus>,
    happiness: Option<HappinessLevel>,
    insight: Option<Insight>,
    segment: Vec<(String, String)>,
}

impl Filter {
    fn read(query: &mut QueryParams) -> Self {
        Self {
            q: query.text("q").map(|text| text.to_lowercase()),
            owner: query.get("owner"),
            status: query.get("status"),
            stale: query.flag("stale"),
            disagrees: query.flag("disagrees"),
            band: query.get("band"),
            happiness: query.get("happiness"),
            insight: query.get("insight"),
            segment: query.prefixed("segment."),
        }
    }

    fn matches(&self, customer: &Customer, now: DateTime<Utc>) -> bool {
        let stale = customer.status.as_ref().is_some_and(|record| record.is_stale(now));
        let is = |wanted: Option<HealthStatus>, actual: Option<HealthStatus>| wanted.is_none() || wanted == actual;
        let named = self.q.as_ref().is_none_or(|q| {
            customer.profile.name.to_lowercase().contains(q) || customer.id.as_str().to_lowercase().contains(q)
        });
        let owned = self.owner.as_ref().is_none_or(|owner| {
            customer.profile.owner.as_ref().is_some_and(|actual| actual.normalised() == owner.normalised())
        });
        named
            && owned
            && is(self.status, customer.status.as_ref().map(|record| record.status))
            && is(self.band, customer.standing.band)
            && (!self.stale || stale)
            && (!self.disagrees || customer.standing.disagrees)
            && (self.happiness.is_none() || self.happiness == customer.standing.happiness_level)
            && self.insight.is_none_or(|insight| insight == customer.insight_at(now))
            && self.segment.iter().all(|(attribute, value)| in_segment(customer, attribute, value))
    }
}

/// Whether an attribute of the customer has the value; tags are the attribute `tag`.
fn in_segment(customer: &Customer, attribute: &str, value: &str) -> bool {
    let profile = &customer.profile;
    let text = |actual: &Option<String>| actual.as_deref() == Some(value);
    match attribute {
        "plan" => text(&profile.plan),
        "industry" => text(&profile.industry),
        "country" => text(&profile.country),
        "size" => text(&profile.size),
        "stage" => text(&profile.stage),
        "tag" => profile.tags.contains(value),
        other => profile.attributes.get(other).is_some_and(|actual| as_text(actual) == value),
    }
}

/// An attribute's value as a query writes it: texts without quotes, numbers and booleans as in JSON.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A page of the portfolio.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CustomerList<'a> {
    #[serde(flatten)]
    page: Page<'a, CustomerView<'a>>,
    /// How many customers the filter lets through, over all pages.
    total: usize,
}

pub(crate) async fn get_customers(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    // The cursor is the last customer of the page before, as it was then: the place is right even if it changed since.
    let mut last: Option<Customer> = None;
    let limit = query.limit();
    query.cursor(|place| {
        last = serde_json::from_str(place).ok();
        last.is_some()
    });
    let sort = query.text("sort").unwrap_or_else(|| "name".to_owned());
    let sort = Sort::parse(&sort);
    if sort.is_none() {
        query.problem("sort", "must be score, name, arr, renewal, change or happiness, with - in front for descending");
    }
    let filter = Filter::read(&mut query);
    query.finish()?;
    let Some(sort) = sort else { return Err(ApiError::Internal("sort was checked".to_owned())) };

    let now = cloud.now();
    let mut customers: Vec<Customer> = cloud
        .store
        .portfolio()
        .await?
        .into_iter()
        .map(|stored| stored.value)
        .filter(|customer| filter.matches(customer, now))
        .collect();
    customers.sort_by(|a, b| sort.compare(a, b));
    let total = customers.len();
    let start =
        last.map_or(0, |last| customers.partition_point(|customer| sort.compare(customer, &last) != Ordering::Greater));
    let page: Vec<Customer> = customers.into_iter().skip(start).take(limit).collect();
    let more = start + page.len() < total;
    let next = page.last().filter(|_| more).map(position).transpose()?;
    let items: Vec<_> = page.iter().map(|customer| view::customer(customer, now)).collect();
    Answer::ok(CustomerList { page: view::page(&items, next.as_deref()), total })
}

/// The customer reduced to what decides its place in the list.
fn position(customer: &Customer) -> Result<String, ApiError> {
    let mut place = customer.clone();
    place.profile = keepwell_domain::customer::Profile {
        name: customer.profile.name.clone(),
        arr_cents: customer.profile.arr_cents,
        renewal_on: customer.profile.renewal_on,
        ..keepwell_domain::customer::Profile::blank()
    };
    place.status = None;
    serde_json::to_string(&place).map_err(|error| ApiError::Internal(error.to_string()))
}
