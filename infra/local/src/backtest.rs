//! `keepwell backtest`: a scorecard, on the server or in a file, beside what became of the customers; and weights that fit it.
//!
//! The arithmetic is the server's. Here the question is put together, and the answer is written for people.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use http::{Method, StatusCode};
use keepwell_domain::backtest::report::{Backtest, VerdictWord};
use keepwell_domain::backtest::suggest::{Suggestion, SuggestionWord};
use keepwell_domain::edition::TextFormat;
use keepwell_domain::id::RecordId;
use keepwell_domain::problem::FieldProblem;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::client::{Client, ClientError};

mod text;

/// What to test, and on which customers.
#[derive(Debug, Clone, Args)]
pub struct BacktestArguments {
    /// A file with a scorecard (YAML or JSON), or the id of one on the server
    pub scorecard: String,
    /// Another file or id to compare it with
    #[arg(long)]
    pub against: Option<String>,
    /// Split by plan, industry, country, size, stage or `attributes.NAME`
    #[arg(long)]
    pub segment: Option<String>,
    /// Days before the outcome, such as 30,60,90
    #[arg(long, value_delimiter = ',')]
    pub horizons: Vec<u32>,
    /// Which outcomes, and where
    #[command(flatten)]
    pub outcomes: OutcomeArguments,
}

/// From what to suggest weights.
#[derive(Debug, Clone, Args)]
pub struct SuggestArguments {
    /// A file with a scorecard (YAML or JSON), or the id of one on the server
    pub scorecard: String,
    /// Days before the outcome
    #[arg(long)]
    pub horizon: Option<u32>,
    /// Where to write the draft (YAML)
    #[arg(long)]
    pub output: Option<PathBuf>,
    /// Which outcomes, and where
    #[command(flatten)]
    pub outcomes: OutcomeArguments,
}

/// Which outcomes count, and where they are.
#[derive(Debug, Clone, Args)]
pub struct OutcomeArguments {
    /// First day of the outcomes; a year before the last one when left out
    #[arg(long)]
    pub from: Option<String>,
    /// Last day of the outcomes; today when left out
    #[arg(long)]
    pub to: Option<String>,
    /// Count customers without an outcome as having stayed, for data that names churns alone
    #[arg(long)]
    pub stayed: bool,
    /// Use stored history alone, and reconstruct none from signals
    #[arg(long)]
    pub stored_only: bool,
    /// The server; without it, the one on this machine if it runs, else the data file itself
    #[arg(long)]
    pub server: Option<String>,
    /// Bearer token; a local server gives one out by itself
    #[arg(long)]
    pub token: Option<String>,
}

/// A report for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What to print.
    pub text: String,
    /// Whether nothing was judged, because too few customers left or stayed.
    pub refused: bool,
}

/// Why there is no report, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The draft cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file holds no document.
    #[error("{} holds no scorecard: {detail}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// Neither a file nor an id.
    #[error("{given:?} is neither a file that is there nor the id of a scorecard")]
    Neither {
        /// As it was given.
        given: String,
    },
    /// The server did not answer.
    #[error("the server gave no answer")]
    Client(#[from] ClientError),
    /// The server refused.
    #[error("the server answered {status}: {detail}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// In the server's words.
        detail: String,
    },
    /// The answer is not what it should be.
    #[error("the server's answer is not a backtest: is it a Keepwell server of this version?")]
    Unreadable(#[source] serde_json::Error),
    /// The draft cannot be written as YAML.
    #[error("the draft cannot be written as YAML: {0}")]
    Yaml(String),
}

/// Asks the server for a backtest, and writes it for people.
pub async fn backtest(asked: &BacktestArguments, client: &Client) -> Result<Report, BacktestError> {
    let scorecard = Given::read(&asked.scorecard)?;
    let mut body = asked.outcomes.body();
    set(&mut body, "document", scorecard.document.clone());
    set(&mut body, "segment", asked.segment.clone().map(Value::from));
    set(&mut body, "horizons", (!asked.horizons.is_empty()).then(|| json!(asked.horizons)));
    let against = asked.against.as_deref().map(Given::read).transpose()?;
    set(&mut body, "compare_with", against.map(|other| other.document.unwrap_or_else(|| json!({ "id": other.id }))));
    let answer: Backtest = post(client, &format!("/v1/scorecards/{}/backtest", scorecard.id), &body).await?;
    let horizons = answer.scorecards.iter().flat_map(|tests| &tests.horizons);
    let refused = horizons.into_iter().all(|horizon| horizon.verdict.word == VerdictWord::TooFew);
    Ok(Report { text: text::backtest(&answer), refused })
}

