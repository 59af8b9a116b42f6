//! Runs the nine binaries as Lambda would and measures them, and beside them the same job in Node and Python. `tests/runtime/run`
//! prepares and starts it; README.md beside it says what each figure means.
#![expect(clippy::print_stdout, reason = "what it prints is its result")]
#![expect(clippy::indexing_slicing, reason = "fields of JSON: one that is missing reads as null")]

mod endpoint;
mod events;
mod figures;
mod instance;
mod limit;
mod measure;
mod package;
mod peers;
mod portfolio;
mod runtime_api;
mod server;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::endpoint::Endpoint;
use crate::events::{Events, JOBS};
use crate::figures::{MB, durations, table, zip_mb};
use crate::instance::Program;
use crate::measure::{Bench, Effort, Starts, Warm};
use crate::portfolio::Portfolio;

/// The largest zip that is allowed, in MB: a function that grows beyond it has taken in what it does not need.
const ZIP_LIMIT_MB: f64 = 10.0;
/// Targets that are printed when they are missed.
const ZIP_MB: f64 = 8.0;
const START_MS: f64 = 30.0;
const MEMORY_MB: f64 = 64.0;
const OVERHEAD_MS: f64 = 1.0;

/// Runs the functions' binaries as Lambda would, and prints what they cost.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the binaries are.
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// Where the peers are installed, and logs go.
    #[arg(long, default_value = "target/runtime")]
    place: PathBuf,
    /// Starts of each program.
    #[arg(long, default_value_t = 20)]
    starts: usize,
    /// Warm events of each kind.
    #[arg(long, default_value_t = 300)]
    warm: usize,
    /// Only this function.
    #[arg(long)]
    only: Option<String>,
    /// Leave the peers out.
    #[arg(long)]
    no_peers: bool,
}

/// Why there is no table, or why it does not count.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{function} does not come up: {what}")]
    NoStart { function: String, what: String },
    #[error("{function} does not answer: {what}")]
    NoAnswer { function: String, what: String },
    #[error("{function} answers wrongly: {answer}")]
    WrongAnswer { function: String, answer: String },
    #[error("the zip must be smaller than {ZIP_LIMIT_MB} MB: {0}")]
    TooLarge(String),
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure_all(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            println!("FAILED: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn measure_all(arguments: &Arguments) -> Result<(), Failure> {
    fs::create_dir_all(&arguments.place)?;
    let portfolio = Portfolio::make().await?;
    let endpoint = Endpoint::start(portfolio.world.system.local().clone()).await?;
    let mut bench = Bench { portfolio: &portfolio, endpoint: &endpoint, events: Events::default() };
    println!("load of the machine: {}", load());
    let too_large = functions(arguments, &mut bench).await?;
    if !arguments.no_peers {
        peers::compare(arguments, &mut bench).await?;
    }
    println!("load of the machine: {}", load());
    if too_large.is_empty() { Ok(()) } else { Err(Failure::TooLarge(too_large.join(", "))) }
}

/// Prints the table of the nine binaries. Answers those whose zip is too large.
async fn functions(arguments: &Arguments, bench: &mut Bench<'_>) -> Result<Vec<&'static str>, Failure> {
    let effort = Effort { starts: arguments.starts, warm: arguments.warm };
    let (mut rows, mut missed, mut large) = (Vec::new(), Vec::new(), Vec::new());
    for (function, what) in JOBS {
        if arguments.only.as_deref().is_some_and(|only| only != function) {
            continue;
        }
        let program = binary(arguments, bench.portfolio, function)?;
        let zip = zip_mb(&[("bootstrap", &program.command)])?;
        let mut starts = Starts::default();
        for _ in 0..effort.starts {
            bench.start(&program, function, None, &mut starts).await?;
        }
        let warm = bench.warm(&program, function, None, effort.warm).await?;
        rows.push(row(&format!("{function}: {what}"), zip, &starts, &warm));
        missed.extend(misses(function, zip, &starts, &warm));
        if zip >= ZIP_LIMIT_MB {
            large.push(function);
        }
    }
    println!("\n{}", table(&HEADING, &rows));
    for miss in missed {
        println!("missed: {miss}");
    }
    Ok(large)
}

const HEADING: [&str; 12] = [
    "function: event",
    "zip MB",
    "start ms: median",
    "p95",
    "first event ms",
    "warm ms: median",
    "p99",
    "own ms",
    "CPU ms",
    "nothing to do ms",
    "AWS requests",
    "peak MB",
];

fn row(name: &str, zip: f64, starts: &Starts, warm: &Warm) -> Vec<String> {
    let (to_next, first) = (durations(&starts.to_next), durations(&starts.first));
    vec![
        name.to_owned(),
        format!("{zip:.2}"),
        format!("{:.1}", to_next.median()),
        format!("{:.1}", to_next.percentile(95)),
        format!("{:.1}", first.median()),
        format!("{:.2}", warm.wall.median()),
        format!("{:.2}", warm.wall.percentile(99)),
        format!("{:.2}", warm.own.median()),
        format!("{:.2}", warm.cpu.as_secs_f64() * 1e3),
        format!("{:.2}", warm.nothing.median()),
        warm.requests.to_string(),
        format!("{:.1}", peak(starts, warm)),
    ]
}

fn peak(starts: &Starts, warm: &Warm) -> f64 {
    starts.peak.max(warm.peak) as f64 / MB
}

/// The targets that a function missed in this run.
fn misses(function: &str, zip: f64, starts: &Starts, warm: &Warm) -> Vec<String> {
    let start = durations(&starts.to_next).median();
    let figures = [
        ("MB of zip", zip, ZIP_MB),
        ("ms from start to /next", start, START_MS),
        ("MB at most", peak(starts, warm), MEMORY_MB),
        ("ms with nothing to do", warm.nothing.median(), OVERHEAD_MS),
    ];
    let missed = figures.into_iter().filter(|(_, figure, target)| figure >= target);
    missed.map(|(what, figure, target)| format!("{function}: {figure:.1} {what}; the target is {target}")).collect()
}

/// A function's own binary, as it is deployed.
fn binary(arguments: &Arguments, portfolio: &Portfolio, function: &str) -> Result<Program, Failure> {
    let missing = |error: std::io::Error| Failure::NoStart { function: function.to_owned(), what: error.to_string() };
    let folder = fs::canonicalize(&arguments.binaries).map_err(missing)?;
    Ok(Program {
        function: function.to_owned(),
        command: fs::canonicalize(folder.join(function)).map_err(missing)?,
        arguments: Vec::new(),
        folder,
        log: arguments.place.join(format!("{function}.log")),
        variables: portfolio.variables()?,
    })
}

/// How many programs want the processors, over 1, 5 and 15 minutes.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
