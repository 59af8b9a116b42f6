//! `POST /v1/sentiment`: what the sentiment of a text would be. Nothing is kept.

use keepwell_aws::http::{Answer, ApiError, JsonBody};
use keepwell_domain::fields::{Fields, Text};
use keepwell_domain::sentiment::sentiment;

pub(crate) async fn post_sentiment(JsonBody(body): JsonBody) -> Result<Answer, ApiError> {
    let mut fields = Fields::new(&body, "")?;
    let text = fields.required::<Text<20_000>>("text");
    let Text(text) = fields.finish(text)?;
    Answer::ok(sentiment(&text))
}
