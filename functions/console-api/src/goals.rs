//! The goals of a customer.

use axum::extract::{Path, State};
use chrono::NaiveDate;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_aws::store::signals::SignalRecord as _;
use keepwell_domain::id::RecordId;
use keepwell_domain::signal::{Goal, Milestone, MilestoneState};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// What a customer wants to reach with the product.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CustomerGoal")]
pub(crate) struct GoalView<'a> {
    /// The sender's id.
    id: &'a RecordId,
    /// What.
    name: &'a str,
    /// The number to reach.
    target: f64,
    /// The number reached so far.
    actual: f64,
    /// Share of the target that is reached, 0-1.
    progress: Option<f64>,
    /// By when.
    due_on: NaiveDate,
    /// Steps on the way, by their dates.
    milestones: Vec<MilestoneView<'a>>,
}

/// A step towards a goal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GoalMilestone")]
struct MilestoneView<'a> {
    /// What.
    name: &'a str,
    /// By when.
    due_on: NaiveDate,
    /// When it was reached.
    done_on: Option<NaiveDate>,
    /// How it stands today (UTC).
    state: MilestoneState,
}

pub(crate) async fn get_goals(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, after) = (query.limit(), query.cursor(view::sort_key(Goal::PREFIX)));
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let today = cloud.now().date_naive();
    let page = cloud.store.signals_page::<Goal>(&customer.id, limit, after.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| goal_view(&stored.value, today)).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

fn goal_view(goal: &Goal, today: NaiveDate) -> GoalView<'_> {
    let mut milestones: Vec<&Milestone> = goal.milestones.iter().collect();
    milestones.sort_by_key(|milestone| milestone.due_on);
    GoalView {
        id: &goal.id,
        name: &goal.name,
        target: goal.target,
        actual: goal.actual,
        progress: goal.progress(),
        due_on: goal.due_on,
        milestones: milestones
            .into_iter()
            .map(|it| MilestoneView { name: &it.name, due_on: it.due_on, done_on: it.done_on, state: it.state(today) })
            .collect(),
    }
}
