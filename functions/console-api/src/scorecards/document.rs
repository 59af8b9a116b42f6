//! `GET` and `PUT /v1/scorecards/{id}`: the document, as JSON or to the letter as YAML.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, QueryParams, body, if_match};
use keepwell_aws::store::Transaction;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_domain::id::RecordId;
use keepwell_domain::measure::Name;
use keepwell_domain::score::library::{Edition, TextFormat, check_set};
use keepwell_domain::score::scorecard::Scorecard;

use super::{document_of, existing, newest, summary};

/// Largest document, in bytes: an item holds 400 KB, and 200 rules with comments are a tenth of this.
const MAX_DOCUMENT: usize = 256 * 1024;

const YAML: &str = "application/yaml";

/// `version` asks for a past one. YAML when `Accept` names it, JSON otherwise.
pub(crate) async fn get_scorecard(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, ApiError> {
    let wanted = query.text("version").map(|text| text.parse::<u64>());
    if matches!(wanted, Some(Err(_) | Ok(0))) {
        query.problem("version", "must be a whole number from 1");
    }
    query.finish()?;
    let library = cloud.store.library().await?.value;
    let newest = newest(&library, &id)?;
    let version = wanted.and_then(Result::ok).unwrap_or(newest);
    let edition = existing(&cloud, &id, version).await?;
    let scorecard = document_of(&edition)?;
    let json = Answer::ok(&scorecard)?.etag(version);
    if !accepts_yaml(&headers) {
        return Ok(json.into_response());
    }
    let text = match edition.format {
        TextFormat::Yaml => edition.text,
        TextFormat::Json => scorecard.to_yaml().map_err(|error| ApiError::Internal(error.to_string()))?,
    };
    let etag = json.etag.unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, YAML.to_owned()), (header::ETAG, etag)], text).into_response())
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
            if current.says(&scorecard, format, text) {
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
    let format = format(headers)?;
    let bytes = body::read(body, MAX_DOCUMENT).await?;
    let text = String::from_utf8(bytes.into()).map_err(|_| ApiError::Malformed("The body is not UTF-8.".to_owned()))?;
    let id = RecordId::parse(id).map_err(|_| ApiError::NotFound(format!("There can be no scorecard {id:?}.")))?;
    let document = format.read(&text).map_err(ApiError::Malformed)?;
    let scorecard = Scorecard::parse(&document)?;
    check_set(&scorecard, id.as_str())?;
    Ok(Draft { id, scorecard, format, text })
}

fn media_types(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let lists = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).map(|item| item.split(';').next().unwrap_or_default().trim())
}

fn is_yaml(media_type: &str) -> bool {
    matches!(media_type, YAML | "text/yaml" | "application/x-yaml" | "text/x-yaml")
}

/// Whether YAML is asked for, before or instead of JSON.
fn accepts_yaml(headers: &HeaderMap) -> bool {
    media_types(headers, header::ACCEPT)
        .find(|media_type| is_yaml(media_type) || *media_type == "application/json")
        .is_some_and(is_yaml)
}

fn format(headers: &HeaderMap) -> Result<TextFormat, ApiError> {
    match media_types(headers, header::CONTENT_TYPE).next() {
        Some("application/json") => Ok(TextFormat::Json),
        Some(media_type) if is_yaml(media_type) => Ok(TextFormat::Yaml),
        _ => Err(ApiError::UnsupportedMediaType(format!("Send the scorecard as application/json or {YAML}."))),
    }
}
