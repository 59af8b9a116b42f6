//! One part of a run: as many steps as one transaction holds, with the run's row that says what is left.

use chrono::{DateTime, Utc};
use keepwell_aws::automations::situation::Situation;
use keepwell_aws::automations::texts;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::render::RenderError;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_aws::store::deliveries::delivery_record;
use keepwell_aws::store::intents::intent_record;
use keepwell_aws::store::record::{Record, Table};
use keepwell_aws::store::runs::{PreviousRuns, run_record};
use keepwell_aws::store::transaction::MAX_WRITES;
use keepwell_aws::store::{CommitError, Expect, keys};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::library::shipped_edition;
use keepwell_domain::automation::plan::{Effect, MailDraft, Step, TaskDraft};
use keepwell_domain::automation::run::{Run, RunResult, RunState, StepLog, StepResult, TAKE_UP_AFTER, input, lean};
use keepwell_domain::automation::variables::variables;
use keepwell_domain::customer::Profile;
use keepwell_domain::delivery::{Body, Delivery, DeliveryKey, EndpointId, Source};
use keepwell_domain::event::Fact;
use keepwell_domain::mail::{MailIntent, Recipient};
use keepwell_domain::task::{Task, TaskSource, TaskState};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use serde_json::{Map, Value, json};

/// Writes that every part needs beside its effects: the customer's row and its event, the run, the cool-down, the timeline.
const OVERHEAD: usize = 5;

/// Bytes of effects after which a part ends: a transaction holds 4 MB, and one more effect has at most 200 KB.
const MAX_BYTES: usize = 2_500_000;

/// How many runs of the past are remembered for a cool-down: more than any may ask for.
const REMEMBERED_RUNS: usize = 1_000;

/// What is to be sent after the commit.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// Mail intents.
    pub(crate) mails: Vec<String>,
    /// Webhooks and Slack messages.
    pub(crate) deliveries: Vec<DeliveryKey>,
}

impl Made {
    /// Adds what another part made.
    pub(crate) fn add(&mut self, other: Self) {
        self.mails.extend(other.mails);
        self.deliveries.extend(other.deliveries);
    }
}

/// A part that is being put together. Nothing is written before [`Part::carry_out`].
pub(crate) struct Part<'a> {
    cloud: &'a Cloud,
    automation: &'a Automation,
    /// Whether the automation's version is stored somewhere else than in the run.
    pub(crate) stored: bool,
    situation: Situation,
    variables: Map<String, Value>,
    profile: Profile,
    change: CustomerChange,
    run: Run,
    expect: Expect,
    made: Made,
    /// What the effects take, roughly.
    bytes: usize,
}

/// A step that was done: the id of what it made, if it made something.
type Done = Result<Option<String>, String>;

impl<'a> Part<'a> {
    /// A part of `run`, whose row is as `expect` says.
    pub(crate) fn new(
        cloud: &'a Cloud,
        automation: &'a Automation,
        situation: Situation,
        run: Run,
        expect: Expect,
    ) -> Self {
        let cause = Cause { hop: run.event.hop + 1, ..Cause::event(&run.event) };
        let change = CustomerChange::of(situation.customer.clone(), cause, situation.now);
        Self {
            variables: variables(&run.event, &situation.context()),
            profile: situation.customer.value.profile.clone(),
            stored: run.edition.is_none(),
            made: Made::default(),
            bytes: 0,
            cloud,
            automation,
            situation,
            change,
            run,
            expect,
        }
    }

    /// Notes that the automation acts now, for its cool-down.
    pub(crate) fn remember_run(&mut self) {
        if !self.automation.needs().previous_runs {
            return;
        }
        let previous = &self.situation.previous;
        let expect = if previous.revision == 0 { Expect::Absent } else { Expect::Revision(previous.revision) };
        let forgotten = (previous.value.at.len() + 1).saturating_sub(REMEMBERED_RUNS);
        let at = previous.value.at.iter().copied().skip(forgotten).chain([self.situation.now]).collect();
        let key = keys::cool_down(&self.automation.id, &self.run.event.customer_id);
        self.change.put(Record::new(Table::Dedupe, key, &PreviousRuns { at }), expect);
    }

