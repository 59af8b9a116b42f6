//! Talking to a Keepwell server: one in this process, or one somewhere else. The commands see no difference.

use std::error::Error as StdError;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use keepwell_domain::problem::{FieldProblem, Problems};
use serde::Deserialize;
use tower::ServiceExt;

/// Longer than any answer takes: API Gateway gives up after 29 s.
const ANSWER_WITHIN: Duration = Duration::from_mins(2);
/// Where the local system hands out a token of an administrator.
const TOKEN_PATH: &str = "/_local/token?role=admin";

/// A server, and the right to call it. No `Debug`: the token must not reach a log.
#[expect(clippy::large_enum_variant, reason = "a process has one or two")]
pub enum Client {
    /// The router of this process, called without a socket.
    InProcess {
        /// The whole API.
        router: Router,
        /// Bearer token.
        token: String,
    },
    /// A server that is reached by HTTP.
    Remote {
        /// The server.
        server: Server,
        /// Bearer token.
        token: String,
    },
}

/// A server's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Response {
    /// The words of RFC 9457 problem details, or the body as it is.
    pub fn detail(&self) -> String {
        #[derive(Deserialize)]
        struct ProblemDetails {
            detail: String,
            #[serde(default)]
            errors: Vec<FieldProblem>,
        }
        match serde_json::from_slice::<ProblemDetails>(&self.body) {
            Ok(problem) if problem.errors.is_empty() => problem.detail,
            Ok(problem) => Problems(problem.errors).to_string(),
            Err(_) => String::from_utf8_lossy(&self.body).chars().take(500).collect(),
        }
    }
}

/// Why there is no answer, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server's address cannot be used.
    #[error("{server:?} is not a server's address: write it as http://127.0.0.1:8080 or https://keepwell.example.com")]
    Address {
        /// As it was given.
        server: String,
    },
    /// The path cannot be part of an address.
    #[error("{path:?} is not a path of the API: it starts with / and has no spaces")]
    Path {
        /// As it was given.
        path: String,
    },
    /// The machine has no certificates to check a server with.
    #[error("no root certificates were found on this machine: install the package ca-certificates")]
    Certificates(#[source] std::io::Error),
    /// Nobody listens.
    #[error("no server answers at {server}: start it with `cargo run`, or name another one with --server")]
    NotRunning {
        /// The address.
        server: String,
        /// What the connection said.
        source: legacy::Error,
    },
    /// The connection was made, and then it broke.
    #[error("the connection to {server} broke: try again, and look at the server's log")]
    Broken {
        /// The address.
        server: String,
        /// What the connection said.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The server took too long.
    #[error("{server} did not answer within {} s: try again, and look at the server's log", ANSWER_WITHIN.as_secs())]
    Slow {
        /// The address.
        server: String,
    },
    /// No token was given, and the server gives none away.
    #[error(
        "{server} hands out no tokens (only a local server does, and it answered {status}): pass --token with one of an administrator"
    )]
    NoToken {
        /// The address.
        server: String,
        /// What it answered.
        status: StatusCode,
    },
    /// The token has characters that no header can have.
    #[error("the token cannot be sent: it must be one line of printable ASCII")]
    Token,
}

impl Client {
    /// A client of a router in this process. Without a token it asks the router for one, as the local system gives them.
    pub async fn in_process(router: Router, token: Option<String>) -> Result<Self, ClientError> {
        let token = if let Some(token) = token {
            token
        } else {
            let asked = request(&Method::GET, TOKEN_PATH, &[], None, Vec::new())?;
            token_from("this process", &call(&router, asked).await?)?
        };
        Ok(Self::InProcess { router, token })
    }

    /// A client of the server at `http://…` or `https://…`. Without a token it asks the server for one; only a local one answers.
    pub async fn remote(server: &str, token: Option<String>) -> Result<Self, ClientError> {
        let server = Server::parse(server)?;
        let token = if let Some(token) = token {
            token
        } else {
            let answer = server.send(&Method::GET, TOKEN_PATH, &[], None, Vec::new()).await?;
            token_from(&server.base, &answer)?
        };
        Ok(Self::Remote { server, token })
    }

    /// Sends a request and waits for the whole answer. Any status is an answer; an error means that there was none.
    pub async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        content_type: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Response, ClientError> {
        let headers: Vec<_> = content_type.map(|media_type| (CONTENT_TYPE, media_type)).into_iter().collect();
        self.send_with(method, path_and_query, &headers, body).await
    }

