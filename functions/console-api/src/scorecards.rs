//! Scorecards: which there are, their documents and versions, and the arithmetic of any document.

pub(crate) mod backtest;
pub(crate) mod document;
pub(crate) mod plan;

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, JsonBody, QueryParams, if_match};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::{Stored, Transaction, keys};
use keepwell_domain::edition::Edition;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::measure::Name;
use keepwell_domain::score::applies_to::AppliesTo;
use keepwell_domain::score::library::Library;
use keepwell_domain::score::request::evaluate_request;
use keepwell_domain::score::schema::scorecard_schema;
use keepwell_domain::score::scorecard::Scorecard;
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

pub(crate) async fn get_scorecards(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let library = cloud.store.library().await?;
    list(&cloud, &library.value, library.revision).await
}

/// Sets which scorecards are in use, and in which order they are tried.
pub(crate) async fn put_order(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    retry_on_conflict(|| async {
        let before = cloud.store.library().await?;
        let after = before.value.reorder(&body)?;
        if_match(&headers, before.revision)?;
        if after == before.value {
            return list(&cloud, &after, before.revision).await;
        }
        let mut transaction = Transaction::default();
        transaction.put_library(&after, &before);
        transaction.commit(&cloud.store).await?;
        list(&cloud, &after, before.revision + 1).await
    })
    .await
}

async fn list(cloud: &Cloud, library: &Library, revision: u64) -> Result<Answer, ApiError> {
    let mut items = Vec::new();
    for entry in library.entries() {
        let edition = existing(cloud, entry.id.as_str(), entry.version).await?;
        items.push(summary(&edition, &document_of(&edition)?, library));
    }
    Ok(Answer::ok(view::page(&items, None))?.etag(revision))
}

/// A version of a scorecard that must be there.
async fn existing(cloud: &Cloud, id: &str, version: u64) -> Result<Edition, ApiError> {
    let missing = || ApiError::NotFound(format!("There is no scorecard {id:?} with a version {version}."));
    cloud.store.edition(id, version).await?.ok_or_else(missing)
}

/// What is said about a scorecard beside its document.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScorecardSummary {
    /// Its id.
    id: Name,
    /// Its name.
    name: String,
    /// Its newest version; the `ETag` of the document.
    version: u64,
    /// Its place among those in use, from 1; `null` when it is retired.
    position: Option<usize>,
    /// Which customers are computed by it; `null` = every customer.
    applies_to: Option<AppliesTo>,
    /// Who set the version; `null` for the shipped one.
    set_by: Option<EmailAddress>,
    /// When; `null` for the shipped one.
    set_at: Option<DateTime<Utc>>,
}

fn summary(edition: &Edition, scorecard: &Scorecard, library: &Library) -> ScorecardSummary {
    ScorecardSummary {
        id: edition.id.clone(),
        name: scorecard.name().to_owned(),
        version: edition.version,
        position: library.position(edition.id.as_str()),
        applies_to: scorecard.applies_to.clone(),
        set_by: edition.set_by.clone(),
        set_at: edition.set_at,
    }
}

/// The document of a stored version, which was valid when it was set.
fn document_of(edition: &Edition) -> Result<Scorecard, ApiError> {
    edition.scorecard().map_err(|problems| {
        ApiError::Internal(format!("scorecard {} version {} is not valid: {problems}", edition.id, edition.version))
    })
}

/// Every version, newest first, with its document.
pub(crate) async fn get_versions(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::EDITIONS)));
    query.finish()?;
    let library = cloud.store.library().await?;
    newest(&library.value, &id)?;
    if library.revision == 0 {
        // The shipped one is not stored before it is used.
        return Answer::ok(view::page(&[version(&Edition::shipped())?], None));
    }
    let page = cloud.store.editions(&id, limit, cursor.as_deref()).await?;
    let items = page.items.iter().map(|Stored { value, .. }| version(value)).collect::<Result<Vec<_>, _>>()?;
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// A version of a scorecard.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScorecardEdition {
    /// Its number, from 1.
    version: u64,
    /// Who set it; `null` for the shipped one.
    set_by: Option<EmailAddress>,
    /// When; `null` for the shipped one.
    set_at: Option<DateTime<Utc>>,
    /// The document.
    scorecard: Scorecard,
}

fn version(edition: &Edition) -> Result<ScorecardEdition, ApiError> {
    Ok(ScorecardEdition {
        version: edition.version,
        set_by: edition.set_by.clone(),
        set_at: edition.set_at,
        scorecard: document_of(edition)?,
    })
}

/// The newest version of a scorecard, or 404.
fn newest(library: &Library, id: &str) -> Result<u64, ApiError> {
    library.newest(id).ok_or_else(|| ApiError::NotFound(format!("There is no scorecard {id:?}.")))
}

/// The arithmetic alone; nothing is stored.
pub(crate) async fn post_evaluate(
    State(cloud): State<Cloud>,
    query: QueryParams,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(evaluate_request(&body, cloud.now())?)
}

/// The JSON Schema of a scorecard document, for editors.
pub(crate) async fn get_schema(query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(scorecard_schema())
}
