//! Deliveries: each webhook and each message to Slack is a row before it is a request, so that none is lost.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::delivery::{Delivery, DeliveryKey, EndpointId};

use super::record::{Record, Table};
use super::{CommitError, Expect, Page, Range, Store, StoreError, Stored, Transaction, keys};

/// How long a delivery is kept.
const KEPT: Duration = Duration::days(90);

impl Store {
    /// A delivery.
    pub async fn delivery(&self, delivery: &DeliveryKey) -> Result<Option<Stored<Delivery>>, StoreError> {
        self.get(Table::Dedupe, &keys::delivery(delivery)).await
    }

    /// A page of the deliveries to an endpoint, newest first.
    pub async fn deliveries_page(
        &self,
        endpoint: &EndpointId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<Delivery>>, StoreError> {
        let range = Range {
            table: Table::Dedupe,
            pk: keys::delivery_partition(endpoint),
            prefix: keys::DELIVERIES,
            descending: true,
        };
        self.query_page(&range, limit, after).await
    }

    /// Deliveries to an endpoint that are due at `now`: to be sent, to be sent again, or with a claim that ran out. By endpoint,
    /// so that one that is down does not hide the others.
    pub async fn deliveries_due(
        &self,
        endpoint: &EndpointId,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Stored<Delivery>>, StoreError> {
        let until = format!("{}#~", keys::instant(now));
        let partition = keys::delivery_partition(endpoint);
        self.query_index(Table::Dedupe, "due", &partition, Some(&until), Some(limit)).await
    }

    /// Replaces a delivery that was read before, if nobody else wrote it meanwhile.
    pub async fn replace_delivery(&self, before: &Stored<Delivery>, after: &Delivery) -> Result<(), CommitError> {
        let mut transaction = Transaction::default();
        transaction.put(delivery_record(after), Expect::Revision(before.revision));
        transaction.commit(self).await
    }
}

/// The record of a delivery, in the index as long as something is to be done about it.
pub fn delivery_record(delivery: &Delivery) -> Result<Record, StoreError> {
    let record =
        Record::new(Table::Dedupe, keys::delivery(&delivery.key()), delivery)?.expiring(delivery.created_at + KEPT);
    let partition = keys::delivery_partition(&delivery.endpoint);
    Ok(match delivery.due_at() {
        Some(due) => record.indexed("due", partition, format!("{}#{}", keys::instant(due), delivery.id)),
        None => record,
    })
}
