//! Runs: what an automation did about one event, step by step, and what is left to do.
//!
//! ```text
//! STARTED -> DOING(left) -> ... -> DONE
//!                        -> WAITING(until) -> DOING -> ... -> DONE
//! ```
//!
//! A run that does more than one transaction holds is done in parts; what is left is written down with each part.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Automation;
use super::action::{Action, MailContent};
use super::plan::{Effect, Refusal, Step};
use crate::edition::Edition;
use crate::event::Event;
use crate::mail::Recipient;

/// Most effects that one event may have, over all automations.
pub const MAX_EFFECTS: usize = 500;

/// How long a run is kept in the log.
pub const KEPT: Duration = Duration::days(90);

/// When a run whose next part did not follow is taken up again: longer than a function may run (30 s).
pub const TAKE_UP_AFTER: Duration = Duration::seconds(90);

crate::words! {
    /// What came of a run.
    #[derive(schemars::JsonSchema)]
    pub enum RunResult {
        /// It did something.
        Acted = "acted",
        /// It did not act, and the reason says why.
        Refused = "refused",
        /// It waits, and goes on later.
        Waiting = "waiting",
        /// There was nothing that it could do: every step was skipped.
        Skipped = "skipped",
        /// A step could not be done; a person must look.
        Failed = "failed",
    }
}

crate::words! {
    /// What came of a step.
    #[derive(schemars::JsonSchema)]
    pub enum StepResult {
        /// It is done.
        Done = "done",
        /// It was not done, and the reason says why.
        Skipped = "skipped",
        /// It could not be done, and the reason says why.
        Failed = "failed",
        /// The run waits here.
        Waiting = "waiting",
    }
}

/// A step as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "RunStep")]
pub struct StepLog {
    /// Which of the automation's actions, from 0.
    pub action: usize,
    /// The action's name.
    pub kind: String,
    /// What it was about, without personal data beyond ids.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub input: Value,
    /// What came of it.
    pub result: StepResult,
    /// Why it was skipped, or failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The id of the mail, task or delivery that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// In which attempt at the run it was done, from 1.
    pub attempt: u32,
    /// When.
    pub at: DateTime<Utc>,
}

/// How far a run got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RunState {
    /// The rest follows at once, in another part.
    Doing {
        /// What is left, in order. The words of mails are in the document.
        left: Vec<Step>,
        /// From when on somebody else may take the run up.
        take_up_at: DateTime<Utc>,
    },
    /// The rest is decided later.
    Waiting {
        /// The action that waits.
        action: usize,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Nothing is left to do.
    Done,
}

/// What an automation did about one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The automation.
    pub automation: String,
    /// The version of its document, to the end of the run.
    pub version: u64,
    /// The event that set it off.
    pub event: Event,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How often it was taken up, after a crash or a wait too.
    pub attempt: u32,
    /// Effects that were decided on, over all parts.
    pub effects: usize,
    /// How far it got.
    #[serde(flatten)]
    pub state: RunState,
    /// Why it did not act, or not to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refusal>,
    /// What was done, in order.
    pub steps: Vec<StepLog>,
    /// The document, while it is nowhere else: a shipped one that nobody changed, in a run that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<Edition>,
}

impl Run {
    /// A run that begins.
    pub fn new(automation: &str, version: u64, event: &Event, now: DateTime<Utc>) -> Self {
        Self {
            automation: automation.to_owned(),
            version,
            event: event.clone(),
            started_at: now,
            attempt: 1,
            effects: 0,
            state: RunState::Done,
            refused: None,
            steps: Vec::new(),
            edition: None,
        }
    }

    /// Its id: automation, version and event.
    pub fn id(&self) -> String {
        format!("{}@{}.{}", self.automation, self.version, self.event.event_id)
    }

    /// What came of it so far.
    pub fn result(&self) -> RunResult {
        let any = |result| self.steps.iter().any(|step| step.result == result);
        if let RunState::Waiting { .. } = self.state {
            RunResult::Waiting
        } else if any(StepResult::Failed) {
            RunResult::Failed
        } else if any(StepResult::Done) {
            RunResult::Acted
        } else if self.refused.is_some() {
            RunResult::Refused
        } else if let RunState::Doing { .. } = self.state {
            RunResult::Acted
        } else {
            RunResult::Skipped
        }
    }

    /// Why it did not act, or not to the end.
    pub fn reason(&self) -> Option<String> {
        self.refused.as_ref().map(Refusal::to_string)
    }

    /// When somebody must go on with it; `None` when it is over. The key of the work index.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.state {
            RunState::Doing { take_up_at, .. } => Some(*take_up_at),
            RunState::Waiting { until, .. } => Some(*until),
            RunState::Done => None,
        }
    }
}

/// How many of the steps have an effect outside the run.
pub fn effects(steps: &[Step]) -> usize {
    let is_effect = |step: &&Step| !matches!(step.effect, Effect::Skipped { .. } | Effect::Wait { .. });
    steps.iter().filter(is_effect).count()
}

/// A step without the words of its mail, which stand in the document already.
#[must_use]
pub fn lean(mut step: Step) -> Step {
    if let Effect::Mail(draft) = &mut step.effect {
        draft.content = MailContent::Template { template: String::new() };
    }
    step
}

/// The same step with its words again.
#[must_use]
pub fn full(mut step: Step, automation: &Automation) -> Step {
    let action = automation.actions.get(step.action_index);
    if let (Effect::Mail(draft), Some(Action::Mail { content, .. })) = (&mut step.effect, action) {
        draft.content = content.clone();
    }
    step
}

/// What a step is about, for the log: ids and the document's own words, no addresses.
pub fn input(step: &Step, automation: &Automation) -> Value {
    let action = automation.actions.get(step.action_index);
    match &step.effect {
        Effect::Mail(draft) => {
            let template = draft.content.template(draft.alert);
            match &draft.recipient {
                Recipient::Contact { contact } => json!({ "template": template, "contact": contact }),
                Recipient::Staff { .. } => json!({ "template": template, "to": "team" }),
            }
        }
        Effect::Task(draft) => json!({ "priority": draft.priority, "due_on": draft.due_on }),
        Effect::Webhook { endpoint } | Effect::Slack { endpoint, .. } => json!({ "endpoint": endpoint }),
        Effect::SetAttribute { name, value } => json!({ "name": name, "value": value }),
        Effect::AddTag { tag } | Effect::RemoveTag { tag } => json!({ "tag": tag }),
        Effect::Wait { until } => json!({ "until": until }),
        // What was to be done, from the document.
        Effect::Skipped { .. } => match action {
            Some(Action::Mail { content, to }) => json!({ "template": content.template(false), "to": to }),
            Some(Action::SetAttribute { name, value }) => json!({ "name": name, "value": value }),
            Some(Action::AddTag { tag } | Action::RemoveTag { tag }) => json!({ "tag": tag }),
            _ => json!({}),
        },
    }
}
