//! `PUT` and `DELETE /v1/customers/{id}/score/override`: an override of the score by hand.

use axum::extract::{Path, State};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, JsonBody, existing_customer, if_match_when_sent};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_domain::event::Fact;
use keepwell_domain::score::manual_override::ManualOverride;

pub(crate) async fn put_override(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let stored = existing_customer(&cloud, &id).await?;
        if_match_when_sent(&headers, stored.value.version)?;
        let now = cloud.now();
        let manual = ManualOverride::parse(&body, identity.email.clone(), now)?;
        if let Some(before) = &stored.value.manual_override
            && before.acts_at(now)
            && before.says_the_same_as(&manual)
        {
            return Ok(Answer::ok(before)?.etag(stored.value.version));
        }
        let mut change = CustomerChange::of(stored, Cause::default(), now);
        change.customer.set_manual_override(Some(manual.clone()), now);
        change.publish(Fact::ScoreOverrideSet {
            kind: manual.kind,
            value: manual.value.0,
            expires_at: manual.expires_at,
        });
        change.timeline(&manual.timeline_entry("set", now));
        let customer = change.commit(&cloud).await?;
        Ok(Answer::ok(manual)?.etag(customer.version))
    })
    .await
}

/// Takes the override back. Without one there is nothing to do, and that is no error.
pub(crate) async fn delete_override(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let stored = existing_customer(&cloud, &id).await?;
        if_match_when_sent(&headers, stored.value.version)?;
        let now = cloud.now();
        let Some(manual) = stored.value.manual_override.clone() else { return Ok(Answer::no_content()) };
        let mut change = CustomerChange::of(stored, Cause::default(), now);
        change.customer.set_manual_override(None, now);
        change.publish(Fact::ScoreOverrideRemoved {});
        change.timeline(&manual.timeline_entry("removed", now));
        change.commit(&cloud).await?;
        Ok(Answer::no_content())
    })
    .await
}
