//! Scorecards and automations as code: files that are checked, compared with a server, sent to it and fetched from it.
//!
//! | module | what it is |
//! |---|---|
//! | `files` | which files are meant |
//! | `check`, `positions`, `report` | what they are, what is wrong with them and where, and how that is said |
//! | `remote` | the server's documents |
//! | `plan`, `changes`, `outlook` | what applying would change, and what that would do |
//! | `apply`, `pull` | both directions |

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use keepwell_domain::automation::schema::automation_schema;
use keepwell_domain::score::schema::scorecard_schema;

mod apply;
mod changes;
mod check;
pub mod console;
pub mod files;
mod outlook;
mod plan;
mod positions;
mod pull;
pub mod remote;
mod report;

use check::Document;
use console::Console;
use files::FilesError;
use remote::{Remote, RemoteError};

use crate::client::ClientError;
use crate::cloud::clock::Clock;

/// What can be done with scorecards and automations that are files.
#[derive(Debug, Subcommand)]
pub enum CodeCommand {
    /// Check scorecards and automations without a server
    Validate {
        /// Which files are meant
        #[command(flatten)]
        files: Files,
        /// Print the problems as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what applying the files would change on the server, and what that would do
    Plan {
        /// Which files are meant
        #[command(flatten)]
        files: Files,
        /// Which server is meant
        #[command(flatten)]
        target: Target,
        /// Exit with 2 when something would change, and with 0 when nothing would
        #[arg(long)]
        exit_code: bool,
    },
    /// Show the plan, ask, and make the server equal to the files
    Apply {
        /// Which files are meant
        #[command(flatten)]
        files: Files,
        /// Which server is meant
        #[command(flatten)]
        target: Target,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Write the server's scorecards and automations to files
    Pull {
        /// Where `scorecards/` and `automations/` are written
        #[arg(default_value = ".")]
        directory: PathBuf,
        /// Which server is meant
        #[command(flatten)]
        target: Target,
        /// Overwrite files that differ
        #[arg(long)]
        force: bool,
    },
    /// Print the JSON Schema of a kind of document, for editors
    Schema {
        /// Which kind
        kind: SchemaKind,
    },
}

/// Which files are meant.
#[derive(Debug, Args)]
pub struct Files {
    /// Scorecards and automations (.yaml, .yml, .json), or directories of them
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Which server is meant.
#[derive(Debug, Args)]
pub struct Target {
    /// The server; without it, the one on this machine
    #[arg(long, env = "KEEPWELL_SERVER")]
    server: Option<String>,
    /// Bearer token; a local server gives one out by itself
    #[arg(long, env = "KEEPWELL_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    /// How a Health Score is computed
    Scorecard,
    /// What happens by itself when something happened to a customer
    Automation,
}

/// How a command that did what it was asked ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All is well: exit code 0.
    Good,
    /// Files have problems, or were kept: exit code 1.
    Bad,
    /// Something would change, and it was asked to say so: exit code 2.
    WouldChange,
}

/// What stopped a command, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The files cannot be read.
    #[error("the files cannot be read")]
    Files(#[from] FilesError),
    /// The server cannot be used.
    #[error("the server cannot be used")]
    Client(#[from] ClientError),
    /// The server's documents cannot be listed.
    #[error("the server's {kind} cannot be listed; nothing was written")]
    List {
        /// Which.
        kind: &'static str,
        /// Why.
        source: RemoteError,
    },
    /// A document of the server cannot be read.
    #[error("{document} cannot be read; what was pulled before it stays")]
    Fetch {
        /// Which.
        document: String,
        /// Why.
        source: RemoteError,
    },
    /// A file cannot be compared with the server.
    #[error("{} cannot be compared with the server; nothing was written", path.display())]
    Compare {
        /// The file.
        path: PathBuf,
        /// Why.
        source: RemoteError,
    },
    /// Nobody can be asked, and nobody said yes.
    #[error("nothing was written: nobody can be asked here, so that apply needs --yes")]
    Unasked,
    /// The server is no longer what the plan saw.
    #[error(
        "nothing was written: since the plan, {} changed on the server; run `keepwell plan` again and look at what changed",
        stale.join(", ")
    )]
    Stale {
        /// The documents.
        stale: Vec<String>,
    },
    /// The server did not take a document.
    #[error("{outcome}")]
    Write {
        /// Which one, what was written before it, and what was not tried after it.
        outcome: String,
        /// Why.
        source: RemoteError,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: name a directory that you may write to", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Runs a command. `here` is the server on this machine.
pub async fn run(command: CodeCommand, here: &str, console: &mut Console<'_>) -> Result<Verdict, CodeError> {
    match command {
        CodeCommand::Validate { files, json } => validate(&files, json, console),
        CodeCommand::Plan { files, target, exit_code } => {
            let Some(documents) = valid(&files, console)? else { return Ok(Verdict::Bad) };
            let remote = target.connect(here).await?;
            let plan = plan::plan(&remote, documents).await?;
            plan.print(console);
            Ok(if exit_code && plan.changes_something() { Verdict::WouldChange } else { Verdict::Good })
        }
        CodeCommand::Apply { files, target, yes } => {
            let Some(documents) = valid(&files, console)? else { return Ok(Verdict::Bad) };
            let remote = target.connect(here).await?;
            let plan = plan::plan(&remote, documents).await?;
            plan.print(console);
            if !plan.changes_something() {
                console.say("Nothing to do.");
                return Ok(Verdict::Good);
            }
            let question = format!("Apply this to {}?", target.address(here));
            if !yes && !console.confirm(&question).ok_or(CodeError::Unasked)? {
                console.say("Nothing was written.");
                return Ok(Verdict::Bad);
            }
            apply::apply(&remote, &plan, console).await?;
            Ok(Verdict::Good)
        }
        CodeCommand::Pull { directory, target, force } => {
            let remote = target.connect(here).await?;
            let all = pull::pull(&remote, &directory, force, console).await?;
            Ok(if all { Verdict::Good } else { Verdict::Bad })
        }
        CodeCommand::Schema { kind } => {
            let schema = match kind {
                SchemaKind::Scorecard => scorecard_schema(),
                SchemaKind::Automation => automation_schema(),
            };
            console.say(format_args!("{:#}", schema.as_value()));
            Ok(Verdict::Good)
        }
    }
}

fn validate(files: &Files, json: bool, console: &mut Console<'_>) -> Result<Verdict, CodeError> {
    let (documents, findings) = check::check(files::read(&files.files)?, Clock::system().now());
    if json {
        console.say(format_args!("{:#}", report::as_json(&findings)));
    } else if findings.is_empty() {
        report::print_valid(console, &documents);
    } else {
        report::print_problems(console, &findings);
    }
    Ok(if findings.is_empty() { Verdict::Good } else { Verdict::Bad })
}

/// The documents of the files; `None` when something is wrong with one of them, which is printed.
fn valid(files: &Files, console: &mut Console<'_>) -> Result<Option<Vec<Document>>, CodeError> {
    let (documents, findings) = check::check(files::read(&files.files)?, Clock::system().now());
    if findings.is_empty() {
        return Ok(Some(documents));
    }
    report::print_problems(console, &findings);
    console.say("Nothing was sent to the server.");
    Ok(None)
}

impl Target {
    fn address<'a>(&'a self, here: &'a str) -> &'a str {
        self.server.as_deref().unwrap_or(here)
    }

    async fn connect(&self, here: &str) -> Result<Remote, CodeError> {
        Ok(Remote::connect(self.address(here), self.token.clone()).await?)
    }
}
