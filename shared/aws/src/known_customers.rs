//! The list rows of all customers, as a process knows them: the first look reads the newest snapshot, the later ones have the memory of
//! the one before, and each asks only for what was written since. A hundred thousand rows take the tables seconds, their changes
//! milliseconds.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use tokio::sync::Mutex;

use crate::cloud::Cloud;
use crate::snapshot;
use crate::store::portfolio::OVERLAP;
use crate::store::{Store, StoreError, Stored};

/// The customers that this process knows.
#[derive(Default)]
pub struct KnownCustomers(Mutex<Option<Known>>);

impl KnownCustomers {
    /// Every customer as of now, in no order.
    pub async fn all(&self, cloud: &Cloud) -> Result<Vec<Arc<Customer>>, StoreError> {
        let mut memory = self.0.lock().await;
        let now = Utc::now();
        if memory.is_none() {
            *memory = Known::from_snapshot(cloud).await;
        }
        match memory.as_mut() {
            Some(known) => known.look_again(&cloud.store, now).await?,
            None => *memory = Some(Known::look(&cloud.store, now).await?),
        }
        Ok(memory.iter().flat_map(|known| known.rows.values()).map(|row| Arc::clone(&row.customer)).collect())
    }
}

struct Known {
    rows: HashMap<CustomerId, Row>,
    /// When they were looked at last, by the machine's clock.
    looked_at: DateTime<Utc>,
}

struct Row {
    customer: Arc<Customer>,
    revision: u64,
}

impl Known {
    /// What the newest snapshot shows; `None` when there is none that can be had and used.
    async fn from_snapshot(cloud: &Cloud) -> Option<Self> {
        let read = snapshot::newest(cloud).await.inspect_err(|error| {
            tracing::warn!(%error, "the newest snapshot cannot be read, and the tables are");
        });
        let snapshot = read.ok()??.ok()?;
        let looked_at = snapshot.looked_at?;
        let mut known = Self { rows: HashMap::new(), looked_at };
        known.take_in(
            snapshot.into_rows().into_iter().map(|row| Stored { value: row.customer, revision: row.revision }),
        );
        Some(known)
    }

    async fn look(store: &Store, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let mut known = Self { rows: HashMap::new(), looked_at: now };
        known.take_in(store.portfolio().await?);
        Ok(known)
    }

    /// Changes nothing when something cannot be read.
    async fn look_again(&mut self, store: &Store, now: DateTime<Utc>) -> Result<(), StoreError> {
        let since = self.looked_at.min(now) - OVERLAP;
        let (erased, written) =
            futures::future::try_join(store.erased_since(since), store.written_since(since)).await?;
        for id in erased {
            self.rows.remove(&id);
        }
        self.take_in(written);
        self.looked_at = now;
        Ok(())
    }

    fn take_in(&mut self, written: impl IntoIterator<Item = Stored<Customer>>) {
        for Stored { value: customer, revision } in written {
            // The index may show an older state than it did before.
            if self.rows.get(&customer.id).is_none_or(|known| known.revision < revision) {
                self.rows.insert(customer.id.clone(), Row { customer: Arc::new(customer), revision });
            }
        }
    }
}
