//! Endpoints: list, make, change, delete. A secret is shown once, in the answer that makes its endpoint; a URL of Slack never.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{
    Answer, ApiError, Idempotency, Identity, JsonBody, QueryParams, if_match, if_match_when_sent,
};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::endpoints::endpoint_record;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::{Expect, Stored, Transaction, keys};
use keepwell_domain::delivery::endpoint::{Channel, EndpointChange, NewEndpoint};
use keepwell_domain::delivery::{Endpoint, EndpointId, EndpointKind, EndpointState};
use keepwell_domain::id::EmailAddress;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::view;

/// An endpoint as the API shows it: never with its secret, and of a URL of Slack the host alone.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Endpoint")]
pub(crate) struct EndpointView<'a> {
    /// By which automations name it.
    #[schemars(with = "String")]
    id: &'a EndpointId,
    /// What it understands.
    kind: EndpointKind,
    /// What it is for.
    name: &'a str,
    /// Where requests go; of a URL of Slack the host alone.
    url: String,
    /// Whether it is used.
    #[schemars(schema_with = "states")]
    state: &'static str,
    /// Since when the receiver wants nothing any more (it answered 410).
    disabled_at: Option<DateTime<Utc>>,
    /// Who made it.
    created_by: &'a EmailAddress,
    /// When.
    created_at: DateTime<Utc>,
    /// Grows with every change; the `ETag`.
    version: u64,
}

/// The words of [`EndpointState`].
fn states(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["on", "off", "disabled"] })
}

fn endpoint_view(endpoint: &Endpoint) -> EndpointView<'_> {
    let disabled_at = match endpoint.state {
        EndpointState::Disabled { disabled_at } => Some(disabled_at),
        EndpointState::On | EndpointState::Off => None,
    };
    EndpointView {
        id: &endpoint.id,
        kind: endpoint.kind(),
        name: &endpoint.name,
        url: endpoint.shown_url(),
        state: endpoint.state.word(),
        disabled_at,
        created_by: &endpoint.created_by,
        created_at: endpoint.created_at,
        version: endpoint.version,
    }
}

/// An endpoint that was made just now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreatedEndpoint<'a> {
    #[serde(flatten)]
    endpoint: EndpointView<'a>,
    /// What its requests are signed with, shown this once; `null` for Slack, and in the answer to a repeated request.
    secret: Option<&'a str>,
}

/// The endpoint that a path names, or 404. An id that could never be one is simply not there.
pub(crate) async fn existing_endpoint(cloud: &Cloud, id: &str) -> Result<Stored<Endpoint>, ApiError> {
    let missing = || ApiError::NotFound(format!("There is no endpoint {id:?}."));
    let id = EndpointId::parse(id).map_err(|_| missing())?;
    cloud.store.endpoint(&id).await?.ok_or_else(missing)
}

pub(crate) async fn get_endpoints(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::ENDPOINT)));
    query.finish()?;
    let page = cloud.store.endpoints_page(limit, cursor.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| endpoint_view(&stored.value)).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

pub(crate) async fn get_endpoint(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let stored = existing_endpoint(&cloud, &id).await?;
    Ok(Answer::ok(endpoint_view(&stored.value))?.etag(stored.value.version))
}

/// A repeated request (`Idempotency-Key`) gets the same endpoint without its secret: an answer that is kept must not hold one.
pub(crate) async fn post_endpoint(
    State(cloud): State<Cloud>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let new = NewEndpoint::parse(&body, cloud.deployment.webhook_targets)?;
    let idempotency = Idempotency::of(&headers, &identity, "POST /v1/endpoints", &body)?;
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        if cloud.store.endpoint(&new.id).await?.is_some() {
            return Err(ApiError::Taken(format!("There is an endpoint {} already.", new.id)));
        }
        let now = cloud.now();
        let endpoint = new.clone().create(cloud.fresh_webhook_secret(), identity.email.clone(), now);
        let mut transaction = Transaction::default();
        transaction.put(endpoint_record(&endpoint), Expect::Absent);
        idempotency.remember(&mut transaction, &created(&endpoint, None)?, now);
        transaction.commit(&cloud.store).await?;
        match &endpoint.channel {
            Channel::Webhook { secret } => created(&endpoint, Some(&secret.reveal())),
            Channel::Slack => created(&endpoint, None),
        }
    })
    .await
}

fn created(endpoint: &Endpoint, secret: Option<&str>) -> Result<Answer, ApiError> {
    Ok(Answer::created(CreatedEndpoint { endpoint: endpoint_view(endpoint), secret })?.etag(endpoint.version))
}

pub(crate) async fn patch_endpoint(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let change = EndpointChange::parse(&body, cloud.deployment.webhook_targets)?;
    retry_on_conflict(|| async {
        let before = existing_endpoint(&cloud, &id).await?;
        if_match(&headers, before.value.version)?;
        let after = change.clone().apply(&before.value);
        if after != before.value {
            let mut transaction = Transaction::default();
            transaction.put(endpoint_record(&after), Expect::Revision(before.revision));
            transaction.commit(&cloud.store).await?;
        }
        Ok(Answer::ok(endpoint_view(&after))?.etag(after.version))
    })
    .await
}

/// Nothing is sent to it any more. What waits for another attempt is found again by an endpoint that is made under its id.
pub(crate) async fn delete_endpoint(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let stored = existing_endpoint(&cloud, &id).await?;
        if_match_when_sent(&headers, stored.value.version)?;
        let mut transaction = Transaction::default();
        let key = keys::endpoint(&stored.value.id);
        transaction.delete_expecting(Table::Core, key, Expect::Revision(stored.revision));
        transaction.commit(&cloud.store).await?;
        Ok(Answer::no_content())
    })
    .await
}
