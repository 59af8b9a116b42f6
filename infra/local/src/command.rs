//! The command line: serve the local system, import files into it or into another server, keep scorecards and automations as code.

mod serve;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use indicatif::{MultiProgress, ProgressBar};
use keepwell_domain::delivery::target::Targets;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::backtest::{self, BacktestArguments, BacktestError, Report, SuggestArguments};
use crate::client::{Client, ClientError};
use crate::cloud::clock::Clock;
use crate::code::console::{Console, with_terminal};
use crate::code::{self, CodeCommand, CodeError, Verdict};
use crate::cost::{CostArguments, CostError, cost};
use crate::export::{ExportArguments, ExportError, export};
use crate::import::{ImportError, import};
use crate::system::{LocalSystem, Options, SystemError};

/// Customer health, self-hosted. Without a command it starts the whole system on this machine.
#[derive(Debug, Parser)]
#[command(name = "keepwell", version)]
struct Arguments {
    #[command(flatten)]
    local: Local,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Where and when the local system runs.
#[derive(Debug, Args)]
struct Local {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 8080, global = true)]
    port: u16,
    /// The data file, or `:memory:`
    #[arg(long, default_value = "keepwell.db", global = true)]
    data: String,
    /// Start a fresh data file without the demo portfolio
    #[arg(long, global = true)]
    empty: bool,
    /// Set the local clock, as old data sets need (RFC 3339, such as 2025-01-01T00:00:00Z)
    #[arg(long, global = true)]
    now: Option<DateTime<Utc>>,
    /// Do not build the console with npm; serve the build that there is
    #[arg(long, global = true)]
    no_web_build: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Import a directory or a CSV file
    Import {
        /// A `RavenStack` directory, a directory of our own CSV files, or one of them
        path: PathBuf,
        /// The server; without it, the one on this machine if it runs, else the data file itself
        #[arg(long)]
        server: Option<String>,
        /// Bearer token; a local server gives one out by itself
        #[arg(long)]
        token: Option<String>,
    },
    /// Write everything into files, which `import` takes back
    Export(ExportArguments),
    #[command(flatten)]
    Code(CodeCommand),
    /// Test a scorecard against churn and renewal; ends with 2 when there are too few outcomes to judge
    Backtest(BacktestArguments),
    /// Suggest weights that fit churn and renewal; ends with 2 when there are too few outcomes
    SuggestWeights(SuggestArguments),
    /// What a month on AWS costs, for a number of customers and what they do; asks no server
    Cost(CostArguments),
}

