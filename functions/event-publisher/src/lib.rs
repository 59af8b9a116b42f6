//! Publishes outbox events to the bus: from the outbox stream at once, and from a sweep whatever the stream missed.
//!
//! An event may be published more than once (a crash between publishing and marking); consumers act once per `event_id`.

use chrono::Duration;
use keepwell_aws::bus::publish;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Rate};
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
            async move { sweep(&cloud, STREAM_LEAD).await.map(|_| ()) }
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

/// Publishes everything unpublished that is older than `age`. Answers how many events went out.
pub async fn sweep(cloud: &Cloud, age: Duration) -> Result<usize, HandlerError> {
    let mut published = 0;
    loop {
        let events = cloud.store.unpublished(cloud.now() - age, SWEEP_ROUND).await?;
        if events.is_empty() {
            return Ok(published);
        }
        let found = events.len();
        let refused = publish_and_mark(cloud, events).await;
        published += found - refused.len();
        if !refused.is_empty() {
            return Err(Box::new(Unpublished(refused.len())));
        }
    }
}

/// Answers the ids of the events that are not known to be on the bus.
async fn publish_and_mark(cloud: &Cloud, events: Vec<Event>) -> Vec<String> {
    let outcome = publish(cloud, events).await;
    let mut refused = Vec::new();
    for (event, reason) in outcome.refused {
        tracing::warn!(event_id = event.event_id, reason, "not published");
        refused.push(event.event_id);
    }
    for event in outcome.accepted {
        // Published but not marked: the sweep publishes it once more, which consumers do not mind.
        if let Err(error) = cloud.store.mark_published(&event, cloud.now()).await {
            tracing::warn!(event_id = event.event_id, %error, "published but not marked");
        }
    }
    refused
}
