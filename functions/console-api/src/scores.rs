//! The Health Score: now, at any past moment, its history, why it changed, and overrides by hand.

pub(crate) mod explain;
pub(crate) mod manual_override;
mod past;

use axum::extract::{Path, State};
use chrono::Duration;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_domain::measure;
use keepwell_domain::score::history::{Annotation, AnnotationKind, annotations};
use serde_json::{Value, json};

use self::past::Past;

pub(crate) async fn get_score(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let as_of = query.get("as_of");
    let by = query.get("scorecard").unwrap_or_default();
    past::refuse_future(&mut query, "as_of", as_of, cloud.now());
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let Some(past) = Past::read(&cloud, &customer, as_of.unwrap_or(cloud.now())).await? else {
        return Answer::ok(unknown());
    };
    // Without a moment of its own, the score is the one that was computed last, as of then.
    let at = as_of.unwrap_or(past.snapshot.point.at);
    let scorecard = past.scorecard(&cloud, &customer, by).await?;
    Answer::ok(past.snapshot.score(&scorecard, at))
}

/// The score of a customer that never had one.
fn unknown() -> Value {
    json!({
        "value": Value::Null, "display": Value::Null, "band": Value::Null, "raw": Value::Null,
        "coverage": 0.0, "oldest_input_days": Value::Null, "as_of": Value::Null, "scorecard": Value::Null,
        "dimensions": [], "overrides": [],
    })
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
    let before = cloud.store.score_point_at(&customer.id, from - Duration::milliseconds(1)).await?;
    let statuses = cloud.store.status_changes(&customer.id, from, to).await?;
    let mut notes: Vec<Annotation> = statuses
        .into_iter()
        .map(|change| Annotation {
            at: change.at,
            kind: AnnotationKind::StatusChanged,
            title: change.title(),
            reason: Some(change.reason),
        })
        .chain(annotations(before.as_ref(), &items))
        .filter(|note| (from..=to).contains(&note.at))
        .collect();
    notes.sort_by_key(|note| note.at);
    Answer::ok(json!({ "items": items, "annotations": notes }))
}

pub(crate) async fn get_measures(query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(json!({ "items": measure::catalogue(), "next_cursor": Value::Null }))
}
