//! Signals: the raw input about a customer, as systems and people send it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, FromField, Line, Text, Whole};
use crate::id::RecordId;
use crate::problem::Problems;

crate::words! {
    /// The kinds of signals.
    pub enum SignalKind {
        /// Use of the product.
        Usage = "usage",
        /// A meeting, call, mail or note of the CSM.
        Interaction = "interaction",
        /// A support ticket.
        Ticket = "ticket",
        /// A survey answer that another system collected.
        Survey = "survey",
        /// A goal with its milestones.
        Goal = "goal",
        /// A churn or a renewal.
        Outcome = "outcome",
    }
}

/// One use of the product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageEvent {
    /// The sender's id of the event; an event with the same id counts once.
    pub message_id: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who, if known.
    pub user: Option<String>,
    /// Which feature.
    pub feature: Option<String>,
    /// How many times (1 to 1,000,000).
    pub count: u64,
    /// For how long, in seconds.
    pub duration_secs: u64,
}

impl UsageEvent {
    /// Reads `{id, at, user?, feature?, count?, duration_secs?}`.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let message_id = fields.required::<Line<100>>("id");
        let at = fields.required("at");
        let user = fields.optional::<Line<200>>("user").map(|line| line.0);
        let feature = fields.optional::<Line<100>>("feature").map(|line| line.0);
        let count = fields.optional::<Whole<1, 1_000_000>>("count").map_or(1, |number| number.0 as u64);
        let duration_secs =
            fields.optional::<Whole<0, 31_622_400>>("duration_secs").map_or(0, |number| number.0 as u64);
        let (Line(message_id), at) = message_id.zip(at)?;
        Some(Self { message_id, at, user, feature, count, duration_secs })
    }
}

crate::words! {
    /// How severe a ticket is. Declared from least to most.
    pub enum Severity {
        /// A question or a wish.
        Low = "low",
        /// As usual.
        Normal = "normal",
        /// Work is hindered.
        High = "high",
        /// Work is stopped.
        Critical = "critical",
    }
}

/// A support ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The sender's id.
    pub id: RecordId,
    /// How severe.
    pub severity: Severity,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When somebody first answered.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it was closed; open when `None`.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether it was escalated.
    pub escalated: bool,
    /// Subject line.
    pub subject: Option<String>,
    /// What the customer wrote.
    pub text: Option<String>,
}

impl Ticket {
    /// Reads the API's ticket without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let severity = fields.optional("severity").unwrap_or(Severity::Normal);
        let opened_at: Option<DateTime<Utc>> = fields.required("opened_at");
        let first_response_at: Option<DateTime<Utc>> = fields.optional("first_response_at");
        let closed_at: Option<DateTime<Utc>> = fields.optional("closed_at");
        let escalated = fields.optional("escalated").unwrap_or(false);
        let subject = fields.optional::<Line<500>>("subject").map(|line| line.0);
        let text = fields.optional::<Text<20_000>>("text").map(|text| text.0);
        for (key, later) in [("first_response_at", first_response_at), ("closed_at", closed_at)] {
            if later.zip(opened_at).is_some_and(|(later, opened)| later < opened) {
                fields.problem(key, "must not be before opened_at");
            }
        }
        let (id, opened_at) = id.zip(opened_at)?;
        Some(Self { id, severity, opened_at, first_response_at, closed_at, escalated, subject, text })
    }

    /// Whether the ticket was open at `now`.
    pub fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        self.opened_at <= now && self.closed_at.is_none_or(|closed| closed > now)
    }
}

crate::words! {
    /// What a survey asks.
    pub enum SurveyKind {
        /// Net Promoter Score, 0-10.
        Nps = "nps",
        /// Customer satisfaction, usually 1-5.
        Csat = "csat",
        /// Customer effort, usually 1-7.
        Ces = "ces",
        /// Any other scale.
        Custom = "custom",
    }
}

