//! A real receiver on this machine: it listens on a free port, notes what it gets, and stops with its test.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use futures::stream;
use http::{HeaderMap, Method};
use http_body_util::BodyExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the receiver does with a request.
pub(crate) enum Then {
    /// Answers that status.
    Status(u16),
    /// Answers that status with a header.
    Header(u16, &'static str, String),
    /// Answers that status with a text.
    Text(u16, &'static str),
    /// Answers that status with a body that does not end.
    Endless(u16),
    /// Does not answer.
    Silence,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Arrived {
    /// A header's text; empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Clone, Default)]
struct Log {
    peers: Arc<Mutex<Vec<SocketAddr>>>,
    own: Arc<Mutex<Vec<SocketAddr>>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    script: Arc<Mutex<VecDeque<Then>>>,
}

/// The receiver. Beyond its script it answers 204.
pub(crate) struct Receiver {
    port: u16,
    log: Log,
    server: JoinHandle<()>,
}

impl Receiver {
    /// A receiver that does these things with its first requests.
    pub(crate) async fn start(script: impl IntoIterator<Item = Then>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Log { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Log::default() };
        let app = Router::new().fallback(receive).with_state(log.clone());
        let noting = Noting { listener, peers: Arc::clone(&log.peers) };
        let server = tokio::spawn(async move { axum::serve(noting, app).await.unwrap() });
        Self { port, log, server }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks/keepwell?key=k1", self.port)
    }

    /// How many connections were made so far, whatever came of them. One of our own comes last, so that none is overlooked.
    pub(crate) async fn connections(&self) -> usize {
        let own = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let own = own.local_addr().unwrap();
        self.log.own.lock().unwrap().push(own);
        while !self.log.peers.lock().unwrap().contains(&own) {
            tokio::task::yield_now().await;
        }
        let own = self.log.own.lock().unwrap().clone();
        self.log.peers.lock().unwrap().iter().filter(|peer| !own.contains(peer)).count()
    }

    /// What arrived so far.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.log.arrived.lock().unwrap().clone()
    }

    /// The ids of what arrived so far.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.arrived().iter().map(|request| request.header("webhook-id").to_owned()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Notes who connects: a connection that brings no request of HTTP is one too.
struct Noting {
    listener: TcpListener,
    peers: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Listener for Noting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let accepted = Listener::accept(&mut self.listener).await;
        self.peers.lock().unwrap().push(accepted.1);
        accepted
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

async fn receive(State(log): State<Log>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    log.arrived.lock().unwrap().push(Arrived {
        method: head.method,
        path: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let then = log.script.lock().unwrap().pop_front().unwrap_or(Then::Status(204));
    let status = |status: u16| http::StatusCode::from_u16(status).unwrap();
    match then {
        Then::Status(code) => status(code).into_response(),
        Then::Header(code, name, value) => (status(code), [(name, value)]).into_response(),
        Then::Text(code, text) => (status(code), text).into_response(),
        Then::Endless(code) => {
            let endless = stream::repeat_with(|| Ok::<_, std::io::Error>("x".repeat(1_000)));
            (status(code), Body::from_stream(endless)).into_response()
        }
        Then::Silence => std::future::pending().await,
    }
}
