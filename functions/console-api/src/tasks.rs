//! Tasks: list, make, change.

use axum::extract::{Path, State};
use chrono::NaiveDate;
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Idempotency, Identity, JsonBody, QueryParams, if_match_when_sent};
use keepwell_aws::store::Expect;
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::tasks::task_record;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::problem::Problems;
use keepwell_domain::task::{NewTask, Task, TaskChange, TaskSource, TaskState};

use crate::view;

pub(crate) async fn get_tasks(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(is_position));
    let customer: Option<CustomerId> = query.get("customer");
    let owner: Option<EmailAddress> = query.get("owner");
    let state: Option<TaskState> = query.get("state");
    let due_before: Option<NaiveDate> = query.get("due_before");
    query.finish()?;

    let states = state.map_or(TaskState::ALL.to_vec(), |state| vec![state]);
    let mut tasks = Vec::new();
    match (&customer, &owner) {
        (Some(customer), _) => tasks = cloud.store.tasks_of_customer(customer).await?,
        (None, Some(owner)) => {
            for state in &states {
                tasks.extend(cloud.store.tasks_of_owner(owner, *state).await?);
            }
        }
        (None, None) => {
            for state in &states {
                tasks.extend(cloud.store.tasks_in_state(*state).await?);
            }
        }
    }
    tasks.retain(|task| {
        states.contains(&task.state)
            && owner
                .as_ref()
                .is_none_or(|owner| task.owner.as_ref().is_some_and(|actual| actual.normalised() == owner.normalised()))
            && due_before.is_none_or(|day| task.due_on < day)
    });
    tasks.sort_by_cached_key(position);
    let start = cursor.map_or(0, |cursor| tasks.partition_point(|task| position(task) <= cursor));
    let more = tasks.len() > start + limit;
    let page: Vec<Task> = tasks.into_iter().skip(start).take(limit).collect();
    let next = page.last().filter(|_| more).map(position);
    Answer::ok(view::page(&page, next.as_deref()))
}

/// Earliest due first.
fn position(task: &Task) -> String {
    format!("{}#{}", task.due_on, task.id)
}

fn is_position(place: &str) -> bool {
    place.split_once('#').is_some_and(|(due_on, _)| due_on.parse::<NaiveDate>().is_ok())
}

pub(crate) async fn post_task(
    State(cloud): State<Cloud>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let new = NewTask::parse(&body)?;
    let idempotency = Idempotency::of(&headers, &identity, "POST /v1/tasks", &body)?;
    let id = cloud.fresh_id("tsk");
    retry_on_conflict(|| async {
        if let Some(answer) = idempotency.replay(&cloud).await? {
            return Ok(answer);
        }
        let stored = cloud.store.customer(&new.customer).await?.ok_or_else(|| {
            ApiError::Invalid(Problems::one("/customer", format!("there is no customer {}", new.customer)))
        })?;
        let now = cloud.now();
        let new = new.clone();
        let task = Task {
            id: id.clone(),
            customer: new.customer,
            title: new.title,
            detail: new.detail,
            owner: new.owner.or_else(|| stored.value.profile.owner.clone()),
            priority: new.priority,
            due_on: new.due_on,
            state: TaskState::Open,
            source: TaskSource::Person { by: identity.email.clone() },
            created_at: now,
            closed_at: None,
            version: 1,
        };
        let mut change = CustomerChange::of(stored, Cause::default(), now);
        change.create_task(&task);
        let answer = Answer::created(&task)?.etag(task.version);
        idempotency.remember_about(&task.customer, &mut change.transaction, &answer, now);
        change.commit(&cloud).await?;
        Ok(answer)
    })
    .await
}

pub(crate) async fn patch_task(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let task_change = TaskChange::parse(&body)?;
    retry_on_conflict(|| async {
        let missing = || ApiError::NotFound(format!("There is no task {id:?}."));
        let customer = cloud.store.whereabouts(&id).await?.ok_or_else(missing)?;
        let before = cloud.store.task(&customer, &id).await?.ok_or_else(missing)?;
        if_match_when_sent(&headers, before.value.version)?;
        let now = cloud.now();
        let after = task_change.clone().apply(&before.value, now);
        if after != before.value {
            let stored = cloud.store.customer(&customer).await?.ok_or_else(missing)?;
            let mut change = CustomerChange::of(stored, Cause::default(), now);
            change.put(task_record(&after), Expect::Revision(before.revision));
            if after.state != before.value.state {
                change.timeline(&after.state_entry(now));
                // A closed "Not Happy" case lets its contacts be asked again.
                if change.customer.profile.request_feedback {
                    change.customer.feedback_due_at = Some(now);
                }
            }
            change.commit(&cloud).await?;
        }
        Ok(Answer::ok(&after)?.etag(after.version))
    })
    .await
}
