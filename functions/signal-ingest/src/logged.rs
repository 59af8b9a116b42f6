//! `POST /v1/customers/{id}/interactions`: a meeting, call, mail or note that a person logs. It is kept as one that a machine sends.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Idempotency, Identity, JsonBody, existing_customer};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::signal::{Interaction, InteractionKind, SignalKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::write::Writer;

/// An interaction as the API shows it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Interaction")]
pub(crate) struct InteractionView<'a> {
    /// Its id (`int_…`).
    id: &'a RecordId,
    /// The customer.
    customer: &'a CustomerId,
    /// How.
    kind: InteractionKind,
    /// When.
    at: DateTime<Utc>,
    /// With whom, if known.
    contact: Option<&'a RecordId>,
    /// How good the conversation was, 1-5.
    quality: Option<u8>,
    /// How good its result was, 1-5.
    outcome: Option<u8>,
    /// Notes.
    notes: &'a str,
    /// Who of the team it was.
    by: Option<&'a EmailAddress>,
    /// Sentiment of the notes, -1 to 1; `null` = unknown.
    sentiment: Option<f64>,
}

fn view<'a>(customer: &'a CustomerId, interaction: &'a Interaction) -> InteractionView<'a> {
    InteractionView {
        id: &interaction.id,
        customer,
        kind: interaction.kind,
        at: interaction.at,
        contact: interaction.contact.as_ref(),
        quality: interaction.quality,
        outcome: interaction.outcome,
        notes: &interaction.notes,
        by: interaction.by.as_ref(),
        sentiment: interaction.sentiment,
    }
}

pub(crate) async fn post_interaction(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let now = cloud.now();
    let own = RecordId::parse(&cloud.fresh_id("int")).map_err(ApiError::Internal)?;
    let interaction = Interaction::parse_logged(&body, own, identity.email.clone(), now)?;
    let idempotency = Idempotency::of(&headers, &identity, &format!("POST /v1/customers/{id}/interactions"), &body)?;
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let stored = existing_customer(&cloud, &id).await?;
        let customer = stored.value.id.clone();
        let answer = Answer::created(view(&customer, &interaction))?;
        let mut writer = Writer::new(&cloud, CustomerChange::of(stored, Cause::default(), now), now);
        writer.signal(SignalKind::Interaction, &interaction).await?;
        idempotency.remember_about(&customer, &mut writer.change.transaction, &answer, now);
        writer.finish().await?;
        Ok(answer)
    })
    .await
}
