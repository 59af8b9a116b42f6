//! `GET`, `PUT` and `DELETE /v1/automations/{id}`: the document, as JSON or to the letter as YAML; and back to the shipped one.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use keepwell_aws::automations::check::check;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, QueryParams, if_match};
use keepwell_aws::store::Transaction;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::action::Action;
use keepwell_domain::automation::library::{check_set, is_id, shipped_text};
use keepwell_domain::delivery::{EndpointId, EndpointKind};
use keepwell_domain::edition::{Edition, TextFormat};
use keepwell_domain::measure::Name;
use keepwell_domain::problem::Problems;

use super::{automation_of, existing, newest, summary};
use crate::document::{self, Sent, wanted_version};

/// `version` asks for a past one. YAML when `Accept` names it, JSON otherwise.
pub(crate) async fn get_automation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, ApiError> {
    let wanted = wanted_version(&mut query);
    query.finish()?;
    let library = cloud.store.automation_library().await?.value;
    let version = wanted.unwrap_or(newest(&library, &id)?);
    let edition = existing(&cloud, &library, &id, version).await?;
    let automation = automation_of(&edition)?;
    document::answer(&headers, edition, &automation, || automation.to_yaml())
}

/// Sets a new version. The same document again changes nothing.
pub(crate) async fn put_automation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, ApiError> {
    let sent = Sent::read(&headers, body, "automation").await?;
    if !is_id(&id) {
        return Err(ApiError::NotFound(format!("There can be no automation {id:?}.")));
    }
    let automation = Automation::parse(&sent.value)?;
    check_set(&automation, &id)?;
    check(&cloud.templates, &automation, cloud.now())?;
    check_endpoints(&cloud, &automation).await?;
    set(&cloud, &identity, &headers, &automation, sent.format, &sent.text).await
}

/// Sets the shipped document again, as a new version; a deleted shipped automation comes back.
pub(crate) async fn reset_automation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let missing = || ApiError::NotFound(format!("Keepwell ships no automation {id:?}."));
    let text = shipped_text(&id).ok_or_else(missing)?;
    let automation = Automation::from_yaml(text).map_err(|problems| ApiError::Internal(problems.to_string()))?;
    set(&cloud, &identity, &headers, &automation, TextFormat::Yaml, text).await
}

/// Every endpoint must be there, and be of the kind that the action sends to.
async fn check_endpoints(cloud: &Cloud, automation: &Automation) -> Result<(), ApiError> {
    let mut problems = Problems::default();
    for (index, action) in automation.actions.iter().enumerate() {
        let (endpoint, kind) = match action {
            Action::Webhook { endpoint } => (endpoint, EndpointKind::Webhook),
            Action::Slack { endpoint, .. } => (endpoint, EndpointKind::Slack),
            _ => continue,
        };
        let pointer = format!("/actions/{index}/{}/endpoint", action.kind());
        let id = match EndpointId::parse(endpoint) {
            Ok(id) => id,
            Err(detail) => {
                problems.add(pointer, detail);
                continue;
            }
        };
        match cloud.store.endpoint(&id).await? {
            None => problems.add(pointer, format!("names no endpoint: {id}")),
            Some(stored) if stored.value.kind() != kind => {
                problems.add(
                    pointer,
                    format!("must be an endpoint for {kind}, and {id} is one for {}", stored.value.kind()),
                );
            }
            Some(_) => {}
        }
    }
    Ok(problems.into_result(())?)
}

async fn set(
    cloud: &Cloud,
    identity: &Identity,
    headers: &HeaderMap,
    automation: &Automation,
    format: TextFormat,
    text: &str,
) -> Result<Answer, ApiError> {
    let id = automation.id.as_str();
    retry_on_conflict(|| async {
        let before = cloud.store.automation_library().await?;
        if let Some(newest) = before.value.newest(id) {
            if_match(headers, newest)?;
            let current = existing(cloud, &before.value, id, newest).await?;
            let is_same = || current.automation().is_ok_and(|current| current == *automation);
            if current.says(format, text, is_same) {
                return Ok(Answer::ok(summary(&current, automation))?.etag(newest));
            }
        }
        let mut library = before.value.clone();
        let version = library.add_version(id);
        let edition = Edition {
            id: Name::from(id),
            version,
            format,
            text: text.to_owned(),
            set_by: Some(identity.email.clone()),
            set_at: Some(cloud.now()),
        };
        let mut transaction = Transaction::default();
        transaction.put_automation_library(&library, &before);
        transaction.put_automation_edition(&edition);
        transaction.commit(&cloud.store).await?;
        Ok(Answer::ok(summary(&edition, automation))?.etag(version))
    })
    .await
}

/// Takes the automation away. Its versions are kept, and runs that wait go on with theirs.
pub(crate) async fn delete_automation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    retry_on_conflict(|| async {
        let before = cloud.store.automation_library().await?;
        if_match(&headers, newest(&before.value, &id)?)?;
        let mut library = before.value.clone();
        library.delete(&id);
        let mut transaction = Transaction::default();
        transaction.put_automation_library(&library, &before);
        transaction.commit(&cloud.store).await?;
        Ok(Answer::no_content())
    })
    .await
}
