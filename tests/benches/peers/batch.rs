//! The job of an ingest: a batch of Segment's calls is parsed, checked and folded by customer and day.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use keepwell_domain::tracking::people::People;
use keepwell_domain::tracking::placing::place;
use keepwell_domain::tracking::{Unreadable, read_batch};
use keepwell_domain::usage::UsageDays;
use serde_json::{Value, json};

/// A call as Segment's SDK for Node sends it: most of it is of no interest here.
fn call(n: usize) -> Value {
    json!({
        "type": "track",
        "userId": format!("user-{:04}", n % 13),
        "event": format!("Feature {} used", n % 5),
        "messageId": format!("node-next-1772449200000-5f0c61e4-7d44-4a0a-b7e3-{n:012}"),
        "timestamp": format!("2026-03-02T{:02}:{:02}:07.250Z", n % 11, n % 60),
        "_metadata": { "nodeVersion": "20.20.2", "jsRuntime": "node" },
        "context": {
            "library": { "name": "@segment/analytics-node", "version": "3.1.0" },
            "groupId": format!("customer-{}", n % 8),
            "app": { "name": "Console", "version": "12.4.0" },
            "locale": "en-GB",
        },
        "properties": {
            "plan": "Enterprise", "format": "pdf", "rows": n * 17, "dashboard": "Revenue by region", "count": 1 + n % 3,
            "duration_secs": n * 7, "path": "/reports/revenue",
        },
        "integrations": {},
    })
}

/// A batch of `count` calls about 8 customers.
pub(crate) fn body(count: usize) -> String {
    let calls: Vec<Value> = (0..count).map(call).collect();
    json!({ "batch": calls, "sentAt": "2026-03-02T11:59:59.000Z", "writeKey": "wk" }).to_string()
}

/// A moment at which the batch is received.
pub(crate) fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_452_799, 0).unwrap_or_default()
}

/// Events, days of a customer, and calls that were refused.
pub(crate) fn fold(body: &str, received_at: DateTime<Utc>) -> Result<(u64, usize, usize), Unreadable> {
    let request = read_batch(body.as_bytes(), received_at)?;
    let mut people = People::default();
    people.learn(&request.items, |_| true);
    let placed = place(&request.items, &people, |_| true);
    let mut folded: BTreeMap<_, UsageDays> = BTreeMap::new();
    for (customer, about) in &placed.customers {
        let days = folded.entry(customer).or_default();
        for (_, event) in &about.usage {
            days.fold(event);
        }
    }
    let (mut events, mut rows) = (0, 0);
    for row in folded.into_values().flat_map(|days| days.changed().collect::<Vec<_>>()) {
        events += row.day.events;
        rows += 1;
    }
    Ok((events, rows, request.rejected.len()))
}
