//! What an automation does about one event, decided without doing it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::automation::{Action, Assignee, Automation, MailTo};
use crate::contact::{Contact, MailState, Role};
use crate::customer::Customer;
use crate::event::{Event, MAX_HOPS};
use crate::id::EmailAddress;
use crate::mail::Recipient;
use crate::settings::Settings;
use crate::task::Priority;
use crate::working_time::add_working_days;

/// What the decision looks at beside automation and event.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The event's customer, as it is now.
    pub customer: &'a Customer,
    /// The customer's contacts.
    pub contacts: &'a [Contact],
    /// The team's settings.
    pub settings: &'a Settings,
    /// When this automation acted for this customer before, for the cool-down; in any order.
    pub previous_runs: &'a [DateTime<Utc>],
    /// Now.
    pub now: DateTime<Utc>,
}

/// What an automation does about one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// The event is none of its business: nothing to do, nothing to log.
    NotTriggered,
    /// The event is its business, but it must not act; worth a line in the run log.
    Refused(Refusal),
    /// What is to be done, in this order. Never empty, but every step may be a skipped one.
    Steps(Vec<Step>),
}

/// Why an automation does not act on an event that it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is switched off.
    Off,
    /// Too many automations follow one another.
    LoopGuard {
        /// How many, this one not counted.
        hop: u8,
    },
    /// The customer does not meet the conditions.
    Conditions,
    /// It acted for this customer as often as it may.
    CoolingDown {
        /// When it may act again.
        until: DateTime<Utc>,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("the automation is switched off"),
            Self::LoopGuard { hop } => {
                write!(f, "loop guard: {hop} automations followed one another, {MAX_HOPS} are allowed")
            }
            Self::Conditions => f.write_str("the customer does not meet the conditions"),
            Self::CoolingDown { until } => {
                write!(f, "cooling down until {}", until.format("%Y-%m-%d %H:%M UTC"))
            }
        }
    }
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A mail to be sent.
    Mail(MailDraft),
    /// A task to be made.
    Task(TaskDraft),
    /// Not done, and why.
    Skipped {
        /// Which of the automation's actions.
        action_index: usize,
        /// Why, for the run log. Names contacts by id, never by address.
        reason: String,
    },
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDraft {
    /// Which of the automation's actions.
    pub action_index: usize,
    /// The mail template's name.
    pub template: String,
    /// Who gets it.
    pub recipient: Recipient,
    /// Whether it tells the team (at least once) instead of a contact (at most once).
    pub alert: bool,
}

/// A task to be made. Title and detail still have their variables in braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDraft {
    /// Which of the automation's actions.
    pub action_index: usize,
    /// What to do.
    pub title: String,
    /// Why and how.
    pub detail: String,
    /// How much it matters.
    pub priority: Priority,
    /// By when.
    pub due_on: NaiveDate,
    /// Who does it; `None` when the customer has no owner.
    pub owner: Option<EmailAddress>,
}

impl Step {
    /// What makes the step's effect unique: doing two steps with equal keys is doing one thing twice.
    /// `None` for a skipped step, which has no effect.
    pub fn effect_key(&self, automation: &Automation, event_id: &str) -> Option<String> {
        let (kind, action_index, recipient) = match self {
            Self::Mail(mail) => match &mail.recipient {
                Recipient::Contact { contact } => ("mail", mail.action_index, contact.as_str().to_owned()),
                Recipient::Staff { address } => ("mail", mail.action_index, address.normalised()),
            },
            Self::Task(task) => ("task", task.action_index, String::new()),
            Self::Skipped { .. } => return None,
        };
        let Automation { id, version, .. } = automation;
        Some(format!("{kind}/{id}@{version}/{event_id}/{action_index}/{recipient}"))
    }
}

/// Decides what `automation` does about `event`.
pub fn plan(automation: &Automation, event: &Event, context: &Context<'_>) -> Plan {
    if !automation.trigger.matches(&event.fact) {
        return Plan::NotTriggered;
    }
    match refusal(automation, event, context) {
        Some(refusal) => Plan::Refused(refusal),
        None => Plan::Steps(
            automation
                .actions
                .iter()
                .enumerate()
                .flat_map(|(action_index, action)| steps(action_index, action, context))
                .collect(),
        ),
    }
}

