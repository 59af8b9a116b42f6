//! The Health Score, and the measures that it is made of.

use chrono::{DateTime, Utc};
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::fields::Text;
use keepwell_domain::measure::Measure;
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::manual_override::ManualOverride;
use keepwell_domain::score::number::PointValue;
use keepwell_domain::score::scorecard::LimitKind;
use schemars::JsonSchema;

use crate::scores::explain::ScoreExplanation;
use crate::scores::past::By;
use crate::scores::{ScoreHistory, Unknown};

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Health Score",
        [
            Operation::get("/v1/customers/{id}/score", "getScore", "The Health Score with every dimension and rule")
                .query::<DateTime<Utc>>("as_of", "As it was at this moment, from what was known then; now when absent.")
                .query::<By>("scorecard", "By which scorecard a past score is computed.")
                .ok::<ScoreOrNone>("The score."),
            Operation::get("/v1/customers/{id}/score/history", "getScoreHistory", "How the score went")
                .query::<DateTime<Utc>>("from", "From this moment on; a year ago when absent.")
                .query::<DateTime<Utc>>("to", "Up to this moment; now when absent.")
                .ok::<ScoreHistory>("Its points, oldest first, and what happened beside it."),
            Operation::get(
                "/v1/customers/{id}/score/explain",
                "explainScore",
                "Why the score changed between two moments",
            )
            .required_query::<DateTime<Utc>>("from", "The earlier moment.")
            .query::<DateTime<Utc>>("to", "The later one; now when absent.")
            .ok::<ScoreExplanation>("The change by rule; the deltas add up to it."),
            Operation::put(
                "/v1/customers/{id}/score/override",
                "setScoreOverride",
                "Cap, lift or fix the score by hand",
            )
            .body::<NewOverride>()
            .if_match(IfMatch::WhenSent)
            .ok::<ManualOverride>("The override.")
            .etag(),
            Operation::delete("/v1/customers/{id}/score/override", "deleteScoreOverride", "Take the override back")
                .if_match(IfMatch::WhenSent),
            Operation::get("/v1/measures", "getMeasures", "The catalogue of measures")
                .ok::<Page<'_, Measure>>("Every measure, in a fixed order."),
        ],
    )
}

/// A score, or that there is none yet.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum ScoreOrNone {
    Score(Score),
    NotYet(Unknown),
}

/// What an override is to be.
#[derive(JsonSchema)]
#[schemars(rename = "NewManualOverride")]
struct NewOverride {
    /// What it does.
    kind: LimitKind,
    /// The cap, the floor or the fixed value.
    value: PointValue,
    /// Why.
    reason: Text<2000>,
    /// From when on it no longer acts; at most 366 days from now, 90 when absent.
    expires_at: Option<DateTime<Utc>>,
}
