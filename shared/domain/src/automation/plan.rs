//! What an automation does about one event, decided without doing it.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::action::{Action, Assignee, MailContent};
use super::context::Context;
use super::recipients::{manager, recipients};
use crate::automation::Automation;
use crate::customer::MAX_ATTRIBUTES;
use crate::event::{Event, MAX_HOPS};
use crate::id::EmailAddress;
use crate::mail::Recipient;
use crate::task::Priority;
use crate::working_time::add_working_days;

/// What an automation does about one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// All automations are paused in the settings.
    Paused,
    /// All automations are paused for the customer.
    CustomerPaused,
    /// Too many automations follow one another.
    LoopGuard {
        /// How many, this one not counted.
        hop: u8,
    },
    /// The customer does not meet the conditions.
    Conditions,
    /// After a wait, what had to hold still does not.
    NoLongerTrue,
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
            Self::Paused => f.write_str("all automations are paused"),
            Self::CustomerPaused => f.write_str("automations are paused for this customer"),
            Self::NoLongerTrue => f.write_str("what had to hold after the wait no longer holds"),
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which of the automation's actions.
    pub action_index: usize,
    /// What is to be done.
    #[serde(flatten)]
    pub effect: Effect,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A mail is to be sent.
    Mail(MailDraft),
    /// A task is to be made.
    Task(TaskDraft),
    /// Event and customer are to be sent to an endpoint.
    Webhook {
        /// The endpoint's id.
        endpoint: String,
    },
    /// A line is to be written into a Slack channel.
    Slack {
        /// The endpoint's id.
        endpoint: String,
        /// The line, with its variables in double braces.
        text: String,
    },
    /// An attribute is to be set, or taken away by `null`.
    SetAttribute {
        /// Its name.
        name: String,
        /// Its value.
        value: Value,
    },
    /// The customer is to get a tag.
    AddTag {
        /// The tag.
        tag: String,
    },
    /// The customer is to lose a tag.
    RemoveTag {
        /// The tag.
        tag: String,
    },
    /// The rest is decided later, by [`resume`].
    Wait {
        /// When.
        until: DateTime<Utc>,
    },
    /// Not done, and why.
    Skipped {
        /// Why, for the run log. Names contacts by id, never by address.
        reason: String,
    },
}

/// A mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDraft {
    /// What it says.
    #[serde(flatten)]
    pub content: MailContent,
    /// Who gets it.
    pub recipient: Recipient,
    /// Whether it tells the team (at least once) instead of a contact (at most once).
    pub alert: bool,
}

/// A task to be made. Its texts still have their variables in double braces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDraft {
    /// What to do.
    pub title: String,
    /// Why and how.
    pub detail: String,
    /// How much it matters.
    pub priority: Priority,
    /// By when.
    pub due_on: NaiveDate,
    /// Who does it; `None` when nobody is known who could.
    pub owner: Option<EmailAddress>,
}

/// Decides what `automation` does about `event`.
pub fn plan(automation: &Automation, event: &Event, context: &Context<'_>) -> Plan {
    let last_run = context.previous_runs.iter().max().copied();
    if !automation.trigger.fires(event, context.points, last_run) {
        return Plan::NotTriggered;
    }
    match refusal(automation, event, context) {
        Some(refusal) => Plan::Refused(refusal),
        None => Plan::Steps(steps_from(automation, 0, context)),
    }
}

/// Decides what `automation` does when the wait, its action number `waited`, is over: the actions that follow, if it is still
/// switched on, nobody paused it, and its conditions and the wait's own still hold. The cool-down counts runs, not their parts.
pub fn resume(automation: &Automation, waited: usize, context: &Context<'_>) -> Plan {
    let still = match automation.actions.get(waited) {
        Some(Action::Wait { still, .. }) => still.as_ref(),
        // The document was changed meanwhile; a run goes on with the version that it began with, so this is another's.
        _ => return Plan::NotTriggered,
    };
    let holds = [automation.conditions.as_ref(), still].into_iter().flatten().all(|condition| condition.holds(context));
    match switched_off(automation, context) {
        Some(refusal) => Plan::Refused(refusal),
        None if !holds => Plan::Refused(Refusal::NoLongerTrue),
        None => Plan::Steps(steps_from(automation, waited + 1, context)),
    }
}

