//! What the tests start from.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use keepwell_domain::delivery::endpoint::NewEndpoint;
use keepwell_domain::delivery::signature::Secret;
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::delivery::{Body, Delivery, Endpoint, EndpointId, Outcome, Received, Source, claim, settle};
use keepwell_domain::id::{CustomerId, EmailAddress};
use serde_json::{Value, json};

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

pub(crate) fn by() -> EmailAddress {
    EmailAddress::parse("ada@keepwell.example").unwrap()
}

pub(crate) fn endpoint(document: &Value) -> Endpoint {
    NewEndpoint::parse(document, Targets::Public).unwrap().create(Secret::new([7; 32]), by(), noon())
}

pub(crate) fn crm() -> Endpoint {
    endpoint(&json!({ "id": "crm", "kind": "webhook", "url": "https://crm.example.com/hooks/secret-path?key=k1" }))
}

pub(crate) fn channel() -> Endpoint {
    endpoint(&json!({ "id": "cs-channel", "kind": "slack", "name": "Customer success",
        "url": "https://hooks.slack.com/services/T000/B000/XXXX" }))
}

/// A delivery of an automation, made at noon.
pub(crate) fn delivery() -> Delivery {
    let source = Source::Automation {
        automation: "renewal-90".to_owned(),
        event_id: "evt_1".to_owned(),
        customer: CustomerId::parse("acme").unwrap(),
    };
    delivery_of(source)
}

pub(crate) fn delivery_of(source: Source) -> Delivery {
    let body = Body::webhook("automation.fired", noon(), &json!({})).unwrap();
    Delivery::new("msg_1".to_owned(), EndpointId::parse("crm").unwrap(), source, body, noon())
}

pub(crate) fn answer(status: u16, text: &str) -> Outcome {
    let received = Received { status, text: text.to_owned(), retry_after: None };
    Outcome { answer: Ok(received), took_ms: 40 }
}

pub(crate) fn silence() -> Outcome {
    Outcome { answer: Err("no answer within 15 s".to_owned()), took_ms: 15_000 }
}

/// One attempt, as soon as the delivery is due.
pub(crate) fn attempt(delivery: &Delivery, outcome: &Outcome, jitter: f64) -> Delivery {
    let now = delivery.due_at().unwrap();
    let claimed = claim(delivery, now).unwrap();
    settle(&claimed, claimed.fence, outcome, now + Duration::milliseconds(40), jitter).unwrap()
}
