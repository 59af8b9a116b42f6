//! The Lambda Runtime API for one process: it asks for the next event, and answers it or says what went wrong.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::server::serve;

/// How much time an event has, as the process is told.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What the process asked or said.
pub(crate) enum Arrival {
    /// It asked for an event, and gets the one that is sent here.
    Next { at: Instant, hand_over: oneshot::Sender<Event> },
    /// It answered an event, or said that it cannot.
    Answer { handed_over_at: Instant, at: Instant, result: Result<Bytes, Bytes> },
    /// It could not start.
    InitError(Bytes),
}

/// An event on its way to the process.
pub(crate) struct Event {
    pub(crate) request_id: String,
    pub(crate) payload: Vec<u8>,
}

#[derive(Clone)]
struct Ports {
    arrivals: mpsc::UnboundedSender<Arrival>,
    /// When the event that is being handled was handed over.
    handed_over_at: Arc<Mutex<Option<Instant>>>,
}

/// Serves one process until it is dropped. Answers where, and what arrives.
pub(crate) async fn listen() -> std::io::Result<(Listening, mpsc::UnboundedReceiver<Arrival>)> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    let ports = Ports { arrivals: sender, handed_over_at: Arc::default() };
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .with_state(ports);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    Ok((Listening { address, task: tokio::spawn(serve(listener, router)) }, arrivals))
}

/// A server that stops when it is dropped.
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn next(State(ports): State<Ports>) -> Response {
    let at = Instant::now();
    let (hand_over, event) = oneshot::channel();
    if ports.arrivals.send(Arrival::Next { at, hand_over }).is_err() {
        return StatusCode::GONE.into_response();
    }
    let Ok(Event { request_id, payload }) = event.await else { return StatusCode::GONE.into_response() };
    let deadline = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default() + TIMEOUT;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", request_id),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:keepwell".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".to_owned(),
        ),
    ];
    let response = (headers, payload).into_response();
    *ports.handed_over_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    response
}

async fn response(State(ports): State<Ports>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    answered(&ports, Ok(body))
}

async fn error(State(ports): State<Ports>, Path(_): Path<String>, body: Bytes) -> StatusCode {
    answered(&ports, Err(body))
}

fn answered(ports: &Ports, result: Result<Bytes, Bytes>) -> StatusCode {
    let at = Instant::now();
    let handed_over_at = ports.handed_over_at.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(handed_over_at) = handed_over_at else { return StatusCode::BAD_REQUEST };
    match ports.arrivals.send(Arrival::Answer { handed_over_at, at, result }) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}

async fn init_error(State(ports): State<Ports>, body: Bytes) -> StatusCode {
    match ports.arrivals.send(Arrival::InitError(body)) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE,
    }
}
