//! What is sent.

use keepwell_domain::delivery::EndpointKind;
use keepwell_domain::delivery::body::{Body, MAX_BODY, MAX_SLACK_TEXT};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::given::noon;

fn parsed(body: &Body) -> Value {
    serde_json::from_str(body.as_str()).unwrap()
}

#[test]
fn a_webhook_says_what_happened_and_when() {
    let body = Body::webhook("automation.fired", noon(), &json!({ "customer": { "name": "Käse" } })).unwrap();
    let expected = json!({ "type": "automation.fired", "timestamp": "2026-03-02T12:00:00.000Z",
        "data": { "customer": { "name": "Käse" } } });
    assert_eq!(parsed(&body), expected);
    assert_eq!(body.kind(), EndpointKind::Webhook);
    assert!(!format!("{body:?}").contains("Käse"), "{body:?}");
}

#[test]
fn a_webhook_has_fewer_than_20_kib() {
    let of = |length: usize| Body::webhook("a", noon(), &json!("x".repeat(length)));
    let frame = of(0).unwrap().as_str().len();
    assert_eq!(of(MAX_BODY - frame - 1).unwrap().as_str().len(), MAX_BODY - 1);
    assert_eq!(of(MAX_BODY - frame).unwrap_err().bytes, MAX_BODY);
}

#[test]
fn slack_reads_a_text_as_it_is_written() {
    let body = Body::slack("Tom & Jerry <!channel> <https://evil.example|Invoice> a > b &amp;");
    let expected = "Tom &amp; Jerry &lt;!channel&gt; &lt;https://evil.example|Invoice&gt; a &gt; b &amp;amp;";
    assert_eq!(parsed(&body), json!({ "text": expected }));
    assert_eq!(body.kind(), EndpointKind::Slack);
}

#[test]
fn a_long_text_for_slack_is_cut_and_says_so() {
    let whole = "ä".repeat(MAX_SLACK_TEXT);
    assert_eq!(parsed(&Body::slack(&whole)), json!({ "text": whole }));
    let cut = parsed(&Body::slack(&format!("{whole}b")))["text"].as_str().unwrap().to_owned();
    assert_eq!(cut.chars().count(), MAX_SLACK_TEXT);
    assert!(cut.ends_with("ä…"));
}

proptest! {
    #[test]
    fn no_text_for_slack_is_too_large_or_has_a_mark_of_slacks(text in "(\\PC|[&<>\"\\\\\u{0}-\u{1f}]){0,4000}") {
        let body = Body::slack(&text);
        prop_assert!(body.as_str().len() < MAX_BODY);
        let shown = parsed(&body)["text"].as_str().unwrap().to_owned();
        prop_assert!(!shown.contains(['<', '>']));
        let read = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        prop_assert!(text.starts_with(read.trim_end_matches('…')));
    }
}
