//! Actions: what an automation does. Words in double braces are filled in when it happens
//! ([`variables`](super::variables)).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::Condition;
use super::parse::{Slug, tagged};
use crate::contact::Role;
use crate::customer::{is_attribute, is_tag};
use crate::fields::{Fields, FromField, Line, Text, Whole};
use crate::id::EmailAddress;
use crate::problem::Problems;
use crate::task::Priority;

/// Most actions of one automation.
const MAX_ACTIONS: usize = 20;

/// One thing an automation does.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(deny_unknown_fields)]
pub enum Action {
    /// Sends a mail.
    Mail {
        /// What it says.
        #[serde(flatten)]
        content: MailContent,
        /// Who gets it.
        to: MailTo,
    },
    /// Makes a task.
    Task {
        /// What to do, one line.
        title: String,
        /// Why and how.
        #[serde(skip_serializing_if = "String::is_empty", default)]
        detail: String,
        /// How much it matters.
        priority: Priority,
        /// By when: working days from the event; 0 = today, or the next working day.
        due_in_working_days: u32,
        /// Who does it.
        #[serde(default)]
        assignee: Assignee,
    },
    /// Sends the event and the customer to an endpoint, signed.
    Webhook {
        /// The endpoint's id.
        endpoint: String,
    },
    /// Writes into a Slack channel.
    Slack {
        /// The endpoint's id.
        endpoint: String,
        /// What.
        text: String,
    },
    /// Sets a free attribute of the customer.
    SetAttribute {
        /// Its name.
        name: String,
        /// A text, number or boolean; `null` takes it away.
        value: Value,
    },
    /// Gives the customer a tag.
    AddTag {
        /// The tag.
        tag: String,
    },
    /// Takes a tag from the customer.
    RemoveTag {
        /// The tag.
        tag: String,
    },
    /// Waits, and does the rest only if the conditions of the automation still hold.
    Wait {
        /// Days, 1 to 365.
        days: u32,
        /// What must hold besides.
        #[serde(skip_serializing_if = "Option::is_none")]
        still: Option<Condition>,
    },
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MailContent {
    /// A shipped mail.
    Template {
        /// Its name.
        template: String,
    },
    /// Words of the team's own, in the frame that all mails have.
    Written {
        /// The subject, one line.
        subject: String,
        /// The text; an empty line begins a paragraph.
        text: String,
    },
}

/// Who gets a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailTo {
    /// Every contact in this role who may be mailed. When there is none the mail is skipped, never sent to somebody else.
    Role(Role),
    /// The customer's owner.
    Owner,
    /// The manager of the settings.
    Manager,
    /// Both; one mail when they are the same person.
    OwnerAndManager,
}

/// Who does a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// The customer's owner; nobody yet when there is none.
    #[default]
    Owner,
    /// The manager of the settings.
    Manager,
    /// The owner, or the manager of customers that have none.
    OwnerOrManager,
    /// Always the same person.
    Person(#[schemars(with = "String")] EmailAddress),
}

impl MailContent {
    /// The name of the mail template; for words of the team's own, of the frame that they stand in.
    pub fn template(&self, to_team: bool) -> &str {
        match self {
            Self::Template { template } => template,
            Self::Written { .. } if to_team => "written-to-team",
            Self::Written { .. } => "written-to-contact",
        }
    }
}

impl Action {
    /// Its name in the document.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Task { .. } => "task",
            Self::Webhook { .. } => "webhook",
            Self::Slack { .. } => "slack",
            Self::SetAttribute { .. } => "set_attribute",
            Self::AddTag { .. } => "add_tag",
            Self::RemoveTag { .. } => "remove_tag",
            Self::Wait { .. } => "wait",
        }
    }

    /// Reads the list at `pointer` of its document.
    pub(super) fn read_all(value: &Value, pointer: &str) -> Result<Vec<Self>, Problems> {
        let items = value
            .as_array()
            .filter(|items| (1..=MAX_ACTIONS).contains(&items.len()))
            .ok_or_else(|| Problems::one(pointer, format!("must be a list of 1 to {MAX_ACTIONS} actions")))?;
        let mut problems = Problems::default();
        let mut actions = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match Self::read(item, &format!("{pointer}/{index}")) {
                Ok(action) => actions.push(action),
                Err(found) => problems.0.extend(found.0),
            }
        }
        if let Some(Self::Wait { .. }) = actions.last() {
            problems.add(format!("{pointer}/{}", items.len() - 1), "must not be the last action: nothing would follow");
        }
        problems.into_result(actions)
    }

    fn read(value: &Value, pointer: &str) -> Result<Self, Problems> {
        let (kind, value) = tagged(value, pointer, "action")?;
        let mut fields = Fields::new(value, &format!("{pointer}/{kind}"))?;
        let action = match kind {
            "mail" => read_mail(&mut fields),
            "task" => read_task(&mut fields),
            "webhook" => fields.required::<Slug>("endpoint").map(|endpoint| Self::Webhook { endpoint: endpoint.0 }),
            "slack" => {
                let endpoint = fields.required::<Slug>("endpoint");
                let text = fields.required::<Text<3000>>("text");
                endpoint.zip(text).map(|(endpoint, text)| Self::Slack { endpoint: endpoint.0, text: text.0 })
            }
            "set_attribute" => read_attribute(&mut fields),
            "add_tag" => fields.required::<Tag>("tag").map(|tag| Self::AddTag { tag: tag.0 }),
            "remove_tag" => fields.required::<Tag>("tag").map(|tag| Self::RemoveTag { tag: tag.0 }),
            "wait" => {
                let days = fields.required::<Whole<1, 365>>("days");
                let still = fields.nested("still", Condition::read);
                days.map(|days| Self::Wait { days: days.0 as u32, still })
            }
            _ => {
                let known = KINDS.join(", ");
                return Err(Problems::one(pointer, format!("{kind:?} is not a known action; known are {known}")));
            }
        };
        fields.finish(action)
    }
}