fn refusal(automation: &Automation, event: &Event, context: &Context<'_>) -> Option<Refusal> {
    if !automation.on {
        return Some(Refusal::Off);
    }
    if event.hop >= MAX_HOPS {
        return Some(Refusal::LoopGuard { hop: event.hop });
    }
    if automation.conditions.as_ref().is_some_and(|conditions| !conditions.holds(context.customer)) {
        return Some(Refusal::Conditions);
    }
    automation
        .cool_down
        .and_then(|cool_down| cool_down.rests_until(context.previous_runs, context.now))
        .map(|until| Refusal::CoolingDown { until })
}

fn steps(action_index: usize, action: &Action, context: &Context<'_>) -> Vec<Step> {
    match action {
        Action::Mail { template, to } => {
            let recipients = match to {
                MailTo::Role(role) => contacts(*role, context.contacts),
                MailTo::Owner => vec![owner(context)],
                MailTo::Manager => vec![manager(context)],
                MailTo::OwnerAndManager => staff(context),
            };
            let step = |recipient| match recipient {
                Ok(recipient) => Step::Mail(MailDraft {
                    action_index,
                    template: template.clone(),
                    alert: matches!(recipient, Recipient::Staff { .. }),
                    recipient,
                }),
                Err(reason) => Step::Skipped { action_index, reason },
            };
            recipients.into_iter().map(step).collect()
        }
        Action::Task { title, detail, priority, due_in_working_days, assignee: Assignee::Owner } => {
            vec![Step::Task(TaskDraft {
                action_index,
                title: title.clone(),
                detail: detail.clone(),
                priority: *priority,
                due_on: due_on(context.now.date_naive(), *due_in_working_days),
                owner: context.customer.profile.owner.clone(),
            })]
        }
    }
}

/// "Today" on a weekend means the next working day.
fn due_on(today: NaiveDate, working_days: u32) -> NaiveDate {
    let rests = matches!(today.weekday(), Weekday::Sat | Weekday::Sun);
    match (working_days, rests) {
        (0, false) => today,
        (0, true) => add_working_days(today, 1),
        (days, _) => add_working_days(today, days),
    }
}

type Found = Result<Recipient, String>;

/// The contacts in a role, each address once; whoever must not be mailed is skipped with the reason.
fn contacts(role: Role, contacts: &[Contact]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let found: Vec<Found> = contacts
        .iter()
        .filter(|contact| contact.role == role && seen.insert(contact.email.normalised()))
        .map(|contact| {
            let id = &contact.id;
            match contact.mail.state {
                MailState::Ok => Ok(Recipient::Contact { contact: id.clone() }),
                MailState::Unsubscribed => Err(format!("contact {id} asked for no more mail")),
                MailState::Bounced => Err(format!("mail to contact {id} bounced")),
                MailState::Complained => Err(format!("contact {id} marked a mail as spam")),
            }
        })
        .collect();
    if found.is_empty() {
        let role = role.as_str().replace('_', " ");
        return vec![Err(format!("the customer has no {role} among its contacts"))];
    }
    found
}

fn owner(context: &Context<'_>) -> Found {
    match &context.customer.profile.owner {
        Some(owner) => Ok(Recipient::Staff { address: owner.clone() }),
        None => Err("the customer has no owner".to_owned()),
    }
}

fn manager(context: &Context<'_>) -> Found {
    match &context.settings.manager {
        Some(manager) => Ok(Recipient::Staff { address: manager.clone() }),
        None => Err("no manager is set in the settings".to_owned()),
    }
}

fn staff(context: &Context<'_>) -> Vec<Found> {
    let (owner, manager) = (owner(context), manager(context));
    let same = match (&context.customer.profile.owner, &context.settings.manager) {
        (Some(owner), Some(manager)) => owner.normalised() == manager.normalised(),
        _ => false,
    };
    if same { vec![owner] } else { vec![owner, manager] }
}
