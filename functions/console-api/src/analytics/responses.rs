//! `GET /v1/analytics/responses`: of those who were asked, how many answered, by week.

use std::sync::Arc;

use axum::extract::State;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::analytics::interval::Share;
use keepwell_domain::analytics::responses::{Week, responses};
use keepwell_domain::customer::Customer;
use keepwell_domain::feedback::FeedbackRequest;
use serde_json::json;

use super::past::{MOST_HISTORIES, drawn};

/// A quarter of a year, when nothing is said; at most 53 weeks.
const DAYS: u64 = 12 * 7;
const MOST_DAYS: u64 = 53 * 7;

/// How many customers are read at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 32;

pub(crate) async fn get_responses(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let now = cloud.now();
    let (from, to) = super::period(&mut query, now.date_naive(), DAYS, MOST_DAYS);
    let scope = super::scope(&mut query);
    query.finish()?;
    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).collect();
    // A share is as good from some thousand customers as from all.
    let asked = drawn(&customers);
    let reads: Vec<_> = asked
        .iter()
        .map(|customer| {
            let (cloud, id) = (cloud.clone(), customer.id.clone());
            async move { cloud.store.requests_of_customer(&id).await }
        })
        .collect();
    let requests: Vec<Vec<FeedbackRequest>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let items = responses(requests.iter().flatten(), from, to, now);
    let sum = |count: fn(&Week) -> usize| items.iter().map(count).sum::<usize>();
    Answer::ok(json!({
        "from": from,
        "to": to,
        "as_of": now,
        "customers": customers.len(),
        "customers_read": asked.len(),
        "sampled": customers.len() > MOST_HISTORIES,
        "all": Share::of(sum(|week| week.answered.count), sum(|week| week.answered.n)),
        "items": items,
    }))
}
