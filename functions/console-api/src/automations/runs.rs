//! The run log: what automations did, step by step, newest first.

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_aws::store::runs::{RunsOf, place};
use keepwell_domain::automation::run::{KEPT, Run, RunResult, RunState, StepLog};
use keepwell_domain::id::CustomerId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// Most runs that one call looks at, so that a filter that nothing passes comes to an end. The cursor goes on from there.
const LOOKED_AT: usize = 2_000;

pub(crate) async fn get_runs(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    list(&cloud, None, query).await
}

pub(crate) async fn get_runs_of_automation(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    list(&cloud, Some(&id), query).await
}

/// A place in the log: the event's time, the event, automation and version.
fn is_place(place: &str) -> bool {
    let mut parts = place.split('#');
    parts.next().is_some_and(|at| DateTime::parse_from_rfc3339(at).is_ok()) && place.len() <= 500 && parts.count() == 2
}

async fn list(cloud: &Cloud, automation: Option<&str>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, mut before) = (query.limit(), query.cursor(is_place));
    let now = cloud.now();
    let to: DateTime<Utc> = query.get("to").unwrap_or(now);
    let from: DateTime<Utc> = query.get("from").unwrap_or(now - KEPT);
    let result: Option<RunResult> = query.get("result");
    let customer: Option<CustomerId> = query.get("customer");
    if from > to {
        query.problem("from", "must not be after to");
    }
    query.finish()?;
    if let Some(id) = automation
        && cloud.store.automation_library().await?.value.newest(id).is_none()
        && cloud.store.automation_edition(id, 1).await?.is_none()
    {
        return Err(ApiError::NotFound(format!("There is no automation {id:?}.")));
    }
    // Runs are kept for 90 days: asking for more must not read empty months.
    let period = (from.max(now - KEPT), to.min(now));
    let of = match (&customer, automation) {
        (Some(customer), _) => RunsOf::Customer(customer),
        (None, Some(id)) => RunsOf::Automation(id),
        (None, None) => RunsOf::Team,
    };
    let wanted = |run: &Run| {
        automation.is_none_or(|id| id == run.automation) && result.is_none_or(|result| result == run.result())
    };
    let (mut items, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = cloud.store.runs(of, period, before.as_deref(), limit).await?;
        let is_last = page.len() < limit;
        looked_at += page.len();
        for run in page {
            if items.len() == limit {
                // One more than fits: the page ends at the last run that did.
                return Answer::ok(view::page(&items, before.as_deref()));
            }
            before = Some(place(&run));
            if wanted(&run) {
                items.push(shown(run));
            }
        }
        if is_last {
            return Answer::ok(view::page(&items, None));
        }
        if looked_at >= LOOKED_AT {
            return Answer::ok(view::page(&items, before.as_deref()));
        }
    }
}

/// A run as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Run")]
pub(crate) struct RunView {
    /// Its id: automation, version and event.
    id: String,
    /// The automation.
    automation: String,
    /// The version of its document.
    version: u64,
    /// The event that set it off.
    event: RunEvent,
    /// The customer that it is about.
    customer: CustomerId,
    /// How many automations lie between the first event and this one.
    hop: u8,
    /// When it began.
    started_at: DateTime<Utc>,
    /// How often it was taken up, after a crash or a wait too.
    attempt: u32,
    /// What came of it so far.
    result: RunResult,
    /// Why it did not act, or not to the end.
    reason: Option<String>,
    /// Until when it waits, if it does.
    waiting_until: Option<DateTime<Utc>>,
    /// What was done, in order.
    steps: Vec<StepLog>,
}

/// The event that set a run off.
#[derive(Debug, Serialize, JsonSchema)]
struct RunEvent {
    /// Its id.
    id: String,
    /// Its type, such as `health_status.changed.v1`.
    r#type: &'static str,
    /// When it happened.
    occurred_at: DateTime<Utc>,
}

fn shown(run: Run) -> RunView {
    let waiting_until = match &run.state {
        RunState::Waiting { until, .. } => Some(*until),
        _ => None,
    };
    RunView {
        id: run.id(),
        result: run.result(),
        reason: run.reason(),
        waiting_until,
        automation: run.automation,
        version: run.version,
        hop: run.event.hop,
        event: RunEvent { r#type: run.event.fact.name(), id: run.event.event_id, occurred_at: run.event.occurred_at },
        customer: run.event.customer_id,
        started_at: run.started_at,
        attempt: run.attempt,
        steps: run.steps,
    }
}
