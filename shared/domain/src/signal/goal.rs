//! Goals with their milestones.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, FromField, Line};
use crate::id::RecordId;
use crate::problem::Problems;

/// Most milestones of a goal: each is waited for by itself.
pub const MAX_MILESTONES: usize = 50;

/// A step towards a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What.
    pub name: String,
    /// By when.
    pub due_on: NaiveDate,
    /// When it was reached.
    pub done_on: Option<NaiveDate>,
}

crate::words! {
    #[derive(schemars::JsonSchema)]
    /// How a milestone stands on a day.
    pub enum MilestoneState {
        /// Not done, and not late yet.
        Open = "open",
        /// Not done, and late.
        Overdue = "overdue",
        /// Done by its date.
        Done = "done",
        /// Done after its date.
        DoneLate = "done_late",
    }
}

impl Milestone {
    /// How it stands. What is said to be done on a later day is not done yet.
    pub fn state(&self, today: NaiveDate) -> MilestoneState {
        match self.done_on.filter(|day| *day <= today) {
            Some(day) if day <= self.due_on => MilestoneState::Done,
            Some(_) => MilestoneState::DoneLate,
            None if self.due_on < today => MilestoneState::Overdue,
            None => MilestoneState::Open,
        }
    }
}

impl FromField for Milestone {
    fn from_field(value: &Value) -> Result<Self, String> {
        let read = |value: &Value| -> Result<Self, Problems> {
            let mut fields = Fields::new(value, "")?;
            let name = fields.required::<Line<200>>("name");
            let due_on = fields.required("due_on");
            let done_on = fields.optional("done_on");
            let milestone = name.zip(due_on).map(|(Line(name), due_on)| Self { name, due_on, done_on });
            fields.finish(milestone)
        };
        read(value).map_err(|problems| problems.to_string())
    }
}

/// What the customer wants to reach with the product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// The sender's id.
    pub id: RecordId,
    /// What.
    pub name: String,
    /// The number to reach (not 0).
    pub target: f64,
    /// The number reached so far.
    pub actual: f64,
    /// By when.
    pub due_on: NaiveDate,
    /// Steps on the way.
    pub milestones: Vec<Milestone>,
}

impl Goal {
    /// Share of the target that is reached, 0-1; `None` when the target is 0.
    pub fn progress(&self) -> Option<f64> {
        (self.target != 0.0).then(|| (self.actual / self.target).clamp(0.0, 1.0))
    }

    /// Reads the API's goal without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let name = fields.required::<Line<200>>("name");
        let target: Option<f64> = fields.required("target");
        let actual = fields.optional("actual").unwrap_or(0.0);
        let due_on = fields.required("due_on");
        let milestones: Vec<Milestone> = fields.optional("milestones").unwrap_or_default();
        if milestones.len() > MAX_MILESTONES {
            fields.problem("milestones", format!("must have at most {MAX_MILESTONES} items"));
        }
        if target == Some(0.0) {
            fields.problem("target", "must not be 0");
        }
        let ((id, Line(name)), (target, due_on)) = id.zip(name).zip(target.zip(due_on))?;
        Some(Self { id, name, target, actual, due_on, milestones })
    }
}