    /// Adds a line to the customer's timeline about what was decided.
    pub(crate) fn tell(&mut self, steps: &[Step]) {
        let detail = self.run.reason().map_or_else(|| told(steps), |reason| format!("not continued: {reason}"));
        // One line for the beginning, and one for each wait that is over.
        let waits = self.run.steps.iter().filter(|step| step.result == StepResult::Waiting).count();
        let part = if waits == 0 { String::new() } else { format!(".{waits}") };
        self.change.timeline(&TimelineEntry {
            at: self.situation.now,
            kind: TimelineKind::Automation,
            record: format!("{}.{}{part}", self.run.automation, self.run.event.event_id),
            title: format!("Automation: {}", self.automation.name),
            detail,
        });
    }

    /// Does as many of the steps as fit, and commits. Answers what was made, and the run as it is now.
    pub(crate) async fn carry_out(mut self, steps: Vec<Step>) -> Result<(Made, Run), CommitError> {
        let mut budget = MAX_WRITES - OVERHEAD;
        let mut steps = steps.into_iter().peekable();
        while let Some(step) = steps.next_if(|step| writes(&step.effect) <= budget && self.bytes < MAX_BYTES) {
            budget -= writes(&step.effect);
            self.do_step(step);
        }
        let left: Vec<Step> = steps.map(lean).collect();
        if !left.is_empty() {
            self.run.state = RunState::Doing { left, take_up_at: self.situation.now + TAKE_UP_AFTER };
        }
        self.run.edition = match self.run.state {
            RunState::Done => None,
            _ if self.stored => None,
            _ => self.run.edition.take().or_else(|| shipped_edition(&self.run.automation)),
        };
        if let Some(changed) = self.change.customer.with_profile(self.profile, self.situation.now) {
            self.change.customer = changed;
            self.change.publish(Fact::CustomerChanged {});
        }
        self.change.put(run_record(&self.run), self.expect);
        let run = &self.run;
        tracing::info!(
            automation = run.automation,
            version = run.version,
            event_id = run.event.event_id,
            result = run.result().as_str(),
            steps = run.steps.len(),
            made = made_by(run),
            "automation"
        );
        self.change.commit(self.cloud).await?;
        count_run(&self.run);
        Ok((self.made, self.run))
    }

    fn do_step(&mut self, step: Step) {
        let input = input(&step, self.automation);
        let kind = self.automation.actions.get(step.action_index).map_or("", |action| action.kind());
        let (result, reason, made) = match step.effect {
            Effect::Skipped { reason } => (StepResult::Skipped, Some(reason), None),
            Effect::Wait { until } => {
                self.run.state = RunState::Waiting { action: step.action_index, until };
                (StepResult::Waiting, None, None)
            }
            effect => match self.have_effect(effect) {
                Ok(made) => (StepResult::Done, None, made),
                Err(reason) => {
                    tracing::error!(
                        automation = self.run.automation,
                        action = step.action_index,
                        reason,
                        "a step failed"
                    );
                    (StepResult::Failed, Some(reason), None)
                }
            },
        };
        self.run.steps.push(StepLog {
            action: step.action_index,
            kind: kind.to_owned(),
            input,
            result,
            reason,
            made,
            attempt: self.run.attempt,
            at: self.situation.now,
        });
    }

