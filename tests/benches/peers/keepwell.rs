//! Our side of `run.py`: the same jobs on the same data, timed as process CPU time.
//!
//! `portfolio <folder>` prints `{"ns", "bands"}` per customer; `batch <file>` writes the batch and prints `{"ns", "events"}`.
#![expect(clippy::print_stdout, reason = "what it prints is its result")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::measure::Resolved;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::portfolio::Portfolio;
use keepwell_domain::score::scorecard::Scorecard;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

mod batch;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["portfolio", folder] => portfolio(Path::new(folder)),
        ["batch", file] => ingest(Path::new(file)),
        _ => println!("portfolio <folder> or batch <file>: started by tests/benches/peers/run.py"),
    }
}

fn cpu_ns() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// The least CPU time of one run, in nanoseconds.
fn least<T>(rounds: usize, repeat: usize, mut run: impl FnMut() -> T) -> f64 {
    let rounds = (0..rounds).map(|_| {
        let start = cpu_ns();
        for _ in 0..repeat {
            black_box(run());
        }
        (cpu_ns() - start) / repeat as f64
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn portfolio(folder: &Path) {
    let scorecard = Scorecard::from_json(&fs::read_to_string(folder.join("scorecard.json")).unwrap()).unwrap();
    let mut portfolio = Portfolio::default();
    for rule in scorecard.dimensions.iter().flat_map(|dimension| &dimension.rules) {
        let bytes = fs::read(folder.join(format!("{}.f64", rule.measure))).unwrap();
        let numbers: Vec<f64> = bytes.as_chunks().0.iter().map(|number| f64::from_le_bytes(*number)).collect();
        portfolio.set_numbers(Resolved::find(rule.measure.as_str()).unwrap(), &numbers, &[]);
    }
    let compiled = Compiled::new(&scorecard, None);
    let count = || compiled.count_bands(&portfolio, 1);
    let ns = least(20, 1, count) / portfolio.customers() as f64;
    let counts = count();
    let words = HealthStatus::ALL.iter().copied().map(Some).chain([None]);
    let bands: Vec<usize> = words.map(|band| counts.of(band)).collect();
    println!("{}", json!({"ns": ns, "bands": bands}));
}

fn ingest(file: &Path) {
    let body = batch::body(50);
    fs::write(file, &body).unwrap();
    let received_at = batch::received_at();
    let ns = least(20, 500, || batch::fold(black_box(&body), received_at));
    let (events, days, refused) = batch::fold(&body, received_at).unwrap();
    println!("{}", json!({"ns": ns, "events": [events, days, refused]}));
}
