//! `POST /v1/scorecards/{id}/plan`: what a draft would do to the whole portfolio. Writes nothing and sends nothing.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_aws::snapshot::current;
use keepwell_aws::store::StoreError;
use keepwell_domain::automation::Automation;
use keepwell_domain::contact::Contact;
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::Name;
use keepwell_domain::score::library::Library;
use keepwell_domain::score::plan::automations::Fired;
use keepwell_domain::score::plan::cost::Cost;
use keepwell_domain::score::plan::{Comparison, Movers, Summary};
use keepwell_domain::score::scorecard::Scorecard;
use schemars::JsonSchema;
use serde::Serialize;

use super::document::read_draft;
use super::{document_of, existing};

/// Of so many movers it is said which rules move them.
const EXPLAINED: usize = 50;

/// The automations as they are now, switched on or not.
async fn automations(cloud: &Cloud) -> Result<Vec<Automation>, ApiError> {
    let library = cloud.store.automation_library().await?.value;
    let current = cloud.store.automations(&library).await?;
    Ok(current.into_iter().map(|current| current.automation).collect())
}

/// How many customers' contacts are read at once.
const AT_ONCE: usize = 32;

/// The draft is as `PUT` takes it. `position` (from 1) is where it would stand among the scorecards in use.
pub(crate) async fn post_plan(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer, ApiError> {
    let position = query.text("position").map(|text| text.parse::<usize>());
    if matches!(position, Some(Err(_))) {
        query.problem("position", "must be a whole number");
    }
    let position = position.and_then(Result::ok);
    query.finish()?;
    let draft = read_draft(&id, &headers, body).await?;
    let scorecard = draft.scorecard;

    let library = cloud.store.library().await?.value;
    let before = cloud.store.selection(&library).await?;
    let after = before.with_draft(scorecard.clone(), position)?;
    let is_set = is_set(&cloud, &library, &scorecard, position).await?;

    let current = current(&cloud).await?;
    let (portfolio, as_of) = (&current.portfolio, current.portfolio.taken_at);
    let comparison = Comparison::new(portfolio, &portfolio.portfolio(as_of), &before, &after, as_of, threads());
    let automations = automations(&cloud).await?;
    let settings = cloud.settings().await?;
    let contacts = contacts(&cloud, comparison.needing_contacts(&automations)).await?;
    let fired = comparison.fired(&automations, &contacts, &settings);
    let mails = fired.iter().map(|fired| fired.mails).sum();
    let cost = if is_set { Cost::none() } else { Cost::of(&comparison, mails) };
    Answer::ok(ScorecardPlan {
        as_of,
        snapshot_at: current.snapshot_at,
        scorecard: scorecard.id,
        is_set,
        summary: comparison.summary(),
        movers: comparison.movers(EXPLAINED),
        automations: fired,
        cost,
    })
}

/// What a draft would do to the whole portfolio.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScorecardPlan {
    /// The moment that the numbers are about.
    as_of: DateTime<Utc>,
    /// When the snapshot was taken that was read; `null` when everybody was read afresh.
    snapshot_at: Option<DateTime<Utc>>,
    /// The draft's id.
    scorecard: Name,
    /// Whether the draft is what is set already, in its place.
    is_set: bool,
    /// The numbers.
    summary: Summary,
    /// Who would move to another band.
    movers: Movers,
    /// What automations would do about it.
    automations: Vec<Fired>,
    /// What setting it would cost.
    cost: Cost,
}

/// Whether the draft is what is set already, in its place: then nothing is computed when it is set.
async fn is_set(
    cloud: &Cloud,
    library: &Library,
    draft: &Scorecard,
    position: Option<usize>,
) -> Result<bool, ApiError> {
    let id = draft.id.as_str();
    let Some((stands_at, version)) = library.position(id).zip(library.newest(id)) else { return Ok(false) };
    if position.is_some_and(|position| position != stands_at) {
        return Ok(false);
    }
    Ok(document_of(&existing(cloud, id, version).await?)? == *draft)
}

async fn contacts(cloud: &Cloud, customers: Vec<CustomerId>) -> Result<BTreeMap<CustomerId, Vec<Contact>>, StoreError> {
    let read = |id: CustomerId| async move {
        let contacts = cloud.store.contacts(&id).await?;
        Ok((id, contacts.into_iter().map(|stored| stored.value).collect()))
    };
    stream::iter(customers).map(read).buffer_unordered(AT_ONCE).try_collect().await
}

/// As many as the processor has; the numbers do not depend on it.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
