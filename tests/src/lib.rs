//! What every story needs: the whole system in memory with a clock that stands still, and people who call it.

#![expect(
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::indexing_slicing,
    reason = "a story that cannot go on has failed, and says where"
)]

pub mod logged;
pub mod openapi;
pub mod rights;

use std::io::Read as _;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, TimeZone as _, Utc};
use flate2::read::GzDecoder;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use keepwell_aws::http::{Role, Route};
use keepwell_local::cloud::clock::Clock;
use keepwell_local::cloud::mailbox::Mail;
use keepwell_local::system::{LocalSystem, Options};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::openapi::contract::{Contract, Exchange};

/// A Monday, 08:00 UTC: an hour before the sending window of contacts in UTC.
pub fn monday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 8, 0, 0).single().unwrap_or_default()
}

/// The whole system in memory.
pub struct World {
    /// The system.
    pub system: LocalSystem,
    router: Router,
}

/// At the end of a story nobody may have asked for more than its role allows.
impl Drop for World {
    fn drop(&mut self) {
        let needed = self.system.local().rights();
        if !std::thread::panicking() {
            let missing = rights::missing(&needed);
            assert!(missing.is_empty(), "infra/template.yaml does not allow it:\n{}", missing.join("\n"));
        }
    }
}

/// A request that is being put together.
pub struct Call<'a> {
    world: &'a World,
    request: http::request::Builder,
    body: Body,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub text: String,
}

impl World {
    /// A fresh system on [`monday`].
    pub async fn new() -> Self {
        Self::at(monday()).await
    }

    /// A fresh system at a moment of its own.
    pub async fn at(now: DateTime<Utc>) -> Self {
        Self::with(Options::memory(Clock::frozen_at(now))).await
    }

    /// A fresh system with options of its own.
    pub async fn with(options: Options) -> Self {
        let system = match LocalSystem::start(options).await {
            Ok(system) => system,
            Err(error) => panic!("the system does not start: {error:?}"),
        };
        let router = system.router();
        Self { system, router }
    }

    /// Every route that a function declares.
    pub fn routes(&self) -> Vec<Route> {
        self.system.functions().iter().flat_map(|function| function.routes.declared().to_vec()).collect()
    }

    /// What calls are held against.
    fn contract(&self) -> &'static Contract {
        Contract::of(|| self.routes())
    }

    /// A call by a person of that role.
    pub fn call_as(&self, role: Role, method: Method, path: &str) -> Call<'_> {
        let token = self.system.gateway().token(role).unwrap_or_default();
        let call = self.call(method, path);
        Call { request: call.request.header("authorization", format!("Bearer {token}")), ..call }
    }

    /// A call by anybody.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { world: self, request: Request::builder().method(method).uri(path), body: Body::empty() }
    }

    /// The write key that the local system gives away.
    pub async fn write_key(&self) -> String {
        let reply = self.call(Method::GET, "/_local/write-key").send().await.expect_status(200);
        reply.json()["write_key"].as_str().unwrap_or_default().to_owned()
    }

    /// A call by a machine with that write key.
    pub fn call_with_key(&self, key: &str, path: &str) -> Call<'_> {
        let basic = STANDARD.encode(format!("{key}:"));
        self.call(Method::POST, path).header("authorization", &format!("Basic {basic}"))
    }

    /// `GET` by a viewer; must be 200.
    pub async fn get(&self, path: &str) -> Value {
        self.call_as(Role::Viewer, Method::GET, path).send().await.expect_status(200).json()
    }

    /// `POST` by a CSM; must be 201.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.call_as(Role::Csm, Method::POST, path).json(&body).send().await.expect_status(201).json()
    }

    /// A change by a CSM with the `ETag` that `etag_of` has now; any status.
    pub async fn change(&self, method: Method, path: &str, etag_of: &str, body: Value) -> Reply {
        let current = self.call_as(Role::Viewer, Method::GET, etag_of).send().await.expect_status(200);
        self.call_as(Role::Csm, method, path).header("if-match", &current.header("etag")).json(&body).send().await
    }

    /// Sets a Health Status as a CSM would, and lets everything that follows happen.
    pub async fn set_status(&self, customer: &str, status: &str) {
        let path = format!("/v1/customers/{customer}/status");
        let body = json!({ "status": status, "reason": "we talked" });
        self.change(Method::PUT, &path, &format!("/v1/customers/{customer}"), body).await.expect_status(200);
        self.settle().await;
    }

    /// A customer with an owner, feedback requests on, and these contacts: (id, role). Addresses are `<id>@<customer>.example`.
    pub async fn customer_with(&self, id: &str, contacts: &[(&str, &str)]) {
        let customer = json!({ "id": id, "name": format!("{id} Ltd"), "owner": "csm@keepwell.example", "arr_cents": 1_200_000,
            "seats": 10, "request_feedback": true });
        self.post("/v1/customers", customer).await;
        for (contact, role) in contacts {
            let body = json!({ "id": contact, "name": format!("{contact} Person"), "email": format!("{contact}@{id}.example"), "role": role });
            self.post(&format!("/v1/customers/{id}/contacts"), body).await;
        }
        self.settle().await;
    }

    /// Lets everything that is under way come to rest.
    pub async fn settle(&self) {
        if let Err(error) = self.system.settle().await {
            panic!("the system does not come to rest: {error}");
        }
    }

    /// Turns the clock; every schedule in between runs.
    pub async fn advance(&self, step: Duration) {
        if let Err(error) = self.system.advance(step).await {
            panic!("the clock cannot be turned: {error}");
        }
    }

    /// The mails to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.system.local().mailbox().mails_to(address)
    }

    /// Answers a feedback mail as a person does: opens the link of that rating and submits the form.
    pub async fn answer(&self, mail: &Mail, rating: &str, comment: &str) -> Reply {
        let path = feedback_path(mail, rating);
        let page = self.call(Method::GET, &path).send().await.expect_status(200);
        self.submit(&path, &page.nonce(), rating, comment).await
    }

    /// Submits the feedback form.
    pub async fn submit(&self, path: &str, nonce: &str, rating: &str, comment: &str) -> Reply {
        let form = [("rating", rating), ("comment", comment), ("nonce", nonce)];
        let reply = self.call(Method::POST, path).form(&form).send().await;
        self.settle().await;
        reply
    }
}

