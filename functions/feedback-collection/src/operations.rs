//! What the description of the API says of this function's routes: `docs/openapi.json` is made from it, and the stories prove it.
#![expect(dead_code, reason = "what bodies are said to be is never made; it is read by its own rules")]

use keepwell_aws::http::Operation;
use keepwell_aws::http::operation::{FORM, HTML};
use keepwell_domain::fields::Line;
use keepwell_domain::happiness::HappinessLevel;
use schemars::JsonSchema;

/// An operation for every route.
pub fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Links in mails",
        [
            Operation::get("/f/{token}", "openFeedbackPage", "The feedback page; opening it records nothing")
                .query::<HappinessLevel>("rating", "The answer that is chosen on the page when it opens.")
                .raw(200, HTML, "The page.")
                .problem(410),
            Operation::post("/f/{token}", "submitFeedback", "The answer of a contact")
                .raw_body::<FeedbackForm>(FORM)
                .raw(200, HTML, "A page with thanks, or one that says that the answer can no longer be changed.")
                .problem(403)
                .problem(410)
                .problem(413)
                .problem(422),
            Operation::get("/u/{token}", "openUnsubscribePage", "The unsubscribe page; opening it records nothing")
                .raw(200, HTML, "The page."),
            Operation::post("/u/{token}", "unsubscribe", "Unsubscribe with one click (RFC 8058)")
                .about("Mail programs send `List-Unsubscribe=One-Click`; the body is not looked at.")
                .raw(200, HTML, "A page that says that it is done."),
        ],
    )
}

/// What the form of the feedback page sends.
#[derive(JsonSchema)]
struct FeedbackForm {
    /// The answer.
    rating: HappinessLevel,
    /// What the contact wrote; may be empty. At most 2,000 characters when space around it and line ends are tidied.
    comment: Option<String>,
    /// What the page had in it, so that a form that is sent twice is one answer.
    nonce: Line<200>,
}
