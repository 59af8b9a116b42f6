//! Write keys.

use keepwell_domain::write_key::WriteKey;

use super::record::{Record, Table};
use super::{Page, Range, Store, StoreError, Stored, keys};

impl Store {
    /// A write key by its id.
    pub async fn write_key(&self, id: &str) -> Result<Option<Stored<WriteKey>>, StoreError> {
        self.get(Table::Core, &keys::write_key(id)).await
    }

    /// A page of the write keys, oldest first.
    pub async fn write_keys_page(
        &self,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<WriteKey>>, StoreError> {
        let range = Range { table: Table::Core, pk: keys::WRITE_KEYS.to_owned(), prefix: "wk_", descending: false };
        self.query_page(&range, limit, after).await
    }
}

/// The record of a write key.
pub fn write_key_record(key: &WriteKey) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::write_key(&key.id), key)
}
