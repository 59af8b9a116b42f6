//! Insights: the four cells of Health Status x Happiness Level, and those that are in none.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::{Insight, insight};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) async fn get_insights(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let limit = query.whole("limit", 0, 1000).unwrap_or(usize::MAX);
    query.finish()?;
    let now = cloud.now();
    let settings = cloud.settings().await?;
    let mut cells: BTreeMap<Insight, Vec<Arc<Customer>>> = BTreeMap::new();
    for customer in cloud.customers().await? {
        if customer.churned {
            continue;
        }
        let cell = insight(customer.status.as_ref(), customer.standing.happiness, &settings, now);
        cells.entry(cell).or_default().push(customer);
    }
    for customers in cells.values_mut() {
        customers.sort_by(|a, b| b.profile.arr_cents.cmp(&a.profile.arr_cents).then_with(|| a.id.cmp(&b.id)));
    }
    let cells = Insight::ALL.iter().map(|cell| describe(*cell, cells.get(cell).map_or(&[], Vec::as_slice), limit));
    let cells = cells.collect();
    Answer::ok(Insights { cells })
}

/// The portfolio by what Health Status and Happiness Level mean together.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Insights<'a> {
    /// The four cells, then the customers whose status is out of date, and those of whom one of the two is not known.
    cells: Vec<Cell<'a>>,
}

/// A cell of the insights.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InsightCell")]
struct Cell<'a> {
    /// Which.
    insight: Insight,
    /// Its name.
    title: &'static str,
    /// What it means.
    meaning: &'static str,
    /// What to do next.
    next_step: &'static str,
    /// How many customers are in it.
    count: usize,
    /// Their ARR in hundredths, a sum for each currency: money of different currencies is never added up.
    arr_cents: BTreeMap<&'a str, i64>,
    /// The customers, those with the most ARR first; no more than were asked for.
    customers: Vec<Placed<'a>>,
}

/// A customer in a cell.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InsightCustomer")]
struct Placed<'a> {
    /// Its id.
    id: &'a CustomerId,
    /// Its name.
    name: &'a str,
    /// The CSM who looks after it.
    owner: Option<&'a EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    arr_cents: Option<i64>,
    /// ISO 4217 code.
    currency: &'a str,
    /// The Health Status.
    status: Option<HealthStatus>,
    /// Health Score 0-100, not rounded; `null` = unknown.
    score: Option<f64>,
    /// Happiness 0-100, not rounded; `null` = unknown.
    happiness: Option<f64>,
    /// The word for `happiness`.
    happiness_level: Option<HappinessLevel>,
}

fn describe(cell: Insight, customers: &[Arc<Customer>], limit: usize) -> Cell<'_> {
    let mut arr_cents: BTreeMap<&str, i64> = BTreeMap::new();
    for customer in customers {
        *arr_cents.entry(&customer.profile.currency).or_default() += customer.profile.arr_cents.unwrap_or(0);
    }
    Cell {
        insight: cell,
        title: cell.title(),
        meaning: cell.meaning(),
        next_step: cell.next_step(),
        count: customers.len(),
        arr_cents,
        customers: customers.iter().take(limit).map(|customer| placed(customer)).collect(),
    }
}

fn placed(customer: &Customer) -> Placed<'_> {
    let Customer { id, profile, standing, .. } = customer;
    Placed {
        id,
        name: &profile.name,
        owner: profile.owner.as_ref(),
        arr_cents: profile.arr_cents,
        currency: &profile.currency,
        status: customer.status.as_ref().map(|record| record.status),
        score: standing.score,
        happiness: standing.happiness,
        happiness_level: standing.happiness_level,
    }
}
