//! How long a batch of 50 calls takes to be read, checked, placed and folded: `cargo bench -p keepwell-domain`.
//!
//! The batch is what Segment's SDK for Node sends: 27 kB, mostly things that nobody reads here. Lambda's compute is never the
//! bill; this is about the room that is left in a process of 128 MB.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a bench takes the time, says what it measured, and stops where it cannot go on"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeZone as _, Utc};
use keepwell_domain::tracking::people::People;
use keepwell_domain::tracking::placing::place;
use keepwell_domain::tracking::read_batch;
use keepwell_domain::usage::UsageDays;
use serde_json::{Value, json};

const CALLS: usize = 50;
const RUNS: usize = 20_000;

fn call(n: usize) -> Value {
    json!({
        "type": "track", "userId": format!("user-{:04}", n % 20), "event": format!("Feature {} used", n % 8),
        "messageId": format!("node-next-1772449200000-5f0c61e4-7d44-4a0a-b7e3-{n:012}"),
        "timestamp": "2026-03-02T11:00:00.000Z", "_metadata": { "nodeVersion": "20.20.2", "jsRuntime": "node" },
        "context": { "library": { "name": "@segment/analytics-node", "version": "3.1.0" }, "groupId": format!("acme-{}", n % 8),
            "app": { "name": "Console", "version": "12.4.0" }, "locale": "en-GB" },
        "properties": { "plan": "Enterprise", "format": "pdf", "rows": n * 17, "dashboard": "Revenue by region",
            "duration_secs": 12.5, "path": "/reports/revenue" },
        "integrations": {}
    })
}

fn take(body: &[u8], received_at: DateTime<Utc>) -> usize {
    let request = read_batch(body, received_at).unwrap();
    let mut people = People::default();
    people.learn(&request.items, |_| true);
    let placed = place(&request.items, &people, |_| true);
    let mut rows = 0;
    for about in placed.customers.values() {
        let mut days = UsageDays::default();
        for (_, event) in &about.usage {
            days.fold(event);
        }
        rows += days.changed().count();
    }
    rows
}

/// The quickest of many runs, in microseconds: the machine has other things to do.
fn quickest(mut run: impl FnMut()) -> f64 {
    let timed = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    let mut times: Vec<Duration> = (0..RUNS).map(timed).collect();
    times.sort_unstable();
    times.get(RUNS / 20).unwrap().as_secs_f64() * 1e6
}

fn main() {
    let received_at = Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap();
    let calls: Vec<Value> = (0..CALLS).map(call).collect();
    let body = json!({ "batch": calls, "sentAt": "2026-03-02T11:59:59.000Z", "writeKey": "wk" }).to_string();
    let body = body.as_bytes();
    assert_eq!(take(body, received_at), 8, "eight customers, one day each");
    println!("{CALLS} calls, {} bytes; 5th percentile of {RUNS} runs", body.len());
    println!(
        "  read and checked           {:6.1} us",
        quickest(|| _ = black_box(read_batch(black_box(body), received_at)))
    );
    println!("  ... placed and folded too  {:6.1} us", quickest(|| _ = black_box(take(black_box(body), received_at))));
    println!(
        "  read as any JSON           {:6.1} us",
        quickest(|| _ = black_box(serde_json::from_slice::<Value>(black_box(body))))
    );
}
