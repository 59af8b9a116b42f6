//! `POST /v1/scorecards/evaluate`: the arithmetic alone, for any document and any measures; nothing is stored.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::breakdown::Score;
use super::evaluate::Compiled;
use super::scorecard::Scorecard;
use crate::fields::Fields;
use crate::measure::MeasureValues;
use crate::problem::Problems;

/// The arithmetic alone: reads `{"scorecard": {…}, "measures": {…}, "as_of": "…"}` and gives the score. `now` stands in for `as_of`.
pub fn evaluate_request(body: &Value, now: DateTime<Utc>) -> Result<Score, Problems> {
    let mut fields = Fields::new(body, "")?;
    let as_of = fields.optional("as_of").unwrap_or(now);
    let mut scorecard = None;
    match fields.raw("scorecard").map(Scorecard::parse) {
        Some(Ok(read)) => scorecard = Some(read),
        Some(Err(wrong)) => {
            for problem in wrong.0 {
                let pointer = format!("/scorecard{}", problem.pointer);
                fields.problems.add(pointer, problem.detail);
            }
        }
        None => fields.problem("scorecard", "is required"),
    }
    let mut values = MeasureValues::default();
    match fields.raw("measures").map(|value| MeasureValues::parse(value, "/measures", as_of)) {
        Some(Ok(read)) => values = read,
        Some(Err(wrong)) => fields.problems.0.extend(wrong.0),
        None => fields.problem("measures", "is required"),
    }
    let score = scorecard.map(|scorecard| Compiled::new(&scorecard, None).evaluate(&values, as_of));
    fields.finish(score)
}
