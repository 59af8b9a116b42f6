//! `GET /v1/analytics/cohorts`: who started in the same month, followed from there.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Months, NaiveDate, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::days::Kept;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::analytics::StoodAt;
use keepwell_domain::analytics::cohorts::{Standing, ends, month_at, month_of, started};
use keepwell_domain::customer::Customer;
use serde::Serialize;

use super::past::{Accuracy, MOST_HISTORIES, Moment, moments};

/// A year, when nothing is said; at most three.
const MONTHS: usize = 12;
const MOST_MONTHS: usize = 36;

/// Customers that started in the same month.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Cohorts")]
pub(crate) struct Cohorts {
    /// When this was answered.
    as_of: DateTime<Utc>,
    /// How many customers started before the first month, and are in no cohort.
    earlier: usize,
    /// The cohorts, oldest first; a month in which nobody started has none.
    items: Vec<Cohort>,
}

/// The customers of one month.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct Cohort {
    /// The month in which they started, such as `2026-01`.
    started: String,
    /// How many they are.
    customers: usize,
    /// How they stood at the end of each of their months, as far as days or histories tell it; of the present month, how they stand.
    months: Vec<CohortMonth>,
}

/// A cohort at the end of one of its months.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct CohortMonth {
    /// Which: 0 is the month in which they started.
    month: u32,
    #[serde(flatten)]
    moment: Moment,
    #[serde(flatten)]
    standing: Standing,
}

pub(crate) async fn get_cohorts(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let months = query.whole("months", 1, MOST_MONTHS).unwrap_or(MONTHS) as u32;
    let scope = super::scope(&mut query);
    query.finish()?;
    let (now, today) = (cloud.now(), cloud.now().date_naive());
    let first = month_of(today).checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN);
    let all = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = all.iter().map(Arc::as_ref).filter(|customer| started(customer) >= first).collect();
    let mut cohorts: BTreeMap<NaiveDate, Cohort> = BTreeMap::new();
    for customer in &customers {
        let month = started(customer);
        let new = || Cohort { started: month.format("%Y-%m").to_string(), customers: 0, months: Vec::new() };
        cohorts.entry(month).or_insert_with(new).customers += 1;
    }
    let mut days = ends(today, months);
    if customers.len() > MOST_HISTORIES {
        // Each customer must be known to be told which cohort is its own: what no day tells is left out.
        let kept = Kept::list(&cloud).await?;
        days.retain(|day| *day == today || kept.near(*day).is_some());
    }
    let at_ends = moments(&cloud, &customers, &days, Accuracy::Exact, |moment, stood| {
        let mut of_cohort: BTreeMap<NaiveDate, Vec<StoodAt>> = BTreeMap::new();
        for (customer, stood) in customers.iter().zip(stood) {
            of_cohort.entry(started(customer)).or_default().extend(stood);
        }
        (moment, of_cohort)
    });
    for (moment, of_cohort) in at_ends.await? {
        for (started, stood) in of_cohort {
            // Of who was a customer before Keepwell nothing is known at first.
            if stood.is_empty() {
                continue;
            }
            if let (Some(month), Some(cohort)) = (month_at(started, moment.on, today), cohorts.get_mut(&started)) {
                cohort.months.push(CohortMonth { month, moment, standing: Standing::of(stood.into_iter()) });
            }
        }
    }
    let items = cohorts.into_values().collect();
    Answer::ok(Cohorts { as_of: now, earlier: all.len() - customers.len(), items })
}
