//! Erases a customer and everything about it.
//!
//! The list row goes last: a crash in between leaves a customer whose erasure can be asked for again.

use axum::extract::{Path, State};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, existing_customer};
use keepwell_aws::store::change::retry_on_conflict;

pub(crate) async fn delete_customer(State(cloud): State<Cloud>, Path(id): Path<String>) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let stored = existing_customer(&cloud, &id).await?;
        cloud.store.erase_records(&stored.value.id, cloud.now()).await?;
        cloud.store.erase_row(&cloud, stored).await?;
        Ok(Answer::no_content())
    })
    .await
}
