//! Pages for people on the local system: where to start, and the mailbox in which they can act as the customer.

use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use minijinja::Environment;
use minijinja::value::{Serde, Value};
use serde_json::json;

use crate::cloud::mailbox::Mail;
use crate::system::LocalSystem;

const LAYOUT: &str = include_str!("../../templates/layout.html");
const START: &str = include_str!("../../templates/start.html");
const MAILBOX: &str = include_str!("../../templates/mailbox.html");

/// The start page: what is here and what to do next.
pub(super) async fn start(State(system): State<LocalSystem>) -> Response {
    start_page(&system, None).await
}

/// Stands in for the console's customer page: says where the API has the customer.
pub(super) async fn customer(State(system): State<LocalSystem>, Path(id): Path<String>) -> Response {
    start_page(&system, Some(id)).await
}

async fn start_page(system: &LocalSystem, customer: Option<String>) -> Response {
    let customers = system.cloud().store.portfolio().await.map_or(0, |portfolio| portfolio.len());
    let now = system.now().format("%A, %-d %B %Y, %H:%M UTC").to_string();
    let mails = system.local().mailbox().mails().len();
    let url = system.cloud().deployment.public_url.as_deref().unwrap_or_default();
    let variables = json!({ "customers": customers, "customer": customer, "now": now, "mails": mails, "url": url });
    render("start.html", &variables)
}

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
    let page = [("layout.html", LAYOUT), ("start.html", START), ("mailbox.html", MAILBOX)]
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