    fn have_effect(&mut self, effect: Effect) -> Done {
        match effect {
            Effect::Mail(draft) => self.mail(draft),
            Effect::Task(draft) => self.task(draft),
            Effect::Webhook { endpoint } => {
                let url = self.cloud.public_url().map_err(|error| error.to_string())?;
                let webhook = |data: &Value| Body::webhook("automation.fired", self.situation.now, data);
                // Attributes are the one part that can be large; a webhook without them is better than none.
                let body = webhook(&self.webhook_data(url, true)).or_else(|_| webhook(&self.webhook_data(url, false)));
                self.delivery(&endpoint, body.map_err(|error| error.to_string())?)
            }
            Effect::Slack { endpoint, text } => {
                let text = texts::text(&self.cloud.templates, &text, &self.variables).map_err(cannot_render)?;
                self.delivery(&endpoint, Body::slack(&text))
            }
            Effect::SetAttribute { name, value: Value::Null } => {
                self.profile.attributes.remove(&name);
                Ok(None)
            }
            Effect::SetAttribute { name, value } => {
                self.profile.attributes.insert(name, value);
                Ok(None)
            }
            Effect::AddTag { tag } => {
                self.profile.tags.insert(tag);
                Ok(None)
            }
            Effect::RemoveTag { tag } => {
                self.profile.tags.remove(&tag);
                Ok(None)
            }
            // Handled by the caller.
            Effect::Skipped { .. } | Effect::Wait { .. } => Ok(None),
        }
    }

    fn mail(&mut self, draft: MailDraft) -> Done {
        let contact = match &draft.recipient {
            Recipient::Contact { contact } => {
                let contact = self.situation.contacts.iter().find(|known| known.id == *contact);
                Some(contact.ok_or("the contact is gone")?)
            }
            Recipient::Staff { .. } => None,
        };
        let templates = &self.cloud.templates;
        let mut variables =
            texts::mail_variables(templates, &draft.content, &self.variables, contact).map_err(cannot_render)?;
        // The mailer looks the recipient up again; whoever is erased until then is not kept here.
        if contact.is_some() {
            variables.remove("contact");
        }
        self.bytes += serde_json::to_string(&variables).map_or(0, |text| text.len());
        let (id, customer) = (self.cloud.fresh_id("mail"), self.run.event.customer_id.clone());
        let intent = MailIntent::from_draft(id.clone(), draft, customer, variables, self.situation.now);
        self.change.put(intent_record(&intent), Expect::Absent);
        self.made.mails.push(id.clone());
        Ok(Some(id))
    }

    fn task(&mut self, draft: TaskDraft) -> Done {
        let templates = &self.cloud.templates;
        let task = Task {
            id: self.cloud.fresh_id("tsk"),
            customer: self.run.event.customer_id.clone(),
            title: texts::line(templates, &draft.title, &self.variables).map_err(cannot_render)?,
            detail: texts::text(templates, &draft.detail, &self.variables).map_err(cannot_render)?,
            owner: draft.owner,
            priority: draft.priority,
            due_on: draft.due_on,
            state: TaskState::Open,
            source: TaskSource::Automation {
                automation: self.run.automation.clone(),
                event_id: self.run.event.event_id.clone(),
            },
            created_at: self.situation.now,
            closed_at: None,
            version: 1,
        };
        self.bytes += task.title.len() + task.detail.len();
        self.change.create_task(&task);
        Ok(Some(task.id))
    }

    fn delivery(&mut self, endpoint: &str, body: Body) -> Done {
        let source = Source::Automation {
            automation: self.run.automation.clone(),
            event_id: self.run.event.event_id.clone(),
            customer: self.run.event.customer_id.clone(),
        };
        self.bytes += body.as_str().len();
        let id = self.cloud.fresh_id("msg");
        let delivery = Delivery::new(id.clone(), EndpointId::parse(endpoint)?, source, body, self.situation.now);
        self.change.put(delivery_record(&delivery), Expect::Absent);
        self.made.deliveries.push(delivery.key());
        Ok(Some(id))
    }

