//! The job of an ingest: a batch of usage events is parsed, validated and folded by customer and day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use keepwell_domain::fields::{Fields, Line};
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::usage::UsageDay;
use serde_json::{Value, json};

/// A batch of `count` events of 8 customers, like those that an SDK sends.
pub(crate) fn body(count: usize) -> String {
    let events = (0..count).map(|index| {
        json!({
            "customer": format!("customer-{}", index % 8),
            "id": format!("b5372db0-c21e-4d7a-9f7b-{index:012}"),
            "at": format!("2026-11-01T{:02}:{:02}:07.250Z", index % 24, index % 60),
            "user": format!("user-{}", index % 13),
            "feature": format!("report-{}", index % 5),
            "count": 1 + index % 3,
            "duration_secs": index * 7,
        })
    });
    json!({"events": events.collect::<Vec<_>>()}).to_string()
}

/// The events that could be read, by customer and day, and how many could not.
pub(crate) fn fold(body: &str) -> (BTreeMap<(String, NaiveDate), UsageDay>, usize) {
    let mut days = BTreeMap::new();
    let mut refused = 0;
    let batch: Value = serde_json::from_str(body).unwrap_or_default();
    for event in batch.get("events").and_then(Value::as_array).into_iter().flatten() {
        let Some((customer, event)) = read(event) else {
            refused += 1;
            continue;
        };
        let day = event.at.date_naive();
        days.entry((customer, day)).or_insert_with(|| UsageDay::empty(day)).fold(&event);
    }
    (days, refused)
}

fn read(event: &Value) -> Option<(String, UsageEvent)> {
    let mut fields = Fields::new(event, "").ok()?;
    let customer = fields.required::<Line<64>>("customer").map(|line| line.0);
    let event = UsageEvent::read(&mut fields);
    fields.finish(customer.zip(event)).ok()
}
