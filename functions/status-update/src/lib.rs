//! Sets the Health Status of a customer: state, history, timeline, event and idempotency in one transaction.

mod operations;

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Function;
use keepwell_aws::http::{
    Access, Answer, ApiError, Idempotency, Identity, JsonBody, Role, Routes, existing_customer, if_match,
};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::customers::status_change_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_domain::customer::Customer;
use keepwell_domain::event::Fact;
use keepwell_domain::fields::{Fields, Text};
use keepwell_domain::health_status::{HealthStatus, SetStatus, StatusRecord, set_status};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::problem::Problems;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub use operations::operations;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let routes =
        Routes::new(cloud).route(Access::People(Role::Csm), Method::PUT, "/v1/customers/{id}/status", put_status);
    Function::new("status-update").routes(routes)
}

async fn put_status(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let (status, reason) = parse(&body)?;
    let idempotency = Idempotency::of(&headers, &identity, &format!("PUT /v1/customers/{id}/status"), &body)?;
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let stored = existing_customer(&cloud, &id).await?;
        if_match(&headers, stored.value.version)?;
        let now = cloud.now();
        let decision = set_status(stored.value.status.as_ref(), status, reason.clone(), identity.email.clone(), now);
        let (change, fact) = match decision {
            SetStatus::Unchanged => {
                // Repeated late, the request must not set the status back either.
                let (answer, mut transaction) = (answer(&stored.value)?, Transaction::default());
                idempotency.remember_about(&stored.value.id, &mut transaction, &answer, now);
                transaction.commit(&cloud.store).await?;
                return Ok(answer);
            }
            // No automation runs, but score and insight count the status again.
            SetStatus::Confirmed(change) => (change, Fact::CustomerChanged {}),
            SetStatus::Changed(change) => {
                let fact = Fact::HealthStatusChanged { from: change.from, to: change.to };
                (change, fact)
            }
        };
        let mut update = CustomerChange::of(stored, Cause::default(), now);
        update.customer.status = Some(StatusRecord::from(&change));
        update.customer.updated_at = now;
        update.customer.version += 1;
        update.put(status_change_record(&update.customer.id, update.customer.version, &change), Expect::Absent);
        update.timeline(&change.timeline_entry(update.customer.version));
        update.publish(fact);
        let answer = answer(&update.customer)?;
        let id = update.customer.id.clone();
        idempotency.remember_about(&id, &mut update.transaction, &answer, now);
        update.commit(&cloud).await?;
        Ok(answer)
    })
    .await
}

fn parse(body: &Value) -> Result<(HealthStatus, String), Problems> {
    let mut fields = Fields::new(body, "")?;
    let status = fields.required("status");
    let reason = fields.required::<Text<2000>>("reason").map(|text| text.0);
    fields.finish(status.zip(reason))
}

/// The Health Status of a customer as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CustomerStatus")]
pub(crate) struct StatusView<'a> {
    /// The customer.
    customer: &'a CustomerId,
    /// The word.
    status: Option<HealthStatus>,
    /// Why, in the CSM's words.
    reason: Option<&'a str>,
    /// Who set it.
    set_by: Option<&'a EmailAddress>,
    /// When it was set or last confirmed.
    set_at: Option<DateTime<Utc>>,
    /// From when on it is too old to be relied on.
    stale_from: Option<DateTime<Utc>>,
}

fn answer(customer: &Customer) -> Result<Answer, ApiError> {
    let status = customer.status.as_ref();
    let body = StatusView {
        customer: &customer.id,
        status: status.map(|record| record.status),
        reason: status.map(|record| record.reason.as_str()),
        set_by: status.map(|record| &record.set_by),
        set_at: status.map(|record| record.set_at),
        stale_from: status.map(StatusRecord::stale_from),
    };
    Ok(Answer::ok(body)?.etag(customer.version))
}
