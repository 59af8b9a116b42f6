//! The page for people on the local system: the mailbox in which they can act as the customer.

use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde_json::json;

use crate::cloud::mailbox::Mail;

const LAYOUT: &str = include_str!("../../templates/layout.html");
const MAILBOX: &str = include_str!("../../templates/mailbox.html");

/// The mails, newest first, as their readers see them.
pub(super) fn mailbox(mails: &[Mail], now: DateTime<Utc>) -> Response {
    let mails: Vec<_> = mails
        .iter()
        .rev()
        .take(200)
        .map(|mail| {
            json!({
                "to": mail.to.join(", "),
                "subject": mail.subject,
                "html": mail.html,
                "sent_at": mail.sent_at.format("%a %-d %b %Y, %H:%M UTC").to_string(),
            })
        })
        .collect();
    let now = now.format("%A, %-d %B %Y, %H:%M UTC").to_string();
    render("mailbox.html", &json!({ "mails": mails, "now": now }))
}

fn render(name: &str, variables: &serde_json::Value) -> Response {
    let mut environment = Environment::new();
    let page = [("layout.html", LAYOUT), ("mailbox.html", MAILBOX)]
        .into_iter()
        .try_for_each(|(name, source)| environment.add_template(name, source))
        .and_then(|()| environment.get_template(name)?.render(Value::from(Serde(variables))));
    match page {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a local page cannot be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be shown; the log says why.").into_response()
        }
    }
}