    /// The same with any headers.
    pub async fn send_with(
        &self,
        method: Method,
        path_and_query: &str,
        headers: &[(HeaderName, &str)],
        body: Vec<u8>,
    ) -> Result<Response, ClientError> {
        match self {
            Self::InProcess { router, token } => {
                let request = request(&method, path_and_query, headers, Some(token), body)?;
                call(router, request).await
            }
            Self::Remote { server, token } => server.send(&method, path_and_query, headers, Some(token), body).await,
        }
    }
}

/// A server that is reached by HTTP.
#[derive(Debug)]
pub struct Server {
    /// `https://host[:port][/stage]` without a slash at the end.
    base: String,
    connections: Connections,
}

/// Two pools, because the root certificates need not be there for a local server (and take time to load).
#[derive(Debug)]
enum Connections {
    Plain(legacy::Client<HttpConnector, Full<Bytes>>),
    Tls(legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Server {
    fn parse(text: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Address { server: text.to_owned() };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        if uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
            return Err(wrong());
        }
        let pool = || legacy::Client::builder(TokioExecutor::new());
        let connections = match uri.scheme_str() {
            Some("http") => Connections::Plain(pool().build(HttpConnector::new())),
            Some("https") => {
                let tls = HttpsConnectorBuilder::new().with_native_roots().map_err(ClientError::Certificates)?;
                Connections::Tls(pool().build(tls.https_only().enable_http1().build()))
            }
            _ => return Err(wrong()),
        };
        Ok(Self { base: text.trim_end_matches('/').to_owned(), connections })
    }

    async fn send(
        &self,
        method: &Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        token: Option<&String>,
        body: Vec<u8>,
    ) -> Result<Response, ClientError> {
        if !path.starts_with('/') {
            return Err(ClientError::Path { path: path.to_owned() });
        }
        let url = format!("{}{path}", self.base);
        let request = request(method, &url, headers, token, body)?.map(|body| Full::new(Bytes::from(body)));
        tokio::time::timeout(ANSWER_WITHIN, self.exchange(request))
            .await
            .map_err(|_| ClientError::Slow { server: self.base.clone() })?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response, ClientError> {
        let answer = match &self.connections {
            Connections::Plain(client) => client.request(request).await,
            Connections::Tls(client) => client.request(request).await,
        };
        let (head, body) = answer.map_err(|source| self.failed(source))?.into_parts();
        let body = body.collect().await.map_err(|source| self.broken(source.into()))?;
        Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
    }

    fn failed(&self, source: legacy::Error) -> ClientError {
        if source.is_connect() {
            return ClientError::NotRunning { server: self.base.clone(), source };
        }
        self.broken(source.into())
    }

    fn broken(&self, source: Box<dyn StdError + Send + Sync>) -> ClientError {
        ClientError::Broken { server: self.base.clone(), source }
    }
}

/// Builds a request. The token's header is marked sensitive, so that it does not reach a log.
fn request(
    method: &Method,
    url: &str,
    headers: &[(HeaderName, &str)],
    token: Option<&String>,
    body: Vec<u8>,
) -> Result<Request<Vec<u8>>, ClientError> {
    let wrong = || ClientError::Path { path: url.to_owned() };
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    if let Some(token) = token {
        let mut value: HeaderValue = format!("Bearer {token}").parse().map_err(|_| ClientError::Token)?;
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request.body(body).map_err(|_| wrong())
}

async fn call(router: &Router, request: Request<Vec<u8>>) -> Result<Response, ClientError> {
    let Ok(answer) = router.clone().oneshot(request.map(Body::from)).await;
    let (head, body) = answer.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| ClientError::Broken { server: "this process".to_owned(), source: error.into_inner() })?;
    Ok(Response { status: head.status, headers: head.headers, body: body.to_bytes() })
}

fn token_from(server: &str, answer: &Response) -> Result<String, ClientError> {
    #[derive(Deserialize)]
    struct Given {
        token: String,
    }
    let status = answer.status;
    serde_json::from_slice::<Given>(&answer.body)
        .ok()
        .filter(|_| status.is_success())
        .map(|given| given.token)
        .ok_or_else(|| ClientError::NoToken { server: server.to_owned(), status })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
