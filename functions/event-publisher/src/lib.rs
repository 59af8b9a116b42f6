//! Publishes outbox events to the bus: from the outbox stream at once, and from a sweep whatever the stream missed.
//!
//! An event may be published more than once (a crash between publishing and marking); consumers act once per `event_id`.

use chrono::Duration;
use keepwell_aws::bus::publish;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Rate, span_of};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::event::Event;

/// How old an unpublished event must be before the sweep takes it: younger ones are still the stream's.
const STREAM_LEAD: Duration = Duration::minutes(2);

/// How many events per shard one round of a sweep takes.
const SWEEP_ROUND: usize = 100;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let (stream, swept) = (cloud.clone(), cloud.clone());
    Function::new("event-publisher")
        .outbox(move |events| {
            let cloud = stream.clone();
            async move { publish_rows(&cloud, events).await }
        })
        .schedule("sweep", Rate::FiveMinutes, move || {
            let cloud = swept.clone();
            async move { measured_sweep(&cloud).await }
        })
}

/// Publishes freshly written rows. Answers the index of the first that is not on the bus: the stream comes again from there.
pub async fn publish_rows(cloud: &Cloud, events: Vec<Event>) -> Option<usize> {
    let order: Vec<String> = events.iter().map(|event| event.event_id.clone()).collect();
    let refused = publish_and_mark(cloud, events).await;
    order.iter().position(|id| refused.contains(id))
}

/// Some events are still unpublished after a sweep; the next one tries again.
#[derive(Debug, thiserror::Error)]
#[error("{0} events could not be published")]
pub struct Unpublished(usize);

/// Sweeps, and measures what the stream had left behind: as long as it does its work, nothing.
async fn measured_sweep(cloud: &Cloud) -> Result<(), HandlerError> {
    let waiting = cloud.store.unpublished(cloud.now() - STREAM_LEAD, SWEEP_ROUND).await?;
    let oldest = waiting.iter().map(|event| cloud.now() - event.occurred_at).max().unwrap_or_default();
    metrics::measure(Metric::OutboxPending, waiting.len() as f64);
    metrics::measure(Metric::OutboxOldestSeconds, oldest.num_seconds() as f64);
    sweep_from(cloud, STREAM_LEAD, waiting).await.map(|_| ())
}

/// Publishes everything unpublished that is older than `age`. Answers how many events went out.
pub async fn sweep(cloud: &Cloud, age: Duration) -> Result<usize, HandlerError> {
    let waiting = cloud.store.unpublished(cloud.now() - age, SWEEP_ROUND).await?;
    sweep_from(cloud, age, waiting).await
}

/// The same, with the first round's events read already.
async fn sweep_from(cloud: &Cloud, age: Duration, mut events: Vec<Event>) -> Result<usize, HandlerError> {
    let mut published = 0;
    loop {
        if events.is_empty() {
            return Ok(published);
        }
        let found = events.len();
        let refused = publish_and_mark(cloud, events).await;
        published += found - refused.len();
        if !refused.is_empty() {
            return Err(Box::new(Unpublished(refused.len())));
        }
        events = cloud.store.unpublished(cloud.now() - age, SWEEP_ROUND).await?;
    }
}

/// Answers the ids of the events that are not known to be on the bus.
async fn publish_and_mark(cloud: &Cloud, events: Vec<Event>) -> Vec<String> {
    let outcome = publish(cloud, events).await;
    let mut refused = Vec::new();
    for (event, reason) in outcome.refused {
        span_of(&event).in_scope(|| tracing::warn!(reason, "not published"));
        refused.push(event.event_id);
    }
    metrics::count(Metric::EventsPublished, outcome.accepted.len());
    for event in outcome.accepted {
        let marked = cloud.store.mark_published(&event, cloud.now()).await;
        span_of(&event).in_scope(|| match marked {
            Ok(()) => tracing::info!(event = event.fact.name(), "event published"),
            // The sweep publishes it once more, which consumers do not mind.
            Err(error) => tracing::warn!(event = event.fact.name(), %error, "event published but not marked"),
        });
    }
    refused
}
