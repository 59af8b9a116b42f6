//! Unsubscribe: by the person's button, or by the mail program's one click (RFC 8058). Opening the link writes nothing.

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::Stored;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::suppression::suppress;
use keepwell_domain::contact::MailState;
use keepwell_domain::link::{Purpose, verify};
use keepwell_domain::mail::{MailIntent, Recipient};
use serde_json::json;

use crate::page::{Refusal, html, respond};

/// The mail behind a link.
async fn mail(cloud: &Cloud, token: &str) -> Result<Stored<MailIntent>, Refusal> {
    let keys = cloud.link_keys().map_err(|error| Refusal::Internal(error.to_string()))?;
    let claim = verify(keys, Purpose::Unsubscribe, token, cloud.now())?;
    cloud.store.mail_intent(&claim.request_id).await?.ok_or(Refusal::NotFound)
}

pub(crate) async fn get_page(State(cloud): State<Cloud>, Path(token): Path<String>) -> Response {
    let outcome = async {
        mail(&cloud, &token).await?;
        let variables = json!({
            "product_name": cloud.settings().await?.product_name, "action": format!("/u/{token}"),
        });
        Ok(html(&cloud, StatusCode::OK, "unsubscribe", &variables))
    };
    respond(&cloud, outcome.await)
}

pub(crate) async fn post_unsubscribe(State(cloud): State<Cloud>, Path(token): Path<String>) -> Response {
    let outcome = async {
        let intent = mail(&cloud, &token).await?.value;
        let Recipient::Contact { contact } = &intent.recipient else { return Err(Refusal::NotFound) };
        retry_on_conflict(|| suppress(&cloud, &intent.customer, contact, MailState::Unsubscribed)).await?;
        let variables = json!({ "product_name": cloud.settings().await?.product_name });
        Ok(html(&cloud, StatusCode::OK, "unsubscribed", &variables))
    };
    respond(&cloud, outcome.await)
}
