//! Templates with the variables of a sample.

use std::error::Error;
use std::path::Path;

use keepwell_aws::render::{PAGE_STYLE, RenderedMail, Templates};
use serde_json::{Value, json};

/// Templates for the team; all others go to contacts.
pub(crate) const INTERNAL: [&str; 3] = ["churn-risk-alert", "team-alert", "written-to-team"];

/// Frames for words of a team's own.
pub(crate) const WRITTEN: [&str; 2] = ["written-to-contact", "written-to-team"];

/// The folders of mail templates.
pub(crate) fn mails() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mails");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub(crate) fn sample() -> Value {
    json!({
        "contact": { "name": "Dana Scully", "first_name": "Dana" },
        "customer": {
            "id": "acme", "name": "Acme Foods & Sons", "status": "Struggling", "status_reason": "Their main site closed.",
            "happiness": "Not Happy", "score": 38, "arr": "USD 120,000", "renewal_on": "1 September 2026",
        },
        "owner": { "name": "Ana Ruiz", "email": "ana.ruiz@team.test" },
        "event": {
            "type": "ticket.opened.v1", "headline": "critical ticket opened", "ticket": "T-4711", "severity": "critical",
            "rows": [{ "name": "Ticket", "value": "T-4711" }, { "name": "Severity", "value": "critical" }],
        },
        "written": {
            "subject": "A new report for you",
            "paragraphs": ["From today you find the report that you asked for under Reports.", "Tell me what you think of it."],
        },
        "product_name": "Orbit",
        "links": {
            "very_happy": "https://keepwell.test/f/f1.k1.TOKEN?rating=very_happy",
            "happy": "https://keepwell.test/f/f1.k1.TOKEN?rating=happy",
            "neutral": "https://keepwell.test/f/f1.k1.TOKEN?rating=neutral",
            "not_happy": "https://keepwell.test/f/f1.k1.TOKEN?rating=not_happy",
            "unsubscribe": "https://keepwell.test/u/f1.k1.TOKEN",
            "customer": "https://keepwell.test/customers/acme",
        },
    })
}

pub(crate) fn mail(template: &str, variables: &Value) -> RenderedMail {
    Templates::shipped()
        .mail(template, variables)
        .unwrap_or_else(|error| panic!("{template}: {error}: {:?}", error.source()))
}

pub(crate) fn page(name: &str, variables: &Value) -> String {
    Templates::shipped().page(name, variables).unwrap_or_else(|error| panic!("{name}: {error}: {:?}", error.source()))
}

pub(crate) fn feedback() -> Value {
    json!({
        "product_name": "Orbit", "action": "/f/f1.k1.TOKEN", "nonce": "n0nce", "choice": "happy", "comment": null,
        "answered": null, "rating_problem": null, "comment_problem": null,
    })
}

/// The page without its style block, which would make every snapshot change with a colour.
pub(crate) fn unstyled(page: &str) -> String {
    page.replace(PAGE_STYLE, "…")
}
