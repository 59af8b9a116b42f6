//! Everything that is stored about one customer or one contact, for whoever asks what is known of them.

use axum::extract::{Path, State};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer, query};
use keepwell_aws::store::personal_export::Place;
use keepwell_domain::id::RecordId;
use serde_json::json;

/// A page of what is stored about the customer. Its size follows from the rows: one that many mails hang on has them with it.
pub(crate) async fn get_customer_export(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut parameters: QueryParams,
) -> Result<Answer, ApiError> {
    let limit = parameters.limit();
    let place = parameters.cursor(|place| Place::parse(place).is_some()).as_deref().and_then(Place::parse);
    parameters.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value.id;
    let page = cloud.store.export_customer(&customer, limit, place).await?;
    let next_cursor = page.next.as_deref().map(query::cursor);
    Answer::ok(json!({ "customer": customer, "items": page.items, "next_cursor": next_cursor }))
}

/// All that is stored about the contact: what [erasing it](crate::erase) would take away. `address` is what is known of the address beyond
/// the contact.
pub(crate) async fn get_contact_export(
    State(cloud): State<Cloud>,
    Path((id, contact)): Path<(String, String)>,
    parameters: QueryParams,
) -> Result<Answer, ApiError> {
    parameters.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value.id;
    let missing = || ApiError::NotFound(format!("Nothing is stored about a contact {contact:?} of the customer {id}."));
    let contact_id = RecordId::parse(&contact).map_err(|_| missing())?;
    let (items, address) = cloud.store.export_contact(&customer, &contact_id).await?.ok_or_else(missing)?;
    Answer::ok(json!({ "customer": customer, "contact": contact_id, "items": items, "address": address }))
}