/// Asks the server for weights, writes them for people, and the draft to a file when one is named.
pub async fn suggest(asked: &SuggestArguments, client: &Client) -> Result<Report, BacktestError> {
    let scorecard = Given::read(&asked.scorecard)?;
    let mut body = asked.outcomes.body();
    set(&mut body, "document", scorecard.document.clone());
    set(&mut body, "horizon", asked.horizon.map(Value::from));
    let answer: Suggestion = post(client, &format!("/v1/scorecards/{}/suggest-weights", scorecard.id), &body).await?;
    let mut text = text::suggestion(&answer);
    if let Some((path, draft)) = asked.output.as_ref().zip(answer.draft.as_ref()) {
        let yaml = draft.to_yaml().map_err(|error| BacktestError::Yaml(error.to_string()))?;
        std::fs::write(path, yaml).map_err(|source| BacktestError::Write { path: path.clone(), source })?;
        let _ = write!(text, "\nThe draft is in {}.\n", path.display());
    }
    Ok(Report { text, refused: answer.word == SuggestionWord::TooFew })
}

impl OutcomeArguments {
    fn body(&self) -> Value {
        let mut body = json!({});
        set(&mut body, "from", self.from.clone().map(Value::from));
        set(&mut body, "to", self.to.clone().map(Value::from));
        set(&mut body, "negatives", self.stayed.then(|| json!("stayed")));
        set(&mut body, "reconstruct", self.stored_only.then_some(Value::Bool(false)));
        body
    }
}

fn set(body: &mut Value, key: &str, value: Option<Value>) {
    if let Some((object, value)) = body.as_object_mut().zip(value) {
        object.insert(key.to_owned(), value);
    }
}

/// A scorecard as it was named: an id, and the document when it came from a file.
struct Given {
    id: String,
    document: Option<Value>,
}

impl Given {
    fn read(given: &str) -> Result<Self, BacktestError> {
        let path = Path::new(given);
        if !path.is_file() {
            let id = RecordId::parse(given).map_err(|_| BacktestError::Neither { given: given.to_owned() })?;
            return Ok(Self { id: id.to_string(), document: None });
        }
        let wrong = |detail: &str| BacktestError::Document { path: path.to_owned(), detail: detail.to_owned() };
        let text =
            std::fs::read_to_string(path).map_err(|source| BacktestError::Read { path: path.to_owned(), source })?;
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let format = if is_json { TextFormat::Json } else { TextFormat::Yaml };
        let document = format.read(&text).map_err(|detail| wrong(&detail))?;
        let id = document.get("id").and_then(Value::as_str).and_then(|id| RecordId::parse(id).ok());
        let id = id.ok_or_else(|| wrong("/id: must be the scorecard's id"))?.to_string();
        Ok(Self { id, document: Some(document) })
    }
}

async fn post<T: DeserializeOwned>(client: &Client, path: &str, body: &Value) -> Result<T, BacktestError> {
    let body = body.to_string().into_bytes();
    let answer = client.send(Method::POST, path, Some("application/json"), body).await?;
    if answer.status.is_success() {
        return serde_json::from_slice(&answer.body).map_err(BacktestError::Unreadable);
    }
    Err(BacktestError::Refused { status: answer.status, detail: detail(&answer.body) })
}

/// The words of RFC 9457 problem details with every wrong field, or the body as it is.
fn detail(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct ProblemDetails {
        detail: String,
        #[serde(default)]
        errors: Vec<FieldProblem>,
    }
    let Ok(problem) = serde_json::from_slice::<ProblemDetails>(body) else {
        return String::from_utf8_lossy(body).chars().take(500).collect();
    };
    let lines = problem.errors.iter().map(|error| format!("\n  {}: {}", error.pointer, error.detail));
    std::iter::once(problem.detail.clone()).chain(lines).collect()
}