/// Path and query of the mail's link for a rating.
pub fn feedback_path(mail: &Mail, rating: &str) -> String {
    let wanted = format!("rating={rating}");
    match mail.links.iter().find(|link| link.contains("/f/") && link.contains(&wanted)) {
        Some(link) => path_of(link),
        None => panic!("the mail has no link for {rating}: {:?}", mail.links),
    }
}

/// Path and query of a link.
pub fn path_of(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.find('/').map_or_else(|| "/".to_owned(), |slash| rest.split_at(slash).1.to_owned())
}

impl Call<'_> {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// A JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    /// A form body.
    #[must_use]
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = serde_urlencoded::to_string(fields).unwrap_or_default();
        self.raw("application/x-www-form-urlencoded", body)
    }

    /// Any body.
    #[must_use]
    pub fn raw(self, media_type: &str, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self.header("content-type", media_type) }
    }

    /// Sends the request. Call and answer must be as the API is described.
    pub async fn send(self) -> Reply {
        let (body, sent) = known(self.body).await;
        let request = match self.request.body(body) {
            Ok(request) => request,
            Err(error) => panic!("not a request: {error}"),
        };
        let (method, uri, sent_headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
        let response = match self.world.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let bytes = unpacked(&parts.headers, bytes);
        let reply =
            Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() };
        let breach = self.world.contract().breach(&Exchange {
            method: &method,
            path: uri.path(),
            query: uri.query().unwrap_or_default(),
            sent_headers: &sent_headers,
            sent: &sent,
            status: reply.status,
            headers: &reply.headers,
            text: &reply.text,
        });
        assert!(breach.is_none(), "{}", breach.unwrap_or_default());
        reply
    }
}

/// A body without its packing.
fn unpacked(headers: &HeaderMap, bytes: Bytes) -> Bytes {
    if headers.get("content-encoding").is_none_or(|encoding| encoding != "gzip") {
        return bytes;
    }
    let mut plain = Vec::new();
    match GzDecoder::new(&bytes[..]).read_to_end(&mut plain) {
        Ok(_) => plain.into(),
        Err(error) => panic!("not packed as its header says: {error}"),
    }
}

/// A body, and what is in it; nothing for one that has no end yet.
async fn known(body: Body) -> (Body, Bytes) {
    if body.size_hint().exact().is_none() {
        return (body, Bytes::new());
    }
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    (Body::from(bytes.clone()), bytes)
}

impl Reply {
    /// The reply, if it has that status.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "unexpected status; body: {}", self.text);
        self
    }

    /// The body as JSON; `null` when it is not.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header; empty when absent.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The JSON pointers of the fields that a problem names.
    pub fn pointers(&self) -> Vec<String> {
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The nonce hidden in a feedback page.
    pub fn nonce(&self) -> String {
        let value = self.text.split_once("name=\"nonce\" value=\"").map(|(_, rest)| rest);
        value.and_then(|rest| rest.split_once('"')).map(|(nonce, _)| nonce.to_owned()).unwrap_or_default()
    }
}
