//! A task: something a person must do.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, Line, Text};
use crate::id::{CustomerId, EmailAddress};
use crate::problem::Problems;
use crate::timeline::{TimelineEntry, TimelineKind};

crate::words! {
    /// How much a task matters. Declared from least to most.
    #[derive(schemars::JsonSchema)]
    pub enum Priority {
        /// When there is time.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Before the usual.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

crate::words! {
    /// Where a task stands.
    #[derive(schemars::JsonSchema)]
    pub enum TaskState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// Will not be done.
        Dropped = "dropped",
    }
}

/// Who made a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TaskSource {
    /// A person.
    Person {
        /// Their address.
        by: EmailAddress,
    },
    /// An automation, because of an event.
    Automation {
        /// The automation's id.
        automation: String,
        /// The event's id.
        event_id: String,
    },
}

/// Something a person must do about a customer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Task {
    /// `tsk_…`
    pub id: String,
    /// The customer it is about.
    pub customer: CustomerId,
    /// What to do, one line.
    pub title: String,
    /// Why and how.
    #[serde(default)]
    pub detail: String,
    /// Who does it; `None` when the customer has no owner.
    pub owner: Option<EmailAddress>,
    /// How much it matters.
    pub priority: Priority,
    /// By when.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: TaskState,
    /// Who made it.
    pub source: TaskSource,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Grows with every change; the task's `ETag`.
    pub version: u64,
}

crate::debug_only!(Task { id, customer, priority, due_on, state, version });

/// What somebody wants a new task to be.
#[derive(Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The customer it is about.
    pub customer: CustomerId,
    /// What to do.
    pub title: String,
    /// Why and how.
    pub detail: String,
    /// Who does it; the customer's owner when not given.
    pub owner: Option<EmailAddress>,
    /// How much it matters; normal when not given.
    pub priority: Priority,
    /// By when.
    pub due_on: NaiveDate,
}

crate::debug_only!(NewTask { customer, priority, due_on });

impl NewTask {
    /// Reads the API's `{customer, title, detail?, owner?, priority?, due_on}`.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let customer = fields.required("customer");
        let title = fields.required::<Line<200>>("title");
        let detail = fields.optional::<Text<5000>>("detail").map_or_else(String::new, |text| text.0);
        let owner = fields.optional("owner");
        let priority = fields.optional("priority").unwrap_or(Priority::Normal);
        let due_on = fields.required("due_on");
        let task = customer.zip(title).zip(due_on).map(|((customer, Line(title)), due_on)| Self {
            customer,
            title,
            detail,
            owner,
            priority,
            due_on,
        });
        fields.finish(task)
    }
}

/// A change of a task: what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskChange {
    title: Option<String>,
    detail: Option<String>,
    owner: Option<EmailAddress>,
    priority: Option<Priority>,
    due_on: Option<NaiveDate>,
    state: Option<TaskState>,
}

impl Task {
    /// The line on the customer's timeline when the task is made.
    pub fn created_entry(&self) -> TimelineEntry {
        TimelineEntry {
            at: self.created_at,
            kind: TimelineKind::Task,
            record: self.id.clone(),
            title: format!("Task: {}", self.title),
            detail: self.detail.clone(),
        }
    }

    /// The line on the customer's timeline when the task came into its state at `at`.
    pub fn state_entry(&self, at: DateTime<Utc>) -> TimelineEntry {
        TimelineEntry {
            at,
            record: format!("{}.{}", self.id, self.version),
            title: format!("Task {}: {}", self.state, self.title),
            ..self.created_entry()
        }
    }
}

impl TaskChange {
    /// Reads the API's partial task.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let change = Self {
            title: fields.optional::<Line<200>>("title").map(|line| line.0),
            detail: fields.optional::<Text<5000>>("detail").map(|text| text.0),
            owner: fields.optional("owner"),
            priority: fields.optional("priority"),
            due_on: fields.optional("due_on"),
            state: fields.optional("state"),
        };
        fields.finish(Some(change))
    }

    /// The task after the change at `now`; the same task when nothing differs.
    pub fn apply(self, task: &Task, now: DateTime<Utc>) -> Task {
        let before = task.clone();
        let state = self.state.unwrap_or(before.state);
        let closed_at = match state {
            TaskState::Open => None,
            _ if state == before.state => before.closed_at,
            _ => Some(now),
        };
        let mut changed = Task {
            title: self.title.unwrap_or(before.title),
            detail: self.detail.unwrap_or(before.detail),
            owner: self.owner.or(before.owner),
            priority: self.priority.unwrap_or(before.priority),
            due_on: self.due_on.unwrap_or(before.due_on),
            state,
            closed_at,
            ..before
        };
        if changed != *task {
            changed.version += 1;
        }
        changed
    }
}