    fn webhook_data(&self, public_url: &str, with_attributes: bool) -> Value {
        let (run, customer) = (&self.run, &self.situation.customer.value);
        let (profile, standing) = (&customer.profile, &customer.standing);
        json!({
            "automation": { "id": run.automation, "version": run.version, "name": self.automation.name },
            "event": run.event,
            "customer": {
                "id": customer.id,
                "name": profile.name,
                "url": format!("{public_url}/customers/{}", customer.id),
                "owner": profile.owner,
                "plan": profile.plan,
                "arr_cents": profile.arr_cents,
                "currency": profile.currency,
                "renewal_on": profile.renewal_on,
                "tags": self.profile.tags,
                "attributes": with_attributes.then_some(&self.profile.attributes),
                "status": customer.status.as_ref().map(|record| record.status),
                "score": standing.score,
                "band": standing.band,
                "happiness": standing.happiness_level,
                "insight": customer.insight_at(self.situation.now),
            },
        })
    }
}

/// The ids of what the run made, which lead to the lines about each mail and delivery.
fn made_by(run: &Run) -> Option<String> {
    let made: Vec<&str> = run.steps.iter().filter_map(|step| step.made.as_deref()).collect();
    (!made.is_empty()).then(|| made.join(" "))
}

/// A run is counted when it is over, by what came of it.
fn count_run(run: &Run) {
    let metric = match (&run.state, run.result()) {
        (RunState::Done, RunResult::Acted) => Metric::RunsActed,
        (RunState::Done, RunResult::Failed) => Metric::RunsFailed,
        (RunState::Done, RunResult::Refused) => Metric::RunsRefused,
        _ => return,
    };
    metrics::count(metric, 1);
}

/// How many items of a transaction an effect takes. A task: its row, the way to it, its line on the timeline, its event.
fn writes(effect: &Effect) -> usize {
    match effect {
        Effect::Task(_) => 4,
        Effect::Mail(_) | Effect::Webhook { .. } | Effect::Slack { .. } => 1,
        // Tags and attributes are in the customer's row, the rest in the run's.
        _ => 0,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn cannot_render(error: RenderError) -> String {
    let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
    format!("its text cannot be filled in: {why}")
}

/// What was decided, for people.
fn told(steps: &[Step]) -> String {
    let count = |word: &str, is: fn(&Effect) -> bool| match steps.iter().filter(|step| is(&step.effect)).count() {
        0 => None,
        1 => Some(format!("1 {word}")),
        more => Some(format!("{more} {word}s")),
    };
    let counts = [
        count("task", |effect| matches!(effect, Effect::Task(_))),
        count("mail", |effect| matches!(effect, Effect::Mail(_))),
        count("webhook", |effect| matches!(effect, Effect::Webhook { .. })),
        count("Slack message", |effect| matches!(effect, Effect::Slack { .. })),
    ];
    let changes = steps.iter().filter_map(|step| match &step.effect {
        Effect::SetAttribute { name, value: Value::Null } => Some(format!("attribute {name} taken away")),
        Effect::SetAttribute { name, value } => Some(format!("attribute {name} set to {value}")),
        Effect::AddTag { tag } => Some(format!("tag {tag} added")),
        Effect::RemoveTag { tag } => Some(format!("tag {tag} taken away")),
        Effect::Wait { until } => Some(format!("goes on {}", day(*until))),
        _ => None,
    });
    let skipped: Vec<_> = steps
        .iter()
        .filter_map(|step| match &step.effect {
            Effect::Skipped { reason } => Some(format!("skipped: {reason}")),
            _ => None,
        })
        .collect();
    // The run log has them all.
    let more = skipped.len().saturating_sub(SKIPS_TOLD);
    let more = (more > 0).then(|| format!("{more} more skipped"));
    let parts = counts.into_iter().flatten().chain(changes);
    parts.chain(skipped.into_iter().take(SKIPS_TOLD)).chain(more).collect::<Vec<_>>().join("; ")
}

/// How many skipped steps the timeline names.
const SKIPS_TOLD: usize = 5;

fn day(at: DateTime<Utc>) -> String {
    at.format("on %-d %B %Y").to_string()
}