const KINDS: [&str; 8] = ["mail", "task", "webhook", "slack", "set_attribute", "add_tag", "remove_tag", "wait"];

fn read_mail(fields: &mut Fields<'_>) -> Option<Action> {
    let to = fields.required("to");
    let template = fields.optional::<Slug>("template");
    let subject = fields.optional::<Line<200>>("subject");
    let text = fields.optional::<Text<10_000>>("text");
    let (has_template, has_subject, has_text) =
        (fields.raw("template").is_some(), fields.raw("subject").is_some(), fields.raw("text").is_some());
    if has_template && (has_subject || has_text) {
        fields.problem("template", "must not stand beside subject and text: a mail has the one or the others");
    } else if !has_template && !has_subject && !has_text {
        fields.problem("template", "is required, or subject and text");
    } else if !has_template {
        for (key, there) in [("subject", has_subject), ("text", has_text)] {
            if !there {
                fields.problem(key, "is required");
            }
        }
    }
    let written = || {
        let (subject, text) = subject.zip(text)?;
        Some(MailContent::Written { subject: subject.0, text: text.0 })
    };
    let content = template.map(|Slug(template)| MailContent::Template { template }).or_else(written);
    content.zip(to).map(|(content, to)| Action::Mail { content, to })
}

fn read_task(fields: &mut Fields<'_>) -> Option<Action> {
    let title = fields.required::<Line<200>>("title");
    let detail = fields.optional::<Text<5000>>("detail").map_or_else(String::new, |text| text.0);
    let priority = fields.required("priority");
    let due = fields.required::<Whole<0, 250>>("due_in_working_days");
    let assignee = fields.optional("assignee").unwrap_or_default();
    Some(Action::Task { title: title?.0, detail, priority: priority?, due_in_working_days: due?.0 as u32, assignee })
}

fn read_attribute(fields: &mut Fields<'_>) -> Option<Action> {
    let name = fields.required::<Line<60>>("name");
    let value = fields.raw("value").cloned();
    let name = name?.0;
    if value.as_ref().is_some_and(|value| !is_attribute(&name, value)) {
        fields.problem("value", "must be a text of up to 500 characters, a number, a boolean or null");
        return None;
    }
    Some(Action::SetAttribute { name, value: value.unwrap_or(Value::Null) })
}

/// A customer's tag.
struct Tag(String);

impl FromField for Tag {
    fn from_field(value: &Value) -> Result<Self, String> {
        let Line(tag) = Line::<60>::from_field(value)?;
        if is_tag(&tag) { Ok(Self(tag)) } else { Err("must be a tag of 1 to 60 characters".to_owned()) }
    }
}

impl FromField for MailTo {
    fn from_field(value: &Value) -> Result<Self, String> {
        match (value.as_str(), one_key(value, "role")) {
            (Some("owner"), _) => Ok(Self::Owner),
            (Some("manager"), _) => Ok(Self::Manager),
            (Some("owner_and_manager"), _) => Ok(Self::OwnerAndManager),
            (_, Some(role)) => Role::from_field(role).map(Self::Role).map_err(|detail| format!("role {detail}")),
            _ => Err("must be owner, manager, owner_and_manager or { role: … }".to_owned()),
        }
    }
}

impl FromField for Assignee {
    fn from_field(value: &Value) -> Result<Self, String> {
        match (value.as_str(), one_key(value, "person")) {
            (Some("owner"), _) => Ok(Self::Owner),
            (Some("manager"), _) => Ok(Self::Manager),
            (Some("owner_or_manager"), _) => Ok(Self::OwnerOrManager),
            (_, Some(person)) => {
                EmailAddress::from_field(person).map(Self::Person).map_err(|detail| format!("person {detail}"))
            }
            _ => Err("must be owner, manager, owner_or_manager or { person: … }".to_owned()),
        }
    }
}

/// The value of an object's only key.
fn one_key<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get(key))
}