/// What stopped a command, and what to do about it.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    /// The local system does not start.
    #[error("the local system does not start")]
    System(#[from] SystemError),
    /// The demo portfolio cannot be loaded.
    #[error("the demo portfolio cannot be loaded")]
    Demo(#[from] crate::demo::load::LoadError),
    /// Nothing answers, or not as a Keepwell server does.
    #[error("the server cannot be used")]
    Client(#[from] ClientError),
    /// The import stopped.
    #[error("the import stopped")]
    Import(#[from] ImportError),
    /// The export stopped.
    #[error("the export stopped")]
    Export(#[from] ExportError),
    /// A command about scorecards and automations stopped.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The backtest stopped.
    #[error("there is no backtest")]
    Backtest(#[from] BacktestError),
    /// There is no bill.
    #[error("there is no bill")]
    Cost(#[from] CostError),
    /// The port is taken.
    #[error("port {port} on 127.0.0.1 cannot be used; stop what uses it, or choose another with --port")]
    Port {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another process has the data file.
    #[error("{path} is in use by another keepwell process; stop it, or name another file with --data")]
    InUse {
        /// The file.
        path: String,
    },
}

/// Runs the command that the process was started with.
pub async fn run() -> ExitCode {
    start_logging();
    with_terminal(async |console: &mut Console<'_>| run_with(std::env::args_os(), console).await).await.into()
}

/// Runs a command line, its first word being the program's name. Answers the exit code: 0 for success, 1 for anything wrong, and
/// 2 for a plan that would change something and was asked to say so, or a backtest that was refused.
pub async fn run_with(words: impl IntoIterator<Item = impl Into<OsString> + Clone>, console: &mut Console<'_>) -> u8 {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = if console.colours { error.render().ansi().to_string() } else { error.render().to_string() };
            let wrong = error.use_stderr();
            let _ = write!(if wrong { &mut console.err } else { &mut console.out }, "{text}");
            // Clap's own code for a wrong word is 2, which would look like a plan with changes.
            return u8::from(wrong);
        }
    };
    let outcome = match arguments.command {
        None => serve::serve(arguments.local).await.map(|()| 0),
        Some(Command::Import { path, server, token }) => {
            run_import(&path, server.as_deref(), token, arguments.local).await.map(|()| 0)
        }
        Some(Command::Export(asked)) => run_export(&asked, arguments.local, console).await,
        Some(Command::Code(command)) => {
            let here = format!("http://127.0.0.1:{}", arguments.local.port);
            code::run(command, &here, console).await.map(Verdict::exit_code).map_err(CommandError::from)
        }
        Some(Command::Backtest(asked)) => run_backtest(&asked, arguments.local, console).await,
        Some(Command::SuggestWeights(asked)) => run_suggest(&asked, arguments.local, console).await,
        Some(Command::Cost(asked)) => run_cost(&asked, console),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            report(&error, console);
            1
        }
    }
}

/// The error and what caused it, each on a line.
fn report(error: &dyn std::error::Error, console: &mut Console<'_>) {
    let _ = writeln!(console.err, "error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = writeln!(console.err, "  because: {cause}");
        source = cause.source();
    }
}

/// Says something to the person at the terminal.
pub(crate) fn say(text: &str) {
    // Whoever reads may have seen enough (`keepwell cost | head -1`).
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn start_logging() {
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let filter = keepwell_aws::telemetry::filter(LevelFilter::WARN);
    tracing_subscriber::registry().with(layer).with(filter).init();
}

/// Imports into a server, or, when none runs on this machine, into the data file itself.
async fn run_import(
    path: &Path,
    server: Option<&str>,
    token: Option<String>,
    local: Local,
) -> Result<(), CommandError> {
    let here = format!("http://127.0.0.1:{}", local.port);
    let remote = match server {
        Some(server) => Some(Client::remote(server, token.clone()).await?),
        None => Client::remote(&here, token.clone()).await.ok(),
    };
    let progress = MultiProgress::new();
    if let Some(client) = remote {
        say(&format!("Importing into {}.", server.unwrap_or(&here)));
        say(&import(path, &client, &progress).await?.to_string());
        return Ok(());
    }
    say(&format!("No server runs at {here}; importing into {} directly.", local.data));
    let system = open(&local).await?;
    let client = Client::in_process(system.router(), token).await?;
    let summary = import(path, &client, &progress).await?;
    let spinner = ProgressBar::new_spinner().with_message("computing scores");
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    system.settle().await?;
    system.remember_clock()?;
    spinner.finish_and_clear();
    say(&summary.to_string());
    say("Scores are computed. Start the server with `cargo run` to look at them.");
    Ok(())
}

/// What a backtest ends with when it was refused.
const REFUSED: u8 = 2;

async fn run_backtest(asked: &BacktestArguments, local: Local, console: &mut Console<'_>) -> Result<u8, CommandError> {
    let client = reader(asked.outcomes.server.as_deref(), asked.outcomes.token.clone(), &local).await?;
    Ok(show(&backtest::backtest(asked, &client).await?, console))
}

async fn run_suggest(asked: &SuggestArguments, local: Local, console: &mut Console<'_>) -> Result<u8, CommandError> {
    let client = reader(asked.outcomes.server.as_deref(), asked.outcomes.token.clone(), &local).await?;
    Ok(show(&backtest::suggest(asked, &client).await?, console))
}

async fn run_export(asked: &ExportArguments, local: Local, console: &mut Console<'_>) -> Result<u8, CommandError> {
    let client = reader(asked.server.as_deref(), asked.token.clone(), &local).await?;
    let exported = export(asked, &client, &MultiProgress::new()).await?;
    // A closed pipe ends no command half-way.
    let _ = writeln!(console.out, "{exported}");
    Ok(0)
}

fn run_cost(asked: &CostArguments, console: &mut Console<'_>) -> Result<u8, CommandError> {
    let bill = cost(asked)?;
    // A closed pipe ends no command half-way.
    let _ = writeln!(console.out, "{}", bill.trim_end());
    Ok(0)
}

fn show(report: &Report, console: &mut Console<'_>) -> u8 {
    // A closed pipe ends no command half-way.
    let _ = writeln!(console.out, "{}", report.text.trim_end());
    if report.refused { REFUSED } else { 0 }
}

/// A client of the server, or of the one on this machine if it runs, or of the data file itself if there is one.
async fn reader(server: Option<&str>, token: Option<String>, local: &Local) -> Result<Client, CommandError> {
    if let Some(server) = server {
        return Ok(Client::remote(server, token).await?);
    }
    match Client::remote(&format!("http://127.0.0.1:{}", local.port), token.clone()).await {
        Ok(client) => Ok(client),
        Err(_) if Path::new(&local.data).is_file() => Ok(Client::in_process(open(local).await?.router(), token).await?),
        Err(error) => Err(error.into()),
    }
}

/// Opens the local system on the data file of the arguments.
async fn open(local: &Local) -> Result<LocalSystem, CommandError> {
    let clock = local.now.map_or_else(Clock::system, Clock::ticking_from);
    let data = (local.data != ":memory:").then(|| PathBuf::from(&local.data));
    if let Some(path) = &data {
        serve::lock(path)?;
    }
    let options = Options {
        data,
        clock,
        keep_time: local.now.is_none(),
        public_url: format!("http://127.0.0.1:{}", local.port),
        webhook_targets: Targets::PublicAndThisMachine,
    };
    Ok(LocalSystem::start(options).await?)
}
