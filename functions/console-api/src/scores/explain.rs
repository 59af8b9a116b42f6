//! `GET /v1/customers/{id}/score/explain`: why the score changed between two moments.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::score::breakdown::{Score, ScorecardVersion};
use keepwell_domain::score::explain::{Explanation, explain};
use schemars::JsonSchema;
use serde::Serialize;

use super::past::{self, By, Past};

pub(crate) async fn get_explanation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let now = cloud.now();
    let from: Option<DateTime<Utc>> = query.required("from");
    let to = query.get("to").unwrap_or(now);
    if from.is_some_and(|from| from > to) {
        query.problem("from", "must not be after to");
    }
    past::refuse_future(&mut query, "to", Some(to), now);
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let from = from.unwrap_or(to);
    let (before, after) = (Past::read(&cloud, &customer, from).await?, Past::read(&cloud, &customer, to).await?);
    let (Some(before), Some(after)) = (before, after) else {
        return Answer::ok(ScoreExplanation {
            from: moment(from, None),
            to: moment(to, None),
            explanation: Explanation { change: None, items: Vec::new() },
        });
    };
    let card_before = before.scorecard(&cloud, &customer, By::Then).await?;
    let score_before = before.snapshot.score(&card_before, from);
    let (score_after, between) = if before.snapshot.point.scorecard == after.snapshot.point.scorecard {
        (after.snapshot.score(&card_before, to), None)
    } else {
        let card_after = after.scorecard(&cloud, &customer, By::Then).await?;
        (after.snapshot.score(&card_after, to), Some(before.snapshot.score(&card_after, from)))
    };
    let explanation = explain(&score_before, &score_after, between.as_ref());
    Answer::ok(ScoreExplanation {
        from: moment(from, Some(&score_before)),
        to: moment(to, Some(&score_after)),
        explanation,
    })
}

/// Why a score changed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScoreExplanation {
    /// The score at the earlier moment.
    from: Moment,
    /// The score at the later one.
    to: Moment,
    #[serde(flatten)]
    explanation: Explanation,
}

/// A score at a moment, in short.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ScoreMoment")]
struct Moment {
    /// When.
    at: DateTime<Utc>,
    /// 0-100 after overrides, not rounded; `null` = unknown.
    value: Option<f64>,
    /// The word for `value`.
    band: Option<HealthStatus>,
    /// Share of all weight that had fresh data, 0-1; `null` while there was no score.
    coverage: Option<f64>,
    /// The scorecard that was used; `null` while there was no score.
    scorecard: Option<ScorecardVersion>,
}

fn moment(at: DateTime<Utc>, score: Option<&Score>) -> Moment {
    Moment {
        at,
        value: score.and_then(|score| score.value),
        band: score.and_then(|score| score.band),
        coverage: score.map(|score| score.coverage),
        scorecard: score.map(|score| score.scorecard.clone()),
    }
}
