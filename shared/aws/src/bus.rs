//! Publishing: outbox events to `EventBridge`.

use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use keepwell_domain::event::{Event, SOURCE};

use crate::cloud::Cloud;

/// `PutEvents` takes at most ten entries.
const MAX_ENTRIES: usize = 10;

/// What became of a batch of events.
#[derive(Debug, Default)]
pub struct Published {
    /// Events that are on the bus.
    pub accepted: Vec<Event>,
    /// Events that are not, with the reason. They must be sent again.
    pub refused: Vec<(Event, String)>,
}

/// Puts events on the bus. An HTTP 200 is not success: every entry of the answer is read.
pub async fn publish(cloud: &Cloud, events: Vec<Event>) -> Published {
    let mut published = Published::default();
    let mut rest = events;
    while !rest.is_empty() {
        let later = rest.split_off(rest.len().min(MAX_ENTRIES));
        publish_batch(cloud, rest, &mut published).await;
        rest = later;
    }
    published
}

async fn publish_batch(cloud: &Cloud, batch: Vec<Event>, published: &mut Published) {
    let mut sent = Vec::with_capacity(batch.len());
    let mut request = cloud.eventbridge.put_events();
    for event in batch {
        match serde_json::to_string(&event) {
            Ok(detail) => {
                request = request.entries(
                    PutEventsRequestEntry::builder()
                        .event_bus_name(&cloud.deployment.event_bus)
                        .source(SOURCE)
                        .detail_type(event.fact.name())
                        .detail(detail)
                        .set_trace_header(event.trace.clone())
                        .time(aws_sdk_eventbridge::primitives::DateTime::from_millis(
                            event.occurred_at.timestamp_millis(),
                        ))
                        .build(),
                );
                sent.push(event);
            }
            Err(error) => published.refused.push((event, error.to_string())),
        }
    }
    match request.send().await {
        Ok(answer) => {
            let mut results = answer.entries().iter();
            for event in sent {
                match results.next() {
                    Some(result) if result.event_id().is_some() && result.error_code().is_none() => {
                        published.accepted.push(event);
                    }
                    Some(result) => {
                        published.refused.push((event, result.error_code().unwrap_or("unknown").to_owned()));
                    }
                    None => published.refused.push((event, "no result for this entry".to_owned())),
                }
            }
        }
        Err(error) => {
            let reason = match &error {
                SdkError::ServiceError(service) => service.err().code().unwrap_or("unknown").to_owned(),
                SdkError::TimeoutError(_) => "timeout".to_owned(),
                _ => "no answer".to_owned(),
            };
            published.refused.extend(sent.into_iter().map(|event| (event, reason.clone())));
        }
    }
}
