//! The Health Score with its breakdown, its history, and the catalogue of measures.

use axum::extract::{Path, State};
use chrono::Duration;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_domain::measure;
use serde_json::{Value, json};

pub(crate) async fn get_score(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    match cloud.store.latest_score(&customer.id).await? {
        Some(score) => Answer::ok(score.value),
        None => Answer::ok(json!({
            "value": Value::Null, "display": Value::Null, "band": Value::Null, "raw": Value::Null,
            "coverage": 0.0, "oldest_input_days": Value::Null, "as_of": Value::Null, "scorecard": Value::Null,
            "dimensions": [], "overrides": [],
        })),
    }
}

pub(crate) async fn get_score_history(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let now = cloud.now();
    let from = query.get("from").unwrap_or(now - Duration::days(365));
    let to = query.get("to").unwrap_or(now);
    if from > to {
        query.problem("from", "must not be after to");
    }
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let items = cloud.store.score_points(&customer.id, from, to).await?;
    let annotations: Vec<Value> = cloud
        .store
        .status_changes(&customer.id, from, to)
        .await?
        .into_iter()
        .map(|change| json!({ "at": change.at, "kind": "status", "from": change.from, "to": change.to, "reason": change.reason }))
        .collect();
    Answer::ok(json!({ "items": items, "annotations": annotations }))
}

pub(crate) async fn get_measures(query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(json!({ "items": measure::catalogue(), "next_cursor": Value::Null }))
}
