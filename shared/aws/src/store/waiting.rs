//! How much waits to be done, for people who look after the system. Counted in the indexes, and only so far: what waits in its
//! thousands is a number for the operator's alarms, not one to be read to the end.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use keepwell_domain::delivery::{Endpoint, EndpointId};

use super::record::{Table, index_key_names};
use super::{Item, Range, Store, StoreError, Stored, keys};

/// How far is counted.
pub const MOST: usize = 1_000;

/// How much waits somewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// How much could be done by now and is not; at most [`MOST`].
    pub count: usize,
    /// Whether there is more than that.
    pub capped: bool,
    /// Since when the oldest of it waits.
    pub oldest_at: Option<DateTime<Utc>>,
}

impl Waiting {
    /// What waits at `now`, of everything in several queues that each were read up to [`MOST`] + 1, by their moments.
    fn of(moments: impl IntoIterator<Item = DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let due: Vec<DateTime<Utc>> = moments.into_iter().filter(|at| *at <= now).collect();
        Self { count: due.len().min(MOST), capped: due.len() > MOST, oldest_at: due.into_iter().min() }
    }
}

/// The mails that wait, and those of which nobody knows whether they were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WaitingMails {
    /// Those that wait.
    pub waiting: Waiting,
    /// Of how many nobody knows whether SES had them, among the first [`MOST`] that are not done with.
    pub unknown: usize,
}

impl Store {
    /// Events that are not published.
    pub async fn events_waiting(&self, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
        let shards = (0..keys::WORK_SHARDS).map(|shard| format!("PENDING#{shard:02}"));
        self.waiting(Table::Outbox, "pending", shards, now).await
    }

    /// Runs of automations that somebody must go on with.
    pub async fn runs_waiting(&self, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
        self.waiting(Table::Core, "work", (0..keys::WORK_SHARDS).map(super::runs::work), now).await
    }

    /// Deliveries to every endpoint.
    pub async fn deliveries_waiting(&self, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
        let pk = keys::ENDPOINTS.to_owned();
        let range = Range { table: Table::Core, pk, prefix: keys::ENDPOINT, descending: false };
        let endpoints: Vec<Stored<Endpoint>> = self.query_all(&range).await?;
        let ids = endpoints.into_iter().map(|stored| stored.value.id);
        self.waiting(Table::Dedupe, "due", ids.map(|id: EndpointId| keys::delivery_partition(&id)), now).await
    }

    /// Mails.
    pub async fn mails_waiting(&self, now: DateTime<Utc>) -> Result<WaitingMails, StoreError> {
        // One that nobody knows about is looked at again after a while, and has its place at that moment.
        let items = self.queued(Table::Dedupe, "due", super::intents::MAIL, None, true).await?;
        let state = |item: &Item| item.get("body")?.as_m().ok()?.get("state")?.as_s().ok().cloned();
        let unknown = items.iter().take(MOST).filter(|item| state(item).as_deref() == Some("unknown")).count();
        Ok(WaitingMails { waiting: Waiting::of(items.iter().filter_map(|item| moment(item, "due")), now), unknown })
    }

    async fn waiting(
        &self,
        table: Table,
        index: &'static str,
        partitions: impl Iterator<Item = String>,
        now: DateTime<Utc>,
    ) -> Result<Waiting, StoreError> {
        let until = format!("{}#~", keys::instant(now));
        let until = until.as_str();
        let reads = partitions.map(|pk| async move { self.queued(table, index, &pk, Some(until), false).await });
        let items = try_join_all(reads).await?;
        Ok(Waiting::of(items.iter().flatten().filter_map(|item| moment(item, index)), now))
    }

    /// The first [`MOST`] + 1 items of a partition of an index up to `until`: their places alone, and the state in their body if it is
    /// wanted.
    async fn queued(
        &self,
        table: Table,
        index: &'static str,
        pk: &str,
        until: Option<&str>,
        with_state: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let (pk_name, sk_name) = index_key_names(index);
        let mut names = HashMap::from([("#pk".to_owned(), pk_name.to_owned()), ("#sk".to_owned(), sk_name.to_owned())]);
        if with_state {
            names.extend([("#body", "body"), ("#state", "state")].map(|(name, is)| (name.to_owned(), is.to_owned())));
        }
        let mut items: Vec<Item> = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client()
                .query()
                .table_name(self.name(table))
                .index_name(index)
                .projection_expression(if with_state { "#sk, #body.#state" } else { "#sk" })
                .set_expression_attribute_names(Some(names.clone()))
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .set_limit(i32::try_from(MOST + 1 - items.len()).ok())
                .set_exclusive_start_key(start);
            let query = match until {
                Some(until) => query
                    .key_condition_expression("#pk = :pk AND #sk <= :until")
                    .expression_attribute_values(":until", AttributeValue::S(until.to_owned())),
                None => query.key_condition_expression("#pk = :pk"),
            };
            let answer = query.send().await.map_err(|error| StoreError::sdk("Query", table, &error))?;
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() || items.len() > MOST {
                return Ok(items);
            }
        }
    }
}

/// The moment under which an item stands in an index.
fn moment(item: &Item, index: &str) -> Option<DateTime<Utc>> {
    let (_, sk_name) = index_key_names(index);
    item.get(sk_name)?.as_s().ok()?.split('#').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};

    use super::{MOST, Waiting};

    #[test]
    fn what_is_due_is_counted_up_to_the_most() {
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH + Duration::days(9);
        let before = |seconds: usize| now - Duration::seconds(1) * i32::try_from(seconds).unwrap_or_default();
        assert_eq!(Waiting::of([now + Duration::seconds(1)], now), Waiting::default());
        let some = Waiting::of([now, before(5), before(2)], now);
        assert_eq!(some, Waiting { count: 3, capped: false, oldest_at: Some(before(5)) });
        assert!(!Waiting::of((0..MOST).map(before), now).capped);
        let many = Waiting::of((0..MOST + 50).map(before), now);
        assert_eq!((many.count, many.capped), (MOST, true));
    }
}
