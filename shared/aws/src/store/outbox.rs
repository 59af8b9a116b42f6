//! The outbox: events are written with the change they report, and published from here.
//!
//! The table is the truth. The stream is only the fast path; the sweep finds whatever it missed.

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Duration, Utc};
use keepwell_domain::event::Event;
use keepwell_domain::id::CustomerId;

use super::record::{Record, Table};
use super::{Range, Store, StoreError, Stored, keys};

/// How long a published event is kept.
const KEPT: Duration = Duration::days(14);

/// How many events of a customer are read at a time.
const PAGE: usize = 50;

/// The record of an event that is not published yet.
pub fn pending(event: &Event) -> Result<Record, StoreError> {
    let shard = keys::shard(event.customer_id.as_str(), keys::WORK_SHARDS);
    let at = format!("{}#{}", keys::instant(event.occurred_at), event.event_id);
    Ok(Record::new(Table::Outbox, keys::outbox(&event.customer_id, event.aggregate_version), event)?.indexed(
        "pending",
        format!("PENDING#{shard:02}"),
        at,
    ))
}

impl Store {
    /// Up to `limit` events per shard that happened before `until` and are not published.
    pub async fn unpublished(&self, until: DateTime<Utc>, limit: usize) -> Result<Vec<Event>, StoreError> {
        let until = format!("{}#~", keys::instant(until));
        let shards = (0..keys::WORK_SHARDS).map(|shard| format!("PENDING#{shard:02}"));
        let until = until.as_str();
        let pages = futures::future::try_join_all(shards.map(|pk| async move {
            self.query_index::<Event>(Table::Outbox, "pending", &pk, Some(until), Some(limit)).await
        }))
        .await?;
        Ok(pages.into_iter().flatten().map(|stored: Stored<Event>| stored.value).collect())
    }

    /// A customer's events since `from`, oldest first, as far as they are kept.
    pub async fn events_since(&self, customer: &CustomerId, from: DateTime<Utc>) -> Result<Vec<Event>, StoreError> {
        let pk = keys::outbox(customer, 0).pk;
        let range = Range { table: Table::Outbox, pk, prefix: "", descending: true };
        let (mut events, mut after): (Vec<Event>, Option<String>) = (Vec::new(), None);
        loop {
            let page = self.query_page::<Event>(&range, PAGE, after.as_deref()).await?;
            let read = page.items.into_iter().map(|stored| stored.value);
            let (within, before): (Vec<_>, Vec<_>) = read.partition(|event| event.occurred_at >= from);
            events.extend(within);
            after = page.next;
            // Numbers go up with time, so that the rest is older still.
            if !before.is_empty() || after.is_none() {
                events.reverse();
                return Ok(events);
            }
        }
    }

    /// Notes that an event is published. Doing so twice changes nothing.
    pub async fn mark_published(&self, event: &Event, now: DateTime<Utc>) -> Result<(), StoreError> {
        let key = keys::outbox(&event.customer_id, event.aggregate_version);
        self.client()
            .update_item()
            .table_name(self.name(Table::Outbox))
            .key("pk", AttributeValue::S(key.pk))
            .key("sk", AttributeValue::S(key.sk))
            .update_expression("SET published_at = :now, #ttl = :ttl REMOVE pending_shard, pending_at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", AttributeValue::S(keys::instant(now)))
            .expression_attribute_values(":ttl", AttributeValue::N((now + KEPT).timestamp().to_string()))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::sdk("UpdateItem", Table::Outbox, &error))
    }
}
