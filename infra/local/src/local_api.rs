//! `/_local`: what only the local system has. A token for any role, a write key, the mailbox, the clock, the events, the demo.

mod demo;
mod duration;
mod pages;
mod write_key;

use axum::extract::{Path, Query, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use keepwell_aws::http::{ApiError, Role};
use keepwell_domain::problem::Problems;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cloud::mailbox::Mail;
use crate::system::LocalSystem;

/// The routes.
pub fn router(system: &LocalSystem) -> Router {
    Router::new()
        .route("/_local/token", get(token))
        .route("/_local/write-key", get(write_key::write_key))
        .route("/_local/mailbox", get(mailbox))
        .route("/_local/mailbox/{index}", get(one_mail))
        .route("/_local/clock", get(clock).post(turn_clock))
        .route("/_local/events", get(events))
        .route("/_local/health", get(health))
        .route("/_local/demo", post(demo::post))
        .with_state(system.clone())
}

/// What a mail may do when the console frames it.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; \
     img-src data:; frame-ancestors 'self'";

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

#[derive(Deserialize)]
struct TokenQuery {
    role: Option<String>,
}

async fn token(State(system): State<LocalSystem>, Query(query): Query<TokenQuery>) -> Result<Json<Value>, ApiError> {
    let word = query.role.unwrap_or_else(|| "csm".to_owned());
    let role = Role::parse(&word)
        .ok_or_else(|| ApiError::Invalid(Problems::one("?role", "must be one of viewer, csm, admin")))?;
    let token = system.gateway().token(role).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(Json(json!({ "token": token })))
}

async fn mailbox(State(system): State<LocalSystem>, headers: HeaderMap) -> Response {
    let mails = system.local().mailbox().mails();
    if wants_html(&headers) {
        return pages::mailbox(&mails, system.now());
    }
    Json(mails.iter().map(mail).collect::<Vec<_>>()).into_response()
}

/// A mail's HTML alone, as the console frames it; `index` counts from the oldest. It may show pictures it carries and nothing else.
async fn one_mail(State(system): State<LocalSystem>, Path(index): Path<usize>) -> Result<Response, ApiError> {
    let mails = system.local().mailbox().mails();
    let mail = mails.get(index).ok_or_else(|| ApiError::NotFound(format!("There is no mail {index}.")))?;
    // Links open beside the console. A mail's first line is its document type, so the base goes into its head.
    let html = mail.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok(([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response())
}

fn mail(mail: &Mail) -> Value {
    let headers: Map<String, Value> =
        mail.headers.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect();
    json!({
        "to": mail.to.join(", "),
        "from": mail.from,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "headers": headers,
        "links": mail.links,
        "sent_at": mail.sent_at,
    })
}

async fn clock(State(system): State<LocalSystem>) -> Json<Value> {
    Json(json!({ "now": system.now() }))
}

#[derive(Deserialize)]
struct Turn {
    advance: String,
}

/// `{"advance": "30d"}` as JSON, or the same as a form, which leads to the mailbox.
async fn turn_clock(State(system): State<LocalSystem>, request: Request) -> Result<Response, ApiError> {
    let is_form = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|media_type| media_type.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let body = keepwell_aws::http::body::read(request.into_body(), 1024).await?;
    // curl calls everything a form; what starts as JSON is JSON.
    let is_form = is_form && !body.trim_ascii_start().starts_with(b"{");
    let shape = |problem: String| ApiError::Malformed(format!("Send {{\"advance\": \"30d\"}}: {problem}."));
    let turn: Turn = if is_form {
        serde_urlencoded::from_bytes(&body).map_err(|error| shape(error.to_string()))?
    } else {
        serde_json::from_slice(&body).map_err(|error| shape(error.to_string()))?
    };
    let step = duration::parse(&turn.advance).map_err(|detail| Problems::one("/advance", detail))?;
    system.advance(step).await.map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(if is_form {
        Redirect::to("/_local/mailbox").into_response()
    } else {
        Json(json!({ "now": system.now() })).into_response()
    })
}

async fn events(State(system): State<LocalSystem>) -> Json<Value> {
    let events: Vec<Value> = system
        .local()
        .bus()
        .events()
        .iter()
        .map(|event| json!({ "detail_type": event.detail_type, "at": event.at, "detail": event.detail }))
        .collect();
    Json(Value::Array(events))
}

async fn health(State(system): State<LocalSystem>) -> Result<Json<Value>, ApiError> {
    let bus = system.local().bus();
    let queues: Map<String, Value> = bus
        .consumers()
        .into_iter()
        .map(|name| {
            let state = json!({ "depth": bus.depth(&name), "dead_letters": bus.dead_letters(&name).len() });
            (name, state)
        })
        .collect();
    let demo_available = demo::is_available(&system).await?;
    Ok(Json(json!({ "status": "ok", "now": system.now(), "queues": queues, "demo_available": demo_available })))
}
