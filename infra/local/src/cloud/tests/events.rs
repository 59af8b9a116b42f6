use aws_sdk_eventbridge::operation::put_events::PutEventsOutput;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::{Value, json};

use super::super::faults::{FaultPlan, QueueFaults};
use super::*;

fn entry(detail_type: &str, detail: &str) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder().source("keepwell").detail_type(detail_type).detail(detail).build()
}

pub(super) async fn publish(cloud: &LocalCloud, entries: Vec<PutEventsRequestEntry>) -> PutEventsOutput {
    events(cloud).put_events().set_entries(Some(entries)).send().await.unwrap()
}

pub(super) async fn publish_numbered(cloud: &LocalCloud, count: usize) {
    for number in 0..count {
        let result = publish(cloud, vec![entry("a.v1", &json!({ "n": number }).to_string())]).await;
        assert_eq!(result.failed_entry_count, 0);
    }
}

fn ids(messages: &[super::super::queue::QueueMessage]) -> Vec<String> {
    messages.iter().map(|message| message.message_id.clone()).collect()
}

fn number(body: &str) -> u64 {
    serde_json::from_str::<Value>(body).unwrap()["detail"]["n"].as_u64().unwrap()
}

#[tokio::test]
async fn each_consumer_gets_the_envelope_of_what_it_subscribed_to() {
    let cloud = cloud();
    subscribe(&cloud, "scores", &["a.v1", "b.v1"]);
    subscribe(&cloud, "mails", &["b.v1"]);
    let result = publish(&cloud, vec![entry("a.v1", r#"{"n":1}"#), entry("b.v1", r#"{"n":2}"#)]).await;
    assert_eq!(result.failed_entry_count, 0);
    assert_eq!((cloud.bus().depth("scores"), cloud.bus().depth("mails")), (2, 1));
    let received = cloud.bus().receive("mails", 10);
    let envelope: Value = serde_json::from_str(&received[0].body).unwrap();
    assert_eq!(
        envelope,
        json!({
            "version": "0", "id": result.entries()[1].event_id().unwrap(), "detail-type": "b.v1", "source": "keepwell",
            "account": "000000000000", "time": "2026-03-02T12:00:00Z", "region": "us-east-1", "resources": [],
            "detail": { "n": 2 },
        })
    );
    let log = cloud.bus().events();
    assert_eq!((log[1].detail_type.as_str(), &log[1].detail, log[1].at), ("b.v1", &json!({ "n": 2 }), noon()));
    assert_eq!(cloud.write_count(), 1);
}

#[tokio::test]
async fn a_bad_entry_is_refused_alone() {
    let cloud = cloud();
    subscribe(&cloud, "scores", &["a.v1"]);
    let no_source = PutEventsRequestEntry::builder().detail_type("a.v1").detail("{}").build();
    let no_type = PutEventsRequestEntry::builder().source("keepwell").detail("{}").build();
    let result = publish(&cloud, vec![entry("a.v1", "{"), entry("a.v1", "{}"), no_source, no_type]).await;
    let codes: Vec<_> = result.entries().iter().map(|one| one.error_code()).collect();
    assert_eq!(codes, [Some("MalformedDetail"), None, Some("InvalidArgument"), Some("InvalidArgument")]);
    assert_eq!((result.failed_entry_count, cloud.bus().depth("scores")), (3, 1));
    let eleven = vec![entry("a.v1", "{}"); 11];
    let refused = events(&cloud).put_events().set_entries(Some(eleven)).send().await.unwrap_err();
    assert!(format!("{refused:?}").contains("ValidationException"));
}

#[tokio::test]
async fn a_message_given_back_five_times_is_a_dead_letter_until_it_is_redriven() {
    let cloud = cloud();
    subscribe(&cloud, "scores", &["a.v1"]);
    publish_numbered(&cloud, 2).await;
    let done = cloud.bus().receive("scores", 1);
    cloud.bus().ack("scores", &ids(&done));
    assert_eq!(cloud.bus().depth("scores"), 1);
    for count in 1..=5 {
        assert!(cloud.bus().dead_letters("scores").is_empty());
        let failed = cloud.bus().receive("scores", 10);
        assert_eq!(failed[0].receive_count, count);
        assert!(cloud.bus().receive("scores", 10).is_empty(), "in flight");
        assert_eq!(cloud.bus().depth("scores"), 1);
        cloud.bus().nack("scores", &ids(&failed));
    }
    assert_eq!((cloud.bus().dead_letters("scores").len(), cloud.bus().depth("scores")), (1, 0));
    assert_eq!((cloud.bus().redrive("scores"), cloud.bus().depth("scores")), (1, 1));
    assert_eq!(cloud.bus().receive("scores", 10)[0].receive_count, 1);
    cloud.bus().release_in_flight();
    assert_eq!(cloud.bus().receive("scores", 10).len(), 1);
}

#[tokio::test]
async fn queues_duplicate_delay_and_reorder_when_the_plan_says_so() {
    let cloud = cloud();
    subscribe(&cloud, "scores", &["a.v1"]);
    cloud
        .faults()
        .set(FaultPlan::seeded(1).queues(QueueFaults { duplicate_probability: 1.0, ..QueueFaults::default() }));
    publish_numbered(&cloud, 1).await;
    let first = cloud.bus().receive("scores", 10);
    cloud.bus().ack("scores", &ids(&first));
    let again = cloud.bus().receive("scores", 10);
    assert_eq!((ids(&first), cloud.bus().depth("scores")), (ids(&again), 1));
    cloud.bus().ack("scores", &ids(&again));
    assert_eq!(cloud.bus().depth("scores"), 0);

    cloud.faults().set(FaultPlan::seeded(1).queues(QueueFaults {
        delay_probability: 1.0,
        delay_receives: 2,
        ..QueueFaults::default()
    }));
    publish_numbered(&cloud, 1).await;
    let seen: Vec<_> = (0..3).map(|_| cloud.bus().receive("scores", 10)).collect();
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [0, 0, 1]);
    cloud.bus().ack("scores", &ids(&seen[2]));

    let order = async |seed| {
        cloud.faults().set(FaultPlan::seeded(seed).queues(QueueFaults { reorder: true, ..QueueFaults::default() }));
        publish_numbered(&cloud, 8).await;
        let received = cloud.bus().receive("scores", 10);
        cloud.bus().ack("scores", &ids(&received));
        received.iter().map(|message| number(&message.body)).collect::<Vec<_>>()
    };
    let (one, same) = (order(7).await, order(7).await);
    assert_eq!(one, same, "the seed decides");
    assert!(!one.is_sorted());
}
