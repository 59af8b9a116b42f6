//! Saved views.

use keepwell_domain::saved_view::{SavedView, ViewId};

use super::record::{Record, Table};
use super::{Range, Store, StoreError, Stored, keys};

impl Store {
    /// A view by its id.
    pub async fn saved_view(&self, id: &ViewId) -> Result<Option<Stored<SavedView>>, StoreError> {
        self.get(Table::Core, &keys::saved_view(id)).await
    }

    /// Everybody's views, by id.
    pub async fn saved_views(&self) -> Result<Vec<Stored<SavedView>>, StoreError> {
        let range =
            Range { table: Table::Core, pk: keys::SAVED_VIEWS.to_owned(), prefix: keys::SAVED_VIEW, descending: false };
        self.query_all(&range).await
    }
}

/// The record of a view.
pub fn saved_view_record(view: &SavedView) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::saved_view(&view.id), view)
}
