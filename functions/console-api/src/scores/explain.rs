//! `GET /v1/customers/{id}/score/explain`: why the score changed between two moments.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::explain::{Explanation, explain};
use serde_json::{Value, json};

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
        return Answer::ok(body(
            &moment(from, None),
            &moment(to, None),
            &Explanation { change: None, items: Vec::new() },
        ));
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
    Answer::ok(body(&moment(from, Some(&score_before)), &moment(to, Some(&score_after)), &explanation))
}

fn moment(at: DateTime<Utc>, score: Option<&Score>) -> Value {
    json!({
        "at": at,
        "value": score.and_then(|score| score.value),
        "band": score.and_then(|score| score.band),
        "coverage": score.map(|score| score.coverage),
        "scorecard": score.map(|score| &score.scorecard),
    })
}

fn body(from: &Value, to: &Value, explanation: &Explanation) -> Value {
    json!({ "from": from, "to": to, "change": explanation.change, "items": explanation.items })
}
