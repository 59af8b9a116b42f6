//! Deliveries to an endpoint: what was sent and what came of it; a test, and sending again by hand.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Idempotency, Identity, QueryParams};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::deliveries::delivery_record;
use keepwell_aws::store::{Expect, Transaction, keys};
use keepwell_aws::webhooks::{self, By};
use keepwell_domain::delivery::{
    Attempt, Body, Delivery, DeliveryKey, DeliveryState, Endpoint, EndpointId, EndpointKind, Refusal, Source, redeliver,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};

use crate::endpoints::existing_endpoint;
use crate::view;

/// A delivery as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub(crate) struct DeliveryView<'a> {
    /// Its id, which the receiver gets as `webhook-id`.
    id: &'a str,
    /// Where it goes.
    #[schemars(with = "String")]
    endpoint: &'a EndpointId,
    /// Why it is sent.
    source: &'a Source,
    /// How far it got.
    #[schemars(schema_with = "states")]
    state: &'static str,
    /// Why it is not sent any more; `null` in every other state.
    reason: Option<&'a str>,
    /// When it is sent (again), if it is.
    next_attempt_at: Option<DateTime<Utc>>,
    /// What was tried, in order.
    attempts: Vec<AttemptView<'a>>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

/// An attempt at a delivery.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeliveryAttempt")]
struct AttemptView<'a> {
    /// When it began.
    at: DateTime<Utc>,
    /// The HTTP status, if the receiver answered.
    status: Option<u16>,
    /// The beginning of the answer's text.
    answer: Option<&'a str>,
    /// Why it failed; `null` when it did not.
    error: Option<&'a str>,
    /// How long it took, in milliseconds.
    took_ms: u64,
}

/// The words of [`DeliveryState`].
fn states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["pending", "claimed", "delivered", "retry", "dead", "skipped"] })
}

fn delivery_view(delivery: &Delivery) -> DeliveryView<'_> {
    let next_attempt_at = match &delivery.state {
        DeliveryState::Pending { not_before } | DeliveryState::Retry { not_before } => Some(*not_before),
        _ => None,
    };
    DeliveryView {
        id: &delivery.id,
        endpoint: &delivery.endpoint,
        source: &delivery.source,
        state: delivery.state.word(),
        reason: delivery.state.reason(),
        next_attempt_at,
        attempts: delivery.attempts.iter().map(attempt_view).collect(),
        created_at: delivery.created_at,
    }
}

fn attempt_view(attempt: &Attempt) -> AttemptView<'_> {
    AttemptView {
        at: attempt.at,
        status: attempt.status,
        answer: attempt.answer.as_deref(),
        error: attempt.error.as_deref(),
        took_ms: attempt.took_ms,
    }
}

pub(crate) async fn get_deliveries(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::DELIVERIES)));
    query.finish()?;
    let endpoint = existing_endpoint(&cloud, &id).await?.value;
    let page = cloud.store.deliveries_page(&endpoint.id, limit, cursor.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| delivery_view(&stored.value)).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// Sends a test, also to an endpoint that is off or disabled, and answers what came back. One attempt.
pub(crate) async fn post_test(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let route = format!("POST /v1/endpoints/{id}/test");
    let idempotency = Idempotency::of(&headers, &identity, &route, &Value::Null)?;
    let key = retry_on_conflict(|| new_test(&cloud, &id, &identity, &idempotency)).await?;
    send(&cloud, &key).await
}

async fn new_test(
    cloud: &Cloud,
    id: &str,
    identity: &Identity,
    idempotency: &Idempotency,
) -> Result<DeliveryKey, ApiError> {
    if let Some(key) = known(cloud, idempotency).await? {
        return Ok(key);
    }
    let endpoint = existing_endpoint(cloud, id).await?.value;
    let now = cloud.now();
    let body = match endpoint.kind() {
        EndpointKind::Slack => Body::slack(&format!("Keepwell can write here: a test of “{}”.", endpoint.name)),
        EndpointKind::Webhook => Body::webhook("endpoint.test", now, &test_data(&endpoint))
            .map_err(|error| ApiError::Internal(error.to_string()))?,
    };
    let source = Source::Test { by: identity.email.clone() };
    let delivery = Delivery::new(cloud.fresh_id("msg"), endpoint.id, source, body, now);
    let mut transaction = Transaction::default();
    transaction.put(delivery_record(&delivery), Expect::Absent);
    idempotency.remember(&mut transaction, &Answer::ok(delivery.key())?, now);
    transaction.commit(&cloud.store).await?;
    Ok(delivery.key())
}

fn test_data(endpoint: &Endpoint) -> Value {
    json!({ "endpoint": { "id": endpoint.id, "name": endpoint.name } })
}

/// Sends a delivery again, with its `webhook-id` and at once, whatever became of it. One that is just being sent is left alone.
pub(crate) async fn post_redelivery(
    State(cloud): State<Cloud>,
    Path((id, delivery)): Path<(String, String)>,
    identity: Identity,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    let route = format!("POST /v1/endpoints/{id}/deliveries/{delivery}/redeliver");
    let idempotency = Idempotency::of(&headers, &identity, &route, &Value::Null)?;
    let key = retry_on_conflict(|| sent_anew(&cloud, &id, &delivery, &idempotency)).await?;
    send(&cloud, &key).await
}

async fn sent_anew(
    cloud: &Cloud,
    endpoint: &str,
    delivery: &str,
    idempotency: &Idempotency,
) -> Result<DeliveryKey, ApiError> {
    if let Some(key) = known(cloud, idempotency).await? {
        return Ok(key);
    }
    let missing = || ApiError::NotFound(format!("There is no delivery {delivery:?} to the endpoint {endpoint:?}."));
    let endpoint = existing_endpoint(cloud, endpoint).await?.value;
    if !could_be(delivery) {
        return Err(missing());
    }
    let key = DeliveryKey { endpoint: endpoint.id, id: delivery.to_owned() };
    let stored = cloud.store.delivery(&key).await?.ok_or_else(missing)?;
    let now = cloud.now();
    match redeliver(&stored.value, now) {
        Ok(again) => {
            let mut transaction = Transaction::default();
            transaction.put(delivery_record(&again), Expect::Revision(stored.revision));
            idempotency.remember(&mut transaction, &Answer::ok(&key)?, now);
            transaction.commit(&cloud.store).await?;
            Ok(key)
        }
        Err(Refusal::Claimed { .. }) => Ok(key),
        Err(refusal) => Err(ApiError::Internal(refusal.to_string())),
    }
}

fn could_be(id: &str) -> bool {
    id.len() <= 40
        && id.strip_prefix(keys::DELIVERIES).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The delivery of the same request before. Its key is what is kept as the answer: what became of it is read afresh.
async fn known(cloud: &Cloud, idempotency: &Idempotency) -> Result<Option<DeliveryKey>, ApiError> {
    let Some(answer) = idempotency.replay(cloud).await? else { return Ok(None) };
    serde_json::from_value(answer.body).map(Some).map_err(|error| ApiError::Internal(error.to_string()))
}

/// Sends the delivery, unless that was done, and answers it as it is then.
async fn send(cloud: &Cloud, key: &DeliveryKey) -> Result<Answer, ApiError> {
    webhooks::deliver(cloud, key, By::Hand).await?;
    let stored = cloud.store.delivery(key).await?;
    let stored = stored.ok_or_else(|| ApiError::NotFound(format!("There is no delivery {:?} any more.", key.id)))?;
    Answer::ok(delivery_view(&stored.value))
}
