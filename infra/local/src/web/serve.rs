//! Serves the console beside the API, with the headers that the CDN sets when deployed: what the policy forbids fails at home too.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderValue, Method, StatusCode};
use minijinja::{Environment, context};

use super::{Console, Files, State};

/// What pages of the console may load and do. On AWS `connect-src` also names the issuer that signs people in.
pub const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'";

/// Files in `assets/` that vite gives a name of their own for every content. Others are read again each time.
const FOREVER: &str = "public, max-age=31536000, immutable";

const LAYOUT: &str = include_str!("../../templates/layout.html");
const PLACEHOLDER: &str = include_str!("../../templates/console.html");

/// The first part of every path that is not the console's.
const API: [&str; 4] = ["v1", "f", "u", "_local"];

/// The API with the console at every other path.
pub fn with_console(api: Router, console: Console) -> Router {
    api.layer(from_fn(move |request: Request, next: Next| {
        let console = console.clone();
        async move {
            let path = request.uri().path().to_owned();
            let reads = matches!(*request.method(), Method::GET | Method::HEAD);
            if reads && belongs_to_console(&path) { answer(&console, &path) } else { next.run(request).await }
        }
    }))
}

fn belongs_to_console(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    !API.contains(&first)
}

fn answer(console: &Console, path: &str) -> Response {
    match console.state() {
        State::Ready(files) => from_files(&files, path),
        State::Building => placeholder(true, None),
        State::Missing(failure) => placeholder(false, failure.as_deref()),
    }
}

/// A file, or the page for any other path: the console itself knows which pages there are.
fn from_files(files: &Files, path: &str) -> Response {
    let name = path.trim_start_matches('/');
    if let Some(bytes) = files.get(name) {
        let cache = if is_hashed(name) { FOREVER } else { "no-store" };
        return response(name, bytes.into_owned(), cache);
    }
    if name.starts_with("assets/") {
        // An old page asks for a file of an older build; HTML in its place would be a riddle.
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], "There is no such file.").into_response();
    }
    match files.get("index.html") {
        Some(page) => response("index.html", page.into_owned(), "no-store"),
        None => placeholder(false, None),
    }
}

/// Whether vite named the file after its content: `name-<8 letters>.ext`.
fn is_hashed(name: &str) -> bool {
    let Some(file) = name.strip_prefix("assets/") else { return false };
    let Some((stem, _)) = file.rsplit_once('.') else { return false };
    // The hash itself may hold a hyphen, so it is counted from the end.
    stem.len() > 9 && stem.is_char_boundary(stem.len() - 9) && stem.as_bytes().get(stem.len() - 9) == Some(&b'-')
}

fn response(name: &str, bytes: Vec<u8>, cache: &'static str) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The page that stands in for the console.
fn placeholder(building: bool, failure: Option<&str>) -> Response {
    let mut environment = Environment::new();
    let page = [("layout.html", LAYOUT), ("console.html", PLACEHOLDER)]
        .into_iter()
        .try_for_each(|(name, source)| environment.add_template(name, source))
        .and_then(|()| environment.get_template("console.html")?.render(context! { building, failure, now => "" }));
    match page {
        Ok(page) => ([(CACHE_CONTROL, "no-store")], Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the placeholder cannot be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be shown; the log says why.").into_response()
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
