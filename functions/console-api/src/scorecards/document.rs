//! `GET` and `PUT /v1/scorecards/{id}`: the document, as JSON or to the letter as YAML.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, QueryParams, if_match};
use keepwell_aws::store::Transaction;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_domain::edition::{Edition, TextFormat};
use keepwell_domain::id::RecordId;
use keepwell_domain::measure::Name;
use keepwell_domain::score::library::check_set;
use keepwell_domain::score::scorecard::Scorecard;

use super::{document_of, existing, newest, summary};
use crate::document::{self, Sent, wanted_version};

/// `version` asks for a past one. YAML when `Accept` names it, JSON otherwise.
pub(crate) async fn get_scorecard(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, ApiError> {
    let wanted = wanted_version(&mut query);
    query.finish()?;
    let library = cloud.store.library().await?.value;
    let version = wanted.unwrap_or(newest(&library, &id)?);
    let edition = existing(&cloud, &id, version).await?;
    let scorecard = document_of(&edition)?;
    document::answer(&headers, edition, &scorecard, || scorecard.to_yaml())
}

/// Sets a new version. The same document again changes nothing.
pub(crate) async fn put_scorecard(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, ApiError> {
    let Draft { id, scorecard, format, text } = read_draft(&id, &headers, body).await?;
    let text = text.as_str();
    retry_on_conflict(|| async {
        let before = cloud.store.library().await?;
        if let Some(newest) = before.value.newest(id.as_str()) {
            if_match(&headers, newest)?;
            let current = existing(&cloud, id.as_str(), newest).await?;
            let is_same = || current.scorecard().is_ok_and(|current| current == scorecard);
            if current.says(format, text, is_same) {
                return Ok(Answer::ok(summary(&current, &scorecard, &before.value))?.etag(newest));
            }
        }
        let mut library = before.value.clone();
        let id = Name::from(id.as_str());
        let version = library.add_version(&id);
        let edition = Edition {
            id,
            version,
            format,
            text: text.to_owned(),
            set_by: Some(identity.email.clone()),
            set_at: Some(cloud.now()),
        };
        let answer = summary(&edition, &scorecard, &library);
        let mut transaction = Transaction::default();
        transaction.put_library(&library, &before);
        transaction.put_edition(&edition);
        transaction.commit(&cloud.store).await?;
        Ok(Answer::ok(answer)?.etag(version))
    })
    .await
}

/// A document that somebody sends under an id, and that can be set under it.
pub(super) struct Draft {
    id: RecordId,
    pub(super) scorecard: Scorecard,
    format: TextFormat,
    text: String,
}

/// Reads a draft. Everything that is wrong is named.
pub(super) async fn read_draft(id: &str, headers: &HeaderMap, body: Body) -> Result<Draft, ApiError> {
    let Sent { format, text, value } = Sent::read(headers, body, "scorecard").await?;
    let id = RecordId::parse(id).map_err(|_| ApiError::NotFound(format!("There can be no scorecard {id:?}.")))?;
    let scorecard = Scorecard::parse(&value)?;
    check_set(&scorecard, id.as_str())?;
    Ok(Draft { id, scorecard, format, text })
}
