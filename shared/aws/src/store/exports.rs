//! What is stored under a customer, page by page and each item with its sort key: for exports.

use keepwell_domain::id::CustomerId;
use serde::de::DeserializeOwned;

use super::record::{Table, read, sort_key};
use super::{Page, Range, Store, StoreError, keys, start_after};

/// An item and its sort key.
#[derive(Debug, Clone)]
pub struct Keyed<T> {
    /// Its sort key: where the next page goes on.
    pub sk: String,
    /// What it holds.
    pub value: T,
}

impl Store {
    /// All customers' ids, in order. Reads the same units as the list rows, and sends a tenth of their bytes.
    pub async fn customer_ids(&self) -> Result<Vec<CustomerId>, StoreError> {
        let mut ids: Vec<CustomerId> = self.marks().await?.into_iter().map(|mark| mark.id).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Up to `limit` items of a customer under a prefix, after the sort key `after`.
    pub async fn keyed_page<T: DeserializeOwned>(
        &self,
        customer: &CustomerId,
        prefix: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Keyed<T>>, StoreError> {
        let pk = keys::customer_partition(customer);
        self.page_with_keys(&Range { table: Table::Core, pk, prefix, descending: false }, limit, after).await
    }

    /// Up to `limit` rows of a customer's usage, after the sort key `after`.
    pub async fn keyed_usage_page<T: DeserializeOwned>(
        &self,
        customer: &CustomerId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Keyed<T>>, StoreError> {
        let pk = keys::usage_partition(customer);
        let range = Range { table: Table::Usage, pk, prefix: keys::USAGE_DAYS, descending: false };
        self.page_with_keys(&range, limit, after).await
    }

    async fn page_with_keys<T: DeserializeOwned>(
        &self,
        range: &Range<'_>,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Keyed<T>>, StoreError> {
        let start = after.map(|sk| start_after(range, sk));
        let (items, next) = self.query(range, Some(limit), None, start).await?;
        let next = next.and_then(|key| key.get("sk").and_then(|sk| sk.as_s().ok()).cloned());
        let keyed = |item| Ok(Keyed { sk: sort_key(&item), value: read(item)?.value });
        Ok(Page { items: items.into_iter().map(keyed).collect::<Result<_, StoreError>>()?, next })
    }
}
