//! Endpoints: where automations send to.

use keepwell_domain::delivery::{Endpoint, EndpointId};

use super::record::{Record, Table};
use super::{Page, Range, Store, StoreError, Stored, keys};

impl Store {
    /// An endpoint by its id.
    pub async fn endpoint(&self, id: &EndpointId) -> Result<Option<Stored<Endpoint>>, StoreError> {
        self.get(Table::Core, &keys::endpoint(id)).await
    }

    /// A page of the endpoints, by id.
    pub async fn endpoints_page(
        &self,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<Endpoint>>, StoreError> {
        let range =
            Range { table: Table::Core, pk: keys::ENDPOINTS.to_owned(), prefix: keys::ENDPOINT, descending: false };
        self.query_page(&range, limit, after).await
    }
}

/// The record of an endpoint.
pub fn endpoint_record(endpoint: &Endpoint) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::endpoint(&endpoint.id), endpoint)
}
