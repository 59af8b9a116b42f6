//! What `PutEvents` is given, checked entry by entry as `EventBridge` checks it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::REGION;

/// An event the bus accepted, for inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedEvent {
    /// The id the bus gave to the event; our own is in `detail`.
    pub bus_event_id: String,
    /// Who published it.
    pub source: String,
    /// Its type, for example `health_status.changed.v1`.
    pub detail_type: String,
    /// Its content.
    pub detail: Value,
    /// When the bus accepted it.
    pub at: DateTime<Utc>,
    /// The trace that it belongs to: what the bus gives a queue as `AWSTraceHeader`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_header: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PutEventsRequest {
    #[serde(rename = "Entries", default)]
    pub(super) entries: Vec<PutEventsEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutEventsEntry {
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    time: Option<f64>,
    trace_header: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
}

impl PutEventsEntry {
    pub(super) fn size(&self) -> usize {
        let text = |field: &Option<String>| field.as_ref().map_or(0, String::len);
        let time = if self.time.is_some() { 14 } else { 0 };
        time + text(&self.source)
            + text(&self.detail_type)
            + text(&self.detail)
            + self.resources.iter().map(String::len).sum::<usize>()
    }

    /// The event and the envelope its consumers get, or what the bus says instead.
    pub(super) fn event(&self, sequence: u64, now: DateTime<Utc>) -> Result<(PublishedEvent, String), Value> {
        let source = present(self.source.as_deref(), "Source")?;
        let detail_type = present(self.detail_type.as_deref(), "DetailType")?;
        let detail = present(self.detail.as_deref(), "Detail")?;
        let detail: Value = serde_json::from_str(detail)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| refusal("MalformedDetail", "Detail is malformed."))?;
        let time =
            self.time.and_then(|seconds| DateTime::from_timestamp_millis((seconds * 1000.0) as i64)).unwrap_or(now);
        let event = PublishedEvent {
            bus_event_id: event_id(sequence, now),
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail,
            at: now,
            trace_header: self.trace_header.clone(),
        };
        let envelope = json!({
            "version": "0",
            "id": event.bus_event_id,
            "detail-type": detail_type,
            "source": source,
            "account": "000000000000",
            "time": time.to_rfc3339_opts(SecondsFormat::Secs, true),
            "region": REGION,
            "resources": self.resources,
            "detail": event.detail,
        });
        Ok((event, envelope.to_string()))
    }
}

fn present<'a>(field: Option<&'a str>, name: &str) -> Result<&'a str, Value> {
    field.filter(|value| !value.is_empty()).ok_or_else(|| {
        let message = format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
        refusal("InvalidArgument", &message)
    })
}

pub(super) fn refusal(code: &str, message: &str) -> Value {
    json!({ "ErrorCode": code, "ErrorMessage": message })
}

/// In the form of a UUID; unique because the sequence never starts again, and the same in every run of a frozen test.
fn event_id(sequence: u64, now: DateTime<Utc>) -> String {
    let millis = now.timestamp_millis() & 0xffff_ffff_ffff;
    format!("{:08x}-{:04x}-7000-8000-{sequence:012x}", millis >> 16, millis & 0xffff)
}
