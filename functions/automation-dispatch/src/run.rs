//! One run of one automation for one event.

use chrono::{DateTime, Duration, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::render::RenderError;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_aws::store::intents::intent_record;
use keepwell_aws::store::record::{Record, Table};
use keepwell_aws::store::{CommitError, Expect, Stored, keys};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::plan::{Effect, Plan, Refusal, Step, TaskDraft, plan};
use keepwell_domain::automation::variables::variables;
use keepwell_domain::contact::Contact;
use keepwell_domain::event::Event;
use keepwell_domain::mail::MailIntent;
use keepwell_domain::task::{Task, TaskSource, TaskState};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How long a run is kept: longer than any event can come again.
const KEPT: Duration = Duration::days(90);

/// The version of the shipped automations.
const VERSION: u32 = 1;

/// Longest title of a task, in characters.
const MAX_TITLE: usize = 200;

/// What a run did, and why it did not do the rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Run {
    automation: String,
    version: u32,
    event_id: String,
    event_type: String,
    customer: keepwell_domain::id::CustomerId,
    at: DateTime<Utc>,
    refused: Option<Refusal>,
    tasks: Vec<String>,
    mails: Vec<String>,
    skipped: Vec<String>,
}

/// When an automation acted for a customer before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct PreviousRuns {
    at: Vec<DateTime<Utc>>,
}

/// Runs the automation, unless it ran for this event before. Answers the mails to be sent.
pub(crate) async fn run(cloud: &Cloud, automation: &Automation, event: &Event) -> Result<Vec<String>, CommitError> {
    let now = cloud.now();
    let run_key = keys::automation_run(&automation.id, VERSION, &event.event_id);
    if cloud.store.get::<Run>(Table::Dedupe, &run_key).await?.is_some() {
        return Ok(Vec::new());
    }
    let Some(customer) = cloud.store.customer(&event.customer_id).await? else { return Ok(Vec::new()) };
    let contacts: Vec<Contact> =
        cloud.store.contacts(&event.customer_id).await?.into_iter().map(|stored| stored.value).collect();
    let settings = cloud.settings().await?;
    let cool_down_key = keys::cool_down(&automation.id, &event.customer_id);
    let previous: Option<Stored<PreviousRuns>> = cloud.store.get(Table::Dedupe, &cool_down_key).await?;
    let (previous, previous_revision) =
        previous.map_or((PreviousRuns::default(), 0), |stored| (stored.value, stored.revision));
    let context = Context { previous_runs: &previous.at, ..Context::new(&customer.value, &contacts, &settings, now) };

    let (steps, refused) = match plan(automation, event, &context) {
        Plan::NotTriggered => return Ok(Vec::new()),
        Plan::Refused(refusal) => (Vec::new(), Some(refusal)),
        Plan::Steps(steps) => (steps, None),
    };
    let variables = variables(event, &context);
    let acts = refused.is_none();
    let mut run = Run {
        automation: automation.id.clone(),
        version: VERSION,
        event_id: event.event_id.clone(),
        event_type: event.fact.name().to_owned(),
        customer: event.customer_id.clone(),
        at: now,
        refused,
        tasks: Vec::new(),
        mails: Vec::new(),
        skipped: Vec::new(),
    };
    let mut change = CustomerChange::of(customer, Cause { hop: event.hop + 1, ..Cause::event(event) }, now);
    for step in steps {
        add_step(cloud, &mut change, &mut run, step, event, &variables, now);
    }
    if acts {
        if automation.cool_down.is_some() {
            let untouched = if previous_revision == 0 { Expect::Absent } else { Expect::Revision(previous_revision) };
            let at = previous.at.into_iter().chain([now]).collect();
            change.put(Record::new(Table::Dedupe, cool_down_key, &PreviousRuns { at }), untouched);
        }
        change.timeline(&timeline_entry(automation, &run));
    }
    let record = Record::new(Table::Dedupe, run_key, &run).map(|record| record.expiring(now + KEPT));
    change.put(record, Expect::Absent);
    tracing::info!(automation = run.automation, event_id = run.event_id, tasks = run.tasks.len(), mails = run.mails.len(),
        skipped = ?run.skipped, refused = ?run.refused, "automation");
    change.commit(cloud).await?;
    Ok(run.mails)
}

fn add_step(
    cloud: &Cloud,
    change: &mut CustomerChange,
    run: &mut Run,
    step: Step,
    event: &Event,
    variables: &Map<String, Value>,
    now: DateTime<Utc>,
) {
    match step.effect {
        Effect::Skipped { reason } => run.skipped.push(reason),
        Effect::Mail(draft) => {
            let id = cloud.fresh_id("mail");
            let intent = MailIntent::from_draft(id.clone(), draft, event.customer_id.clone(), variables.clone(), now);
            change.put(intent_record(&intent), Expect::Absent);
            run.mails.push(id);
        }
        Effect::Task(draft) => match task(cloud, draft, run, variables, now) {
            Ok(task) => {
                change.create_task(&task);
                run.tasks.push(task.id);
            }
            Err(error) => {
                tracing::error!(automation = run.automation, %error, "a task's text cannot be rendered");
                run.skipped.push(format!("the task's text cannot be rendered: {error}"));
            }
        },
        other => run.skipped.push(format!("not built yet: {other:?}")),
    }
}

fn task(
    cloud: &Cloud,
    draft: TaskDraft,
    run: &Run,
    variables: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Task, RenderError> {
    let variables = Value::Object(variables.clone());
    Ok(Task {
        id: cloud.fresh_id("tsk"),
        customer: run.customer.clone(),
        // A long customer name must not make the title longer than a title may be.
        title: cloud.templates.text(&draft.title, &variables)?.chars().take(MAX_TITLE).collect(),
        detail: cloud.templates.text(&draft.detail, &variables)?,
        owner: draft.owner,
        priority: draft.priority,
        due_on: draft.due_on,
        state: TaskState::Open,
        source: TaskSource::Automation { automation: run.automation.clone(), event_id: run.event_id.clone() },
        created_at: now,
        closed_at: None,
        version: 1,
    })
}

fn timeline_entry(automation: &Automation, run: &Run) -> TimelineEntry {
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        more => Some(format!("{more} {word}s")),
    };
    let done: Vec<String> =
        [count(run.tasks.len(), "task"), count(run.mails.len(), "mail")].into_iter().flatten().collect();
    let skipped = run.skipped.iter().map(|reason| format!("skipped: {reason}"));
    TimelineEntry {
        at: run.at,
        kind: TimelineKind::Automation,
        record: format!("{}.{}", run.automation, run.event_id),
        title: format!("Automation: {}", automation.name),
        detail: done.into_iter().chain(skipped).collect::<Vec<_>>().join("; "),
    }
}
