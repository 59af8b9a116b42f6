//! `GET /v1/analytics/segments`: whether the parts of the portfolio differ.

use std::sync::Arc;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::analytics::segments::{segment, segments};
use keepwell_domain::customer::Customer;
use serde_json::json;

/// Most parts of an answer; of an attribute with more values, the largest.
const MOST: usize = 200;

pub(crate) async fn get_segments(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let by = query.text("by").unwrap_or_else(|| "plan".to_owned());
    let scope = super::scope(&mut query);
    query.finish()?;
    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).collect();
    let mut items = segments(&customers, &by);
    let total = items.len();
    items.truncate(MOST);
    Answer::ok(
        json!({ "by": by, "as_of": cloud.now(), "total": total, "all": segment(None, &customers), "items": items }),
    )
}
