//! The Health Score: now, at any past moment, its history, why it changed, and overrides by hand.

pub(crate) mod explain;
pub(crate) mod manual_override;
pub(crate) mod past;

use axum::extract::{Path, State};
use chrono::Duration;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Page, QueryParams, existing_customer};
use keepwell_domain::measure;
use keepwell_domain::score::breakdown::{AppliedOverride, DimensionScore};
use keepwell_domain::score::history::{Annotation, AnnotationKind, ScorePoint, annotations};
use schemars::JsonSchema;
use serde::Serialize;

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
        return Answer::ok(Unknown::default());
    };
    // Without a moment of its own, the score is the one that was computed last, as of then.
    let at = as_of.unwrap_or(past.snapshot.point.at);
    let scorecard = past.scorecard(&cloud, &customer, by).await?;
    Answer::ok(past.snapshot.score(&scorecard, at))
}

/// The score of a customer that never had one: nothing is known of it, not even as of when.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "ScoreNotYet")]
pub(crate) struct Unknown {
    value: (),
    display: (),
    band: (),
    raw: (),
    /// 0: nothing had data.
    coverage: f64,
    oldest_input_days: (),
    as_of: (),
    scorecard: (),
    /// Empty.
    #[schemars(length(max = 0))]
    dimensions: Vec<DimensionScore>,
    /// Empty.
    #[schemars(length(max = 0))]
    overrides: Vec<AppliedOverride>,
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
    Answer::ok(ScoreHistory { items, annotations: notes })
}

/// The history of a score.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScoreHistory {
    /// A point wherever the score changed, and each week.
    items: Vec<ScorePoint>,
    /// What happened beside it.
    annotations: Vec<Annotation>,
}

pub(crate) async fn get_measures(query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(Page::new(measure::catalogue(), None))
}