fn refusal(automation: &Automation, event: &Event, context: &Context<'_>) -> Option<Refusal> {
    if let Some(refusal) = switched_off(automation, context) {
        return Some(refusal);
    }
    if event.hop >= MAX_HOPS {
        return Some(Refusal::LoopGuard { hop: event.hop });
    }
    if automation.conditions.as_ref().is_some_and(|conditions| !conditions.holds(context)) {
        return Some(Refusal::Conditions);
    }
    automation
        .cool_down
        .and_then(|cool_down| cool_down.rests_until(context.previous_runs, context.now))
        .map(|until| Refusal::CoolingDown { until })
}

fn switched_off(automation: &Automation, context: &Context<'_>) -> Option<Refusal> {
    if !automation.on {
        Some(Refusal::Off)
    } else if context.settings.automations_paused {
        Some(Refusal::Paused)
    } else if context.customer.profile.automations_paused {
        Some(Refusal::CustomerPaused)
    } else {
        None
    }
}

/// The steps of the actions from `first` to the next wait.
fn steps_from(automation: &Automation, first: usize, context: &Context<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    for (action_index, action) in automation.actions.iter().enumerate().skip(first) {
        let effects = effects(action, context);
        steps.extend(effects.into_iter().map(|effect| Step { action_index, effect }));
        if matches!(action, Action::Wait { .. }) {
            break;
        }
    }
    steps
}

fn effects(action: &Action, context: &Context<'_>) -> Vec<Effect> {
    let one = |effect| vec![effect];
    match action {
        Action::Mail { content, to } => recipients(*to, context)
            .into_iter()
            .map(|recipient| match recipient {
                Ok(recipient) => Effect::Mail(MailDraft {
                    content: content.clone(),
                    alert: matches!(recipient, Recipient::Staff { .. }),
                    recipient,
                }),
                Err(reason) => Effect::Skipped { reason },
            })
            .collect(),
        Action::Task { title, detail, priority, due_in_working_days, assignee } => one(Effect::Task(TaskDraft {
            title: title.clone(),
            detail: detail.clone(),
            priority: *priority,
            due_on: due_on(context.now.date_naive(), *due_in_working_days),
            owner: assigned(assignee, context),
        })),
        Action::Webhook { endpoint } => one(Effect::Webhook { endpoint: endpoint.clone() }),
        Action::Slack { endpoint, text } => one(Effect::Slack { endpoint: endpoint.clone(), text: text.clone() }),
        Action::SetAttribute { name, value } => one(set_attribute(name, value, context)),
        Action::AddTag { tag } => one(tag_effect(tag, true, context)),
        Action::RemoveTag { tag } => one(tag_effect(tag, false, context)),
        Action::Wait { days, .. } => one(Effect::Wait { until: context.now + Duration::days(i64::from(*days)) }),
    }
}

fn assigned(assignee: &Assignee, context: &Context<'_>) -> Option<EmailAddress> {
    let owner = || context.customer.profile.owner.clone();
    let manager = || manager(context).cloned();
    match assignee {
        Assignee::Owner => owner(),
        Assignee::Manager => manager(),
        Assignee::OwnerOrManager => owner().or_else(manager),
        Assignee::Person(person) => Some(person.clone()),
    }
}

fn set_attribute(name: &str, value: &Value, context: &Context<'_>) -> Effect {
    let attributes = &context.customer.profile.attributes;
    let is_so = attributes.get(name).unwrap_or(&Value::Null) == value;
    if is_so {
        return Effect::Skipped { reason: format!("the attribute {name} is so already") };
    }
    if !attributes.contains_key(name) && attributes.len() >= MAX_ATTRIBUTES {
        return Effect::Skipped {
            reason: format!("the customer has {MAX_ATTRIBUTES} attributes, and no more may be added"),
        };
    }
    Effect::SetAttribute { name: name.to_owned(), value: value.clone() }
}

fn tag_effect(tag: &str, wanted: bool, context: &Context<'_>) -> Effect {
    let tag = tag.to_owned();
    match (context.customer.profile.tags.contains(&tag), wanted) {
        (true, true) => Effect::Skipped { reason: format!("the customer has the tag {tag} already") },
        (false, false) => Effect::Skipped { reason: format!("the customer has no tag {tag}") },
        (false, true) => Effect::AddTag { tag },
        (true, false) => Effect::RemoveTag { tag },
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
