//! `POST /v1/scorecards/{id}/backtest` and `…/suggest-weights`: a scorecard beside what became of the customers. Nothing is written.

mod cases;

use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, header};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, body};
use keepwell_domain::backtest::cases::Tested;
use keepwell_domain::backtest::report;
use keepwell_domain::backtest::request::{BacktestRequest, Other, SuggestRequest};
use keepwell_domain::backtest::suggest;
use keepwell_domain::id::RecordId;
use keepwell_domain::problem::Problems;
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::{Value, json};

use self::cases::Selected;
use super::{document_of, existing, newest};

/// Customers of a test: as many as are read well within the time of an answer.
const MOST_TESTED: usize = 2_000;

/// Customers from whom weights are learned, which takes longer.
const MOST_LEARNED_FROM: usize = 1_000;

/// How this scorecard, or a document instead of it, would have done.
pub(crate) async fn post_backtest(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let id = scorecard_id(&id)?;
    let body = optional_json(&headers, body).await?;
    let request = BacktestRequest::parse(&body, id.as_str(), cloud.now())?;
    let one = tested(&cloud, &id, request.document).await?;
    let other = match request.compare_with {
        Some(other) => Some(compared(&cloud, other).await?),
        None => None,
    };
    let all: Vec<&Tested> = std::iter::once(&one).chain(&other).collect();
    let selected = Selected::read(&cloud, &request.question, &one.scorecard, MOST_TESTED).await?;
    let cases = selected.cases(&cloud, &request.question, &all, request.reconstruct).await?;
    Answer::ok(report::backtest(&request.question, &cases, selected.drawn_from, &all))
}

/// Weights that fit the outcomes, as a draft.
pub(crate) async fn post_suggest_weights(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let id = scorecard_id(&id)?;
    let body = optional_json(&headers, body).await?;
    let request = SuggestRequest::parse(&body, id.as_str(), cloud.now())?;
    let tested = tested(&cloud, &id, request.document).await?;
    let selected = Selected::read(&cloud, &request.question, &tested.scorecard, MOST_LEARNED_FROM).await?;
    let cases = selected.cases(&cloud, &request.question, &[&tested], request.reconstruct).await?;
    let suggestion = suggest::suggest(&request.question, &cases, &tested);
    Answer::ok(suggestion.map_err(|problems| ApiError::Internal(format!("the draft is not valid: {problems}")))?)
}

fn scorecard_id(id: &str) -> Result<RecordId, ApiError> {
    RecordId::parse(id).map_err(|_| ApiError::NotFound(format!("There can be no scorecard {id:?}.")))
}

/// A body that may be left out; one that is announced and empty was lost.
async fn optional_json(headers: &HeaderMap, body: Body) -> Result<Value, ApiError> {
    let bytes = body::read(body, body::MAX_JSON).await?;
    if bytes.is_empty() && !headers.contains_key(header::CONTENT_TYPE) {
        return Ok(json!({}));
    }
    body::read_json(&bytes)
}

/// The document, or the newest version of the stored scorecard.
async fn tested(cloud: &Cloud, id: &RecordId, document: Option<Scorecard>) -> Result<Tested, ApiError> {
    if let Some(document) = document {
        return Ok(Tested::new(document, None));
    }
    let version = newest(&cloud.store.library().await?.value, id.as_str())?;
    stored(cloud, id, version).await
}

async fn stored(cloud: &Cloud, id: &RecordId, version: u64) -> Result<Tested, ApiError> {
    let edition = existing(cloud, id.as_str(), version).await?;
    Ok(Tested::new(document_of(&edition)?, Some(version)))
}

/// The scorecard to compare with. One that is not there is a problem of the body.
async fn compared(cloud: &Cloud, other: Other) -> Result<Tested, ApiError> {
    let (id, version) = match other {
        Other::Document(document) => return Ok(Tested::new(*document, None)),
        Other::Stored { id, version } => (id, version),
    };
    let Some(newest) = cloud.store.library().await?.value.newest(id.as_str()) else {
        return Err(Problems::one("/compare_with/id", format!("there is no scorecard {id}")).into());
    };
    let version = version.unwrap_or(newest);
    if version > newest {
        let detail = format!("{id} has no version {version}; its newest is {newest}");
        return Err(Problems::one("/compare_with/version", detail).into());
    }
    stored(cloud, &id, version).await
}
