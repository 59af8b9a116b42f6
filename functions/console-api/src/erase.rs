//! Erases a customer and everything about it, or one contact.
//!
//! The list row goes last: a crash in between leaves a customer whose erasure can be asked for again.

use axum::extract::{Path, State};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, existing_customer};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::erase_contact::erase_contact;
use keepwell_aws::suppression::suppress_address;
use keepwell_domain::id::RecordId;
use serde_json::json;

pub(crate) async fn delete_customer(State(cloud): State<Cloud>, Path(id): Path<String>) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let stored = existing_customer(&cloud, &id).await?;
        // The people are gone with the company, and are not to be mailed by whoever adds their addresses again.
        for contact in cloud.store.contacts(&stored.value.id).await? {
            suppress_address(&cloud, &contact.value.email).await?;
        }
        cloud.store.erase_records(&stored.value.id, cloud.now()).await?;
        cloud.store.erase_row(&cloud, stored).await?;
        Ok(Answer::no_content())
    })
    .await
}

/// Answers how much was erased, of each kind: 0 of everything when nothing is known of the contact, as after an erasure. So a request that
/// broke off can be sent again until it is answered.
pub(crate) async fn post_contact_erasure(
    State(cloud): State<Cloud>,
    Path((id, contact)): Path<(String, String)>,
) -> Result<Answer, ApiError> {
    let missing = || ApiError::NotFound(format!("The customer {id} has no contact {contact:?}."));
    let contact_id = RecordId::parse(&contact).map_err(|_| missing())?;
    retry_on_conflict(|| async {
        let customer = existing_customer(&cloud, &id).await?.value.id;
        let erased = erase_contact(&cloud, &customer, &contact_id).await?.unwrap_or_default();
        Answer::ok(json!({ "customer": customer, "contact": contact_id, "erased": erased }))
    })
    .await
}