/// A survey answer that another system collected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The sender's id.
    pub id: RecordId,
    /// Who answered, if known.
    pub contact: Option<RecordId>,
    /// What was asked.
    pub kind: SurveyKind,
    /// Worst answer of the scale.
    pub scale_min: f64,
    /// Best answer of the scale.
    pub scale_max: f64,
    /// The answer.
    pub value: f64,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Survey {
    /// Reads the API's survey answer without its customer. The scale has a default for NPS (0-10), CSAT (1-5) and CES (1-7).
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let contact = fields.optional("contact");
        let kind = fields.required("kind");
        let (default_min, default_max) = match kind {
            Some(SurveyKind::Nps) => (Some(0.0), Some(10.0)),
            Some(SurveyKind::Csat) => (Some(1.0), Some(5.0)),
            Some(SurveyKind::Ces) => (Some(1.0), Some(7.0)),
            _ => (None, None),
        };
        let scale_min = fields.optional("scale_min").or(default_min);
        let scale_max = fields.optional("scale_max").or(default_max);
        let value: Option<f64> = fields.required("value");
        let comment = fields.optional::<Text<5000>>("comment").map(|text| text.0);
        let at = fields.required("at");
        if kind == Some(SurveyKind::Custom) && scale_min.zip(scale_max).is_none() {
            fields.problem("scale_min", "and scale_max are required for a custom survey");
        }
        if let Some((min, max)) = scale_min.zip(scale_max) {
            if min >= max {
                fields.problem("scale_max", "must be above scale_min");
            } else if value.is_some_and(|value| !(min..=max).contains(&value)) {
                fields.problem("value", format!("must be from {min} to {max}"));
            }
        }
        let ((id, kind), ((value, at), (scale_min, scale_max))) =
            id.zip(kind).zip(value.zip(at).zip(scale_min.zip(scale_max)))?;
        Some(Self { id, contact, kind, scale_min, scale_max, value, comment, at })
    }
}

crate::words! {
    /// How the CSM met the customer.
    pub enum InteractionKind {
        /// A meeting.
        Meeting = "meeting",
        /// A call.
        Call = "call",
        /// A mail.
        Email = "email",
        /// A note.
        Note = "note",
        /// Anything else.
        Other = "other",
    }
}

/// A meeting, call, mail or note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The sender's id.
    pub id: RecordId,
    /// With whom, if known.
    pub contact: Option<RecordId>,
    /// How.
    pub kind: InteractionKind,
    /// When.
    pub at: DateTime<Utc>,
    /// How good the conversation was, 1-5.
    pub quality: Option<u8>,
    /// How good its result was, 1-5.
    pub outcome: Option<u8>,
    /// Notes.
    pub notes: String,
}

impl Interaction {
    /// Reads the API's interaction without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let contact = fields.optional("contact");
        let kind = fields.required("kind");
        let at = fields.required("at");
        let quality = fields.optional::<Whole<1, 5>>("quality").map(|number| number.0 as u8);
        let outcome = fields.optional::<Whole<1, 5>>("outcome").map(|number| number.0 as u8);
        let notes = fields.optional::<Text<20_000>>("notes").map_or_else(String::new, |text| text.0);
        let ((id, kind), at) = id.zip(kind).zip(at)?;
        Some(Self { id, contact, kind, at, quality, outcome, notes })
    }
}

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
    /// Reads the API's goal without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let name = fields.required::<Line<200>>("name");
        let target: Option<f64> = fields.required("target");
        let actual = fields.optional("actual").unwrap_or(0.0);
        let due_on = fields.required("due_on");
        let milestones = fields.optional("milestones").unwrap_or_default();
        if target == Some(0.0) {
            fields.problem("target", "must not be 0");
        }
        let ((id, Line(name)), (target, due_on)) = id.zip(name).zip(target.zip(due_on))?;
        Some(Self { id, name, target, actual, due_on, milestones })
    }
}

crate::words! {
    /// How a contract ended.
    pub enum OutcomeKind {
        /// The customer left.
        Churned = "churned",
        /// The customer stayed.
        Renewed = "renewed",
    }
}

/// A churn or a renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The sender's id.
    pub id: RecordId,
    /// Which.
    pub kind: OutcomeKind,
    /// When.
    pub on: NaiveDate,
    /// Why.
    pub reason: Option<String>,
}

/// Whether a customer with these outcomes has left by `today`: its newest outcome is a churn. Later ones do not count yet.
pub fn has_churned<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>, today: NaiveDate) -> bool {
    outcomes
        .into_iter()
        .filter(|outcome| outcome.on <= today)
        .max_by(|a, b| a.on.cmp(&b.on).then_with(|| a.id.cmp(&b.id)))
        .is_some_and(|newest| newest.kind == OutcomeKind::Churned)
}

impl Outcome {
    /// Reads the API's outcome without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let kind = fields.required("kind");
        let on = fields.required("on");
        let reason = fields.optional::<Text<1000>>("reason").map(|text| text.0);
        let ((id, kind), on) = id.zip(kind).zip(on)?;
        Some(Self { id, kind, on, reason })
    }
}
