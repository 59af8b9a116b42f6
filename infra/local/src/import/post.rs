//! One chunk, posted.

use std::time::Duration;

use http::{Method, StatusCode};
use keepwell_domain::import::{ImportKind, Report};

use crate::client::{Client, ClientError, Response};

/// How often a busy server is asked, and after which pause (its `Retry-After`).
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// Why a chunk was not imported.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// There was no answer.
    #[error("the server gave no answer")]
    Client(#[source] ClientError),
    /// The server does not know the caller, or the caller may not import.
    #[error("the server answered {status}: pass --token with a token of an administrator")]
    NotAllowed {
        /// 401 or 403.
        status: StatusCode,
    },
    /// The server refused the document as a whole.
    #[error("the server answered {status}: {detail}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// In the server's words.
        detail: String,
    },
    /// The answer is not an import's report.
    #[error("the server's answer is not the report of an import: is it a Keepwell server of this version?")]
    Unreadable(#[source] serde_json::Error),
}

/// Posts a CSV document. Importing twice changes nothing, so that a busy server is simply asked again.
pub(super) async fn post(client: &Client, kind: ImportKind, csv: Vec<u8>) -> Result<Report, PostError> {
    let path = format!("/v1/imports/{kind}");
    let mut tries = 1;
    loop {
        let answer = client.send(Method::POST, &path, Some("text/csv"), csv.clone()).await;
        let answer = answer.map_err(PostError::Client)?;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE || tries == TRIES {
            return report(&answer);
        }
        tries += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

fn report(answer: &Response) -> Result<Report, PostError> {
    let status = answer.status;
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(PostError::NotAllowed { status }),
        status if status.is_success() => serde_json::from_slice(&answer.body).map_err(PostError::Unreadable),
        status => Err(PostError::Refused { status, detail: answer.detail() }),
    }
}
