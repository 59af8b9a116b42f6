//! `GET /v1/analytics/renewals`: what renews when, and what is at risk.

use std::sync::Arc;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::analytics::renewals::renewals;
use keepwell_domain::customer::Customer;

/// Months ahead, and the most that can be asked for.
const MONTHS: usize = 12;
const MOST_MONTHS: usize = 36;

pub(crate) async fn get_renewals(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let months = query.whole("months", 1, MOST_MONTHS).unwrap_or(MONTHS);
    let scope = super::scope(&mut query);
    query.finish()?;
    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).collect();
    Answer::ok(renewals(&customers, cloud.now().date_naive(), u32::try_from(months).unwrap_or_default()))
}
