//! The one HTTP request. It cannot be made to reach anything but a public address by https: the URL is checked before each
//! request, and each name in the resolver that the connection uses, so that a name cannot lead elsewhere between the check and
//! the connection. Redirects are not followed, proxies of the environment are not used, no connection is kept.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioExecutor;
use keepwell_domain::delivery::endpoint::Channel;
use keepwell_domain::delivery::network::blocked;
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::delivery::{Delivery, Endpoint, Outcome, Received, TIME_OUT};
use tokio::time::{Instant, timeout};
use tower::Service;

use crate::function::BoxFuture;

/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 4 * 1024;

/// How long a connection may take of [`TIME_OUT`].
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Says which addresses a name has; a port among them counts when the URL names none.
pub type Names = Arc<dyn Fn(String) -> BoxFuture<io::Result<Vec<SocketAddr>>> + Send + Sync>;

type Connections = legacy::Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>;

/// Sends requests to endpoints.
pub struct Client {
    targets: Targets,
    names: Names,
    /// Made with the first request: reading the machine's root certificates takes a while.
    connections: OnceLock<Result<Connections, String>>,
}

impl Client {
    /// A client that may reach `targets`, with the names of the machine's resolver.
    pub fn new(targets: Targets) -> Self {
        Self::with_names(targets, Arc::new(|name| Box::pin(look_up(name))))
    }

    /// A client with a resolver of its own. What that answers is checked as any other answer.
    pub fn with_names(targets: Targets, names: Names) -> Self {
        Self { targets, names, connections: OnceLock::new() }
    }

    /// Sends a delivery to its endpoint, signed at `now` if the endpoint has a secret. Never fails: what went wrong is the
    /// outcome.
    pub async fn post(&self, endpoint: &Endpoint, delivery: &Delivery, now: DateTime<Utc>) -> Outcome {
        let start = Instant::now();
        let within = TIME_OUT.to_std().unwrap_or_default();
        let answer = match self.request(endpoint, delivery, now) {
            Ok((connections, request)) => timeout(within, exchange(connections, request))
                .await
                .unwrap_or_else(|_| Err(format!("no answer within {} s", TIME_OUT.num_seconds()))),
            Err(reason) => Err(reason),
        };
        Outcome { answer, took_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX) }
    }

    fn request(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        now: DateTime<Utc>,
    ) -> Result<(&Connections, Request<Full<Bytes>>), String> {
        let url = endpoint.url.checked(self.targets).map_err(|rule| format!("the endpoint's URL {rule}"))?;
        let uri: Uri = url.parse().map_err(|_| "the endpoint's URL cannot be used".to_owned())?;
        let body = delivery.body.as_str();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("Keepwell/", env!("CARGO_PKG_VERSION")));
        if let Channel::Webhook { secret } = &endpoint.channel {
            request = request
                .header("webhook-id", &delivery.id)
                .header("webhook-timestamp", now.timestamp())
                .header("webhook-signature", secret.sign(&delivery.id, now, body));
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_owned())))
            .map_err(|_| "the request cannot be built".to_owned())?;
        let connections = self.connections.get_or_init(|| connections(self.targets, Arc::clone(&self.names)));
        Ok((connections.as_ref().map_err(Clone::clone)?, request))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("targets", &self.targets).finish_non_exhaustive()
    }
}

fn connections(targets: Targets, names: Names) -> Result<Connections, String> {
    let mut http = HttpConnector::new_with_resolver(Guard(names));
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT_WITHIN));
    let builder = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| format!("this machine has no root certificates: {error}"))?;
    let builder = match targets {
        Targets::Public => builder.https_only(),
        Targets::PublicAndThisMachine => builder.https_or_http(),
    };
    let https = builder.enable_http1().wrap_connector(http);
    // Each request makes a connection of its own, and so checks the addresses anew.
    Ok(legacy::Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(https))
}

async fn exchange(connections: &Connections, request: Request<Full<Bytes>>) -> Result<Received, String> {
    let answer = connections.request(request).await.map_err(|error| {
        let what = if error.is_connect() { "no connection" } else { "no answer" };
        format!("{what}: {}", innermost(&error))
    })?;
    let (head, mut body) = answer.into_parts();
    let mut bytes = Vec::new();
    while bytes.len() < MAX_ANSWER {
        // The status is the answer; a body that breaks off changes nothing.
        let Some(Ok(frame)) = body.frame().await else { break };
        bytes.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]));
    }
    bytes.truncate(MAX_ANSWER);
    Ok(Received {
        status: head.status.as_u16(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        retry_after: retry_after(&head.headers),
    })
}

/// `Retry-After` in seconds; as a date it is not read.
fn retry_after(headers: &HeaderMap<HeaderValue>) -> Option<chrono::Duration> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(chrono::Duration::seconds(seconds.into()))
}

/// The error below all others says what happened; those above it say where.
fn innermost(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

async fn look_up(name: String) -> io::Result<Vec<SocketAddr>> {
    let name: Name = name.parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    Ok(GaiResolver::new().call(name).await?.collect())
}

/// A resolver that gives no address away that nothing is sent to. A name that leads to one such address leads nowhere: no
/// receiver has both a public and a private address.
#[derive(Clone)]
struct Guard(Names);

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
enum NameError {
    #[error("the host's name is not known")]
    Unknown(#[source] io::Error),
    #[error("the host's name leads to no public address: {0}")]
    Blocked(&'static str),
}

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = NameError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, NameError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NameError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let addresses = (self.0)(name.as_str().to_owned());
        Box::pin(async move {
            let addresses = addresses.await.map_err(NameError::Unknown)?;
            match addresses.iter().find_map(|address| blocked(address.ip())) {
                Some(what) => Err(NameError::Blocked(what)),
                None => Ok(addresses.into_iter()),
            }
        })
    }
}
