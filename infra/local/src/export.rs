//! `export`: everything from a server into files, one for each kind: what `import` takes back.
//!
//! Pages are written as they come, so that memory does not grow with the portfolio. A file gets its name when it is whole.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use http::header::{ACCEPT, LINK};
use http::{HeaderMap, Method, StatusCode};
use indicatif::{HumanBytes, MultiProgress, ProgressBar};
use keepwell_domain::export::ExportKind;

use crate::client::{Client, ClientError, Response};

/// How often a busy server is asked, and after which pause (its `Retry-After`).
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// What to export, and where to.
#[derive(Debug, Clone, Args)]
pub struct ExportArguments {
    /// The directory; made if it is not there
    pub directory: PathBuf,
    /// Only these kinds, such as customers,tickets
    #[arg(long = "kind", value_delimiter = ',', value_parser = kind)]
    pub kinds: Vec<ExportKind>,
    /// The server; without it, the one on this machine if it runs, else the data file itself
    #[arg(long)]
    pub server: Option<String>,
    /// Bearer token; a local server gives one out by itself
    #[arg(long)]
    pub token: Option<String>,
}

fn kind(word: &str) -> Result<ExportKind, String> {
    ExportKind::parse(word).ok_or_else(|| format!("there are {}", ExportKind::WORDS.join(", ")))
}

/// What was written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Each file with its size in bytes.
    pub files: Vec<(PathBuf, u64)>,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, bytes) in &self.files {
            writeln!(f, "{:>10}  {}", HumanBytes(*bytes).to_string(), path.display())?;
        }
        write!(f, "Exported. `keepwell import DIRECTORY` takes back what is not of Keepwell's own making.")
    }
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There was no answer.
    #[error("{kind} could not be exported")]
    Client {
        /// What was asked for.
        kind: ExportKind,
        /// Why.
        source: ClientError,
    },
    /// The server refused.
    #[error("the server answered {status} for {kind}: {detail}")]
    Refused {
        /// What was asked for.
        kind: ExportKind,
        /// The status.
        status: StatusCode,
        /// In the server's words.
        detail: String,
    },
}

/// Writes each kind into its file, and says what was written. Files of the same names are replaced, each at once and when it is whole.
pub async fn export(
    arguments: &ExportArguments,
    client: &Client,
    progress: &MultiProgress,
) -> Result<Exported, ExportError> {
    let directory = &arguments.directory;
    fs::create_dir_all(directory).map_err(|source| ExportError::Write { path: directory.clone(), source })?;
    let kinds = if arguments.kinds.is_empty() { ExportKind::ALL } else { &arguments.kinds };
    let mut exported = Exported::default();
    for kind in kinds {
        let bar = progress.add(ProgressBar::new_spinner().with_message(kind.to_string()));
        bar.enable_steady_tick(Duration::from_millis(100));
        let path = directory.join(format!("{kind}.csv"));
        let bytes = export_kind(*kind, &path, client, &bar).await?;
        bar.finish_with_message(format!("{kind}: {}", HumanBytes(bytes)));
        exported.files.push((path, bytes));
    }
    Ok(exported)
}

async fn export_kind(kind: ExportKind, path: &Path, client: &Client, bar: &ProgressBar) -> Result<u64, ExportError> {
    let unfinished = path.with_extension("csv.part");
    let wrong = |source| ExportError::Write { path: unfinished.clone(), source };
    let mut file = BufWriter::new(File::create(&unfinished).map_err(wrong)?);
    let mut bytes = 0;
    let mut next = Some(format!("/v1/exports/{kind}"));
    while let Some(page) = next {
        let answer = get(kind, &page, client).await?;
        file.write_all(&answer.body).map_err(wrong)?;
        bytes += answer.body.len() as u64;
        bar.set_message(format!("{kind}: {}", HumanBytes(bytes)));
        next = next_page(&answer.headers);
    }
    file.into_inner().map_err(|error| wrong(error.into_error()))?.sync_all().map_err(wrong)?;
    fs::rename(&unfinished, path).map_err(|source| ExportError::Write { path: path.to_owned(), source })?;
    Ok(bytes)
}

async fn get(kind: ExportKind, page: &str, client: &Client) -> Result<Response, ExportError> {
    let mut tries = 1;
    loop {
        let answer = client.send_with(Method::GET, page, &[(ACCEPT, "text/csv")], Vec::new()).await;
        let answer = answer.map_err(|source| ExportError::Client { kind, source })?;
        let status = answer.status;
        if status.is_success() {
            return Ok(answer);
        }
        if status != StatusCode::SERVICE_UNAVAILABLE || tries == TRIES {
            return Err(ExportError::Refused { kind, status, detail: answer.detail() });
        }
        tries += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

/// The path of the next page: `Link: </v1/exports/…>; rel="next"`.
fn next_page(headers: &HeaderMap) -> Option<String> {
    let link = headers.get(LINK)?.to_str().ok()?;
    let (path, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"next\"").then(|| path.to_owned())
}
