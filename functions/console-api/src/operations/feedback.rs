//! What contacts answer, and what it says together with the Health Status.

use chrono::{DateTime, Utc};
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::feedback::handling::{HandlingState, Theme};
use keepwell_domain::fields::{Text, Whole};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::id::CustomerId;
use keepwell_domain::sentiment::Sentiment;
use schemars::JsonSchema;

use super::contacts::Locale;
use crate::feedback::{AnswerView, Happiness};
use crate::insights::Insights;
use crate::mail_templates::MailPreview;

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Feedback",
        [
            Operation::get("/v1/customers/{id}/happiness", "getHappiness", "The Happiness Level of a customer")
                .ok::<Happiness>("The level, and how it went."),
            Operation::get("/v1/feedback", "getFeedback", "The inbox: each request's latest answer")
                .query::<HappinessLevel>("rating", "With this answer.")
                .query::<CustomerId>("customer", "Of this customer.")
                .query::<DateTime<Utc>>("from", "From this moment on; 90 days before `to` when absent.")
                .query::<DateTime<Utc>>("to", "Up to this moment; now when absent.")
                .query::<HandlingState>("state", "The team is this far with.")
                .query::<Theme>("theme", "With this theme, in capital or small letters.")
                .paged()
                .ok::<Page<'_, AnswerView<'_>>>("The answers, newest first."),
            Operation::patch("/v1/feedback/{id}", "updateFeedback", "Note what the team does about an answer")
                .about(
                    "What is absent stays as it is. An answer that its contact changes is new again, without themes.",
                )
                .body::<HandlingChange>()
                .if_match(IfMatch::WhenSent)
                .ok::<AnswerView<'_>>("The answer after the change.")
                .etag(),
            Operation::get("/v1/feedback-mail", "getFeedbackMail", "The mail that asks for feedback, as a contact would see it")
                .about("To a customer that does not exist, by the team's settings. Nothing is sent, and its links lead nowhere.")
                .query::<Locale>("locale", "The contact's language. The mail is in English whichever it is, so far.")
                .ok::<MailPreview>("The mail."),
            Operation::get("/v1/insights", "getInsights", "What Health Status and Happiness Level mean together")
                .query::<Whole<0, 1000>>("limit", "At most so many customers of each cell are listed; all when absent.")
                .ok::<Insights<'_>>("The cells, with their customers."),
            Operation::post("/v1/sentiment", "rateSentiment", "How positive a text is; nothing is kept")
                .body::<SentimentRequest>()
                .ok::<Sentiment>("The sentiment."),
        ],
    )
}

/// A text to be rated.
#[derive(JsonSchema)]
struct SentimentRequest {
    /// The text.
    text: Text<20_000>,
}

/// What is to change about what the team does about an answer.
#[derive(JsonSchema)]
struct HandlingChange {
    /// How far the team is with it.
    state: Option<HandlingState>,
    /// What it is about.
    #[schemars(length(max = 10))]
    themes: Option<Vec<Theme>>,
}
