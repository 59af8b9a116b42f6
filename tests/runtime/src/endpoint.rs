//! AWS for the processes that are measured: `LocalCloud` behind a socket, with a clock of how long it kept them waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use keepwell_local::cloud::LocalCloud;
use tokio::net::TcpListener;

use crate::server::serve;

/// The endpoint that `AWS_ENDPOINT_URL` names.
#[derive(Clone)]
pub(crate) struct Endpoint {
    /// `http://127.0.0.1:<port>`.
    pub(crate) url: String,
    cloud: LocalCloud,
    meter: Arc<Mutex<Meter>>,
}

/// How long at least one request was being answered, and how many there were.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Waited {
    pub(crate) time: Duration,
    pub(crate) requests: usize,
}

#[derive(Debug, Default)]
struct Meter {
    in_flight: usize,
    since: Option<Instant>,
    waited: Waited,
}

impl Endpoint {
    /// Serves `cloud` as long as the program runs.
    pub(crate) async fn start(cloud: LocalCloud) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let endpoint = Self { url, cloud, meter: Arc::default() };
        tokio::spawn(serve(listener, Router::new().fallback(answer).with_state(endpoint.clone())));
        Ok(endpoint)
    }

    /// What was waited since the last call of this.
    pub(crate) fn take_waited(&self) -> Waited {
        std::mem::take(&mut self.meter().waited)
    }

    fn begin(&self) {
        let mut meter = self.meter();
        if meter.in_flight == 0 {
            meter.since = Some(Instant::now());
        }
        meter.in_flight += 1;
        meter.waited.requests += 1;
    }

    fn end(&self) {
        let mut meter = self.meter();
        meter.in_flight = meter.in_flight.saturating_sub(1);
        if meter.in_flight == 0
            && let Some(since) = meter.since.take()
        {
            meter.waited.time += since.elapsed();
        }
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(endpoint): State<Endpoint>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    endpoint.begin();
    let response = match request(&method, &uri, headers, &body) {
        Ok(request) => endpoint.cloud.answer(request).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    endpoint.end();
    match response {
        Ok(response) => response.map(axum::body::Body::from).into_response(),
        Err(problem) => (StatusCode::BAD_GATEWAY, problem).into_response(),
    }
}

/// The request with the host that it would have on AWS. The signature names the service.
fn request(method: &Method, uri: &Uri, headers: HeaderMap, body: &Bytes) -> http::Result<http::Request<Vec<u8>>> {
    let scope = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = if scope.contains("/s3/aws4_request") { "s3.local" } else { "aws.local" };
    let uri = format!("http://{host}{}", uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str));
    let mut request = http::Request::builder().method(method).uri(uri).body(body.to_vec())?;
    *request.headers_mut() = headers;
    Ok(request)
}
