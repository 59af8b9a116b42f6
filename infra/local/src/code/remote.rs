//! The documents of a server, by its API.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH};
use http::{Method, StatusCode};
use keepwell_domain::edition::TextFormat;
use keepwell_domain::id::RecordId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::check::{Document, Kind};
use crate::client::{Client, ClientError, Response};

const YAML: &str = "application/yaml";
const JSON: &str = "application/json";

/// How often a busy server is asked, and after which pause (its `Retry-After`).
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// A server whose documents are read and written.
pub(super) struct Remote {
    client: Client,
}

/// A document as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// To the letter, if it was set as YAML.
    pub text: String,
    /// Names this version.
    pub etag: String,
}

/// What a list says about a document.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pub id: String,
    /// A scorecard's place among those in use; `None` for a retired one, and for an automation.
    pub position: Option<usize>,
}

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// There was no answer.
    #[error("the server gave no answer")]
    Client(#[from] ClientError),
    /// The server does not know the caller, or the caller may not do this.
    #[error("the server answered {status}: pass --token (or KEEPWELL_TOKEN) with a token of an administrator")]
    NotAllowed {
        /// 401 or 403.
        status: StatusCode,
    },
    /// The server is of a version without these documents.
    #[error("this server keeps no {0}: update it, or name other files")]
    Absent(&'static str),
    /// The document is not the one that the caller saw.
    #[error("it was changed on the server meanwhile: run `keepwell plan` again and look at what changed")]
    Stale,
    /// Something else was refused.
    #[error("the server answered {status}: {detail}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// In the server's words.
        detail: String,
    },
    /// The answer cannot be used.
    #[error("the server's answer cannot be read: is it a Keepwell server of this version?")]
    Unreadable(#[source] Option<serde_json::Error>),
}

impl Remote {
    pub(super) async fn connect(server: &str, token: Option<String>) -> Result<Self, ClientError> {
        Ok(Self { client: Client::remote(server, token).await? })
    }

    /// Every document of a kind.
    pub(super) async fn list(&self, kind: Kind) -> Result<Vec<Listed>, RemoteError> {
        #[derive(Deserialize)]
        struct Page {
            items: Vec<Listed>,
            next_cursor: Option<String>,
        }
        let mut all = Vec::new();
        let mut query = String::new();
        loop {
            let path = format!("/v1/{}{query}", kind.plural());
            let answer = self.send(Method::GET, &path, &[(ACCEPT, JSON)], Vec::new()).await?;
            if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
                return Err(RemoteError::Absent(kind.plural()));
            }
            let Page { items, next_cursor } = read(&answer)?;
            // An id becomes a file's name, and nothing may leave the directory.
            if items.iter().any(|item| RecordId::parse(&item.id).is_err()) {
                return Err(RemoteError::Unreadable(None));
            }
            all.extend(items);
            let Some(cursor) = next_cursor else { return Ok(all) };
            query = format!("?{}", serde_urlencoded::to_string([("cursor", cursor)]).unwrap_or_default());
        }
    }

    /// A document; `None` when the server has none of this id.
    pub(super) async fn get(&self, kind: Kind, id: &str) -> Result<Option<Stored>, RemoteError> {
        let answer = self.send(Method::GET, &path(kind, id), &[(ACCEPT, YAML)], Vec::new()).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        accepted(&answer)?;
        let etag = answer.headers.get(ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let text = String::from_utf8(answer.body.to_vec()).ok();
        text.zip(etag).map(|(text, etag)| Some(Stored { text, etag })).ok_or(RemoteError::Unreadable(None))
    }

    /// Sets a document; `etag` names the version that it takes the place of, `None` that there is none. Answers the new version.
    pub(super) async fn put(&self, document: &Document, etag: Option<&str>) -> Result<u64, RemoteError> {
        #[derive(Deserialize)]
        struct Set {
            version: u64,
        }
        let mut headers = vec![(CONTENT_TYPE, media_type(document.format))];
        headers.extend(etag.map(|etag| (IF_MATCH, etag)));
        let path = path(document.kind, &document.id);
        let answer = self.send(Method::PUT, &path, &headers, document.text.clone().into_bytes()).await?;
        // Without an `ETag` the server asks for one as soon as there is something that could be overwritten.
        if matches!(answer.status, StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED) {
            return Err(RemoteError::Stale);
        }
        read::<Set>(&answer).map(|set| set.version)
    }

    /// What the scorecard would do to the portfolio; `None` when the server has no such answer.
    pub(super) async fn plan(&self, scorecard: &Document) -> Result<Option<Value>, RemoteError> {
        let path = format!("{}/plan", path(scorecard.kind, &scorecard.id));
        let headers = [(CONTENT_TYPE, media_type(scorecard.format))];
        self.ask(&path, &headers, scorecard.text.clone().into_bytes()).await
    }

    /// What the automation would have done in the last `days`; `None` when the server has no such answer.
    pub(super) async fn dry_run(&self, automation: &Document, days: u32) -> Result<Option<Value>, RemoteError> {
        let path = format!("{}/dry-run", path(automation.kind, &automation.id));
        let body = json!({ "document": automation.value, "days": days });
        self.ask(&path, &[(CONTENT_TYPE, JSON)], body.to_string().into_bytes()).await
    }

    async fn ask(
        &self,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Vec<u8>,
    ) -> Result<Option<Value>, RemoteError> {
        let answer = self.send(Method::POST, path, headers, body).await?;
        if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
            return Ok(None);
        }
        read(&answer).map(Some)
    }

    /// Sends a request. A busy server has done nothing, so that it is simply asked again.
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(HeaderName, &str)],
        body: Vec<u8>,
    ) -> Result<Response, RemoteError> {
        let mut tries = 1;
        loop {
            let answer = self.client.send_with(method.clone(), path, headers, body.clone()).await?;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE || tries == TRIES {
                return Ok(answer);
            }
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The path of a document. Its id has only characters that stand for themselves in a path.
fn path(kind: Kind, id: &str) -> String {
    format!("/v1/{}/{id}", kind.plural())
}

fn media_type(format: TextFormat) -> &'static str {
    match format {
        TextFormat::Json => JSON,
        TextFormat::Yaml => YAML,
    }
}

fn accepted(answer: &Response) -> Result<(), RemoteError> {
    match answer.status {
        status if status.is_success() => Ok(()),
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Err(RemoteError::NotAllowed { status }),
        status => Err(RemoteError::Refused { status, detail: answer.detail() }),
    }
}

fn read<T: DeserializeOwned>(answer: &Response) -> Result<T, RemoteError> {
    accepted(answer)?;
    serde_json::from_slice(&answer.body).map_err(|error| RemoteError::Unreadable(Some(error)))
}
