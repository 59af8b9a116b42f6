//! One customer: create, read, change; its status history and its timeline.

use axum::extract::{Path, State};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Idempotency, Identity, JsonBody, QueryParams, existing_customer, if_match};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::keys;
use keepwell_domain::customer::{NewCustomer, ProfileChange};
use keepwell_domain::event::Fact;
use keepwell_domain::health_status::StatusChange;
use keepwell_domain::id::CustomerId;
use keepwell_domain::timeline::TimelineKind;

use crate::view;

pub(crate) async fn get_customer(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let stored = existing_customer(&cloud, &id).await?;
    Ok(Answer::ok(view::customer(&stored.value, cloud.now()))?.etag(stored.value.version))
}

pub(crate) async fn post_customer(
    State(cloud): State<Cloud>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let new = NewCustomer::parse(&body)?;
    let idempotency = Idempotency::of(&headers, &identity, "POST /v1/customers", &body)?;
    let generated = cloud.fresh_id("cus");
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let id = match &new.id {
            Some(id) => id.clone(),
            None => CustomerId::parse(&generated).map_err(ApiError::Internal)?,
        };
        if cloud.store.customer(&id).await?.is_some() {
            return Err(ApiError::Taken(format!("There is a customer {id} already.")));
        }
        let now = cloud.now();
        let mut customer = new.clone().create(id, now);
        customer.event_seq = cloud.store.last_event_of_erased(&customer.id).await?;
        let mut change = CustomerChange::creation(customer, now);
        change.publish(Fact::CustomerCreated {});
        let answer = Answer::created(view::customer(&change.customer, now))?.etag(change.customer.version);
        let id = change.customer.id.clone();
        idempotency.remember_about(&id, &mut change.transaction, &answer, now);
        change.commit(&cloud).await?;
        Ok(answer)
    })
    .await
}

pub(crate) async fn patch_customer(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let profile_change = ProfileChange::parse(&body)?;
    retry_on_conflict(|| async {
        let stored = existing_customer(&cloud, &id).await?;
        if_match(&headers, stored.value.version)?;
        let now = cloud.now();
        let profile = profile_change.clone().apply(&stored.value.profile);
        let Some(changed) = stored.value.with_profile(profile, now) else {
            return Ok(Answer::ok(view::customer(&stored.value, now))?.etag(stored.value.version));
        };
        let mut change = CustomerChange::of(stored, Cause::default(), now);
        change.customer = changed;
        change.publish(Fact::CustomerChanged {});
        let customer = change.commit(&cloud).await?;
        Ok(Answer::ok(view::customer(&customer, now))?.etag(customer.version))
    })
    .await
}

pub(crate) async fn get_status_history(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::STATUS_CHANGES)));
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let page = cloud.store.status_history(&customer.id, limit, cursor.as_deref()).await?;
    let items: Vec<StatusChange> = page.items.into_iter().map(|stored| stored.value).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

pub(crate) async fn get_timeline(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, after) = (query.limit(), query.cursor(view::sort_key(keys::TIMELINE)));
    let kind: Option<TimelineKind> = query.get("kind");
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let page = cloud.store.timeline(&customer.id, kind, limit, after.as_deref()).await?;
    Answer::ok(view::page(&page.items, page.next.as_deref()))
}
