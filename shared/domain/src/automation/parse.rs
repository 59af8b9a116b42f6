//! Reading an automation so that every problem is named with its place.

use serde_json::Value;

use crate::automation::condition::Condition;
use crate::automation::{Action, Assignee, Automation, CoolDown, FORMAT, MailTo, Trigger};
use crate::contact::Role;
use crate::fields::{Fields, FromField, Line, Text, Whole};
use crate::problem::Problems;

/// Most actions of one automation.
const MAX_ACTIONS: usize = 20;

impl Automation {
    /// Reads the document, or names every problem in it.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        if fields.required::<Whole<0, { i64::MAX }>>("format").is_some_and(|Whole(format)| format != i64::from(FORMAT))
        {
            fields.problem("format", format!("must be {FORMAT}"));
        }
        let id = fields.required::<Slug>("id");
        let name = fields.required::<Line<120>>("name");
        let description = fields.optional::<Text<1000>>("description").map_or_else(String::new, |text| text.0);
        let on = fields.required("on");
        let version = fields.optional::<Whole<1, { u32::MAX as i64 }>>("version").map_or(1, |version| version.0 as u32);
        let trigger = fields.nested("trigger", read_trigger);
        if fields.raw("trigger").is_none() {
            fields.problem("trigger", "is required");
        }
        let conditions = fields.nested("conditions", Condition::read);
        let cool_down = fields.nested("cool_down", read_cool_down);
        let actions = fields.nested("actions", read_actions);
        if fields.raw("actions").is_none() {
            fields.problem("actions", "is required");
        }
        let automation = (|| {
            Some(Self {
                format: FORMAT,
                id: id?.0,
                name: name?.0,
                description,
                on: on?,
                version,
                trigger: trigger?,
                conditions,
                cool_down,
                actions: actions?,
            })
        })();
        fields.finish(automation)
    }
}

/// An object with exactly one key, which names what it is: `(key, value)`.
fn tagged<'a>(value: &'a Value, pointer: &str, what: &str) -> Result<(&'a str, &'a Value), Problems> {
    value
        .as_object()
        .filter(|object| object.len() == 1)
        .and_then(|object| object.iter().next())
        .map(|(key, value)| (key.as_str(), value))
        .ok_or_else(|| Problems::one(pointer, format!("must be an object with one key, the {what}")))
}

const TRIGGERS: [&str; 5] = [
    "health_status_changed",
    "health_status_became_stale",
    "insight_changed",
    "feedback_answered",
    "happiness_dropped",
];

fn read_trigger(value: &Value, pointer: &str) -> Result<Trigger, Problems> {
    let (kind, value) = tagged(value, pointer, "trigger")?;
    if !TRIGGERS.contains(&kind) {
        let known = TRIGGERS.join(", ");
        return Err(Problems::one(pointer, format!("{kind:?} is not a known trigger; known are {known}")));
    }
    let mut fields = Fields::new(value, &format!("{pointer}/{kind}"))?;
    let trigger = match kind {
        "health_status_changed" => Some(Trigger::HealthStatusChanged {
            from: fields.optional::<Choice<_>>("from").map_or_else(Vec::new, |choice| choice.0),
            to: fields.optional::<Choice<_>>("to").map_or_else(Vec::new, |choice| choice.0),
        }),
        "insight_changed" => fields.required::<Choice<_>>("to").map(|to| Trigger::InsightChanged { to: to.0 }),
        "feedback_answered" => {
            fields.required::<Choice<_>>("rating").map(|rating| Trigger::FeedbackAnswered { rating: rating.0 })
        }
        "health_status_became_stale" => Some(Trigger::HealthStatusBecameStale {}),
        _ => Some(Trigger::HappinessDropped {}),
    };
    fields.finish(trigger)
}

fn read_cool_down(value: &Value, pointer: &str) -> Result<CoolDown, Problems> {
    let mut fields = Fields::new(value, pointer)?;
    let times = fields.required::<Whole<1, 1000>>("times");
    let days = fields.required::<Whole<1, 3650>>("days");
    let cool_down = times.zip(days).map(|(times, days)| CoolDown { times: times.0 as u32, days: days.0 as u32 });
    fields.finish(cool_down)
}

fn read_actions(value: &Value, pointer: &str) -> Result<Vec<Action>, Problems> {
    let items = value
        .as_array()
        .filter(|items| (1..=MAX_ACTIONS).contains(&items.len()))
        .ok_or_else(|| Problems::one(pointer, format!("must be a list of 1 to {MAX_ACTIONS} actions")))?;
    let mut problems = Problems::default();
    let mut actions = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match read_action(item, &format!("{pointer}/{index}")) {
            Ok(action) => actions.push(action),
            Err(found) => problems.0.extend(found.0),
        }
    }
    problems.into_result(actions)
}

fn read_action(value: &Value, pointer: &str) -> Result<Action, Problems> {
    let (kind, value) = tagged(value, pointer, "action")?;
    let inner = format!("{pointer}/{kind}");
    match kind {
        "mail" => {
            let mut fields = Fields::new(value, &inner)?;
            let template = fields.required::<Slug>("template");
            let to = fields.required("to");
            let action = template.zip(to).map(|(Slug(template), to)| Action::Mail { template, to });
            fields.finish(action)
        }
        "task" => {
            let mut fields = Fields::new(value, &inner)?;
            let title = fields.required::<Line<200>>("title");
            let detail = fields.optional::<Text<5000>>("detail").map_or_else(String::new, |text| text.0);
            let priority = fields.required("priority");
            let due = fields.required::<Whole<0, 250>>("due_in_working_days");
            let assignee = fields.optional("assignee").unwrap_or(Assignee::Owner);
            let action = (|| {
                Some(Action::Task {
                    title: title?.0,
                    detail,
                    priority: priority?,
                    due_in_working_days: due?.0 as u32,
                    assignee,
                })
            })();
            fields.finish(action)
        }
        _ => Err(Problems::one(pointer, format!("{kind:?} is not a known action; known are mail, task"))),
    }
}

/// Lower-case words with hyphens, such as `status-struggling`.
struct Slug(String);

impl FromField for Slug {
    fn from_field(value: &Value) -> Result<Self, String> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        value
            .as_str()
            .filter(|text| text.len() <= 60 && text.split('-').all(is_word))
            .map(|text| Self(text.to_owned()))
            .ok_or_else(|| {
                "must be lower-case words with hyphens, such as status-struggling, of at most 60 characters".to_owned()
            })
    }
}

/// One or more different words.
struct Choice<T>(Vec<T>);

impl<T: FromField + PartialEq> FromField for Choice<T> {
    fn from_field(value: &Value) -> Result<Self, String> {
        let words = Vec::<T>::from_field(value)?;
        if words.is_empty() {
            return Err("must name at least one".to_owned());
        }
        if words.iter().enumerate().any(|(index, word)| words.iter().skip(index + 1).any(|other| other == word)) {
            return Err("must not name one twice".to_owned());
        }
        Ok(Self(words))
    }
}

impl FromField for MailTo {
    fn from_field(value: &Value) -> Result<Self, String> {
        let role = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("role"));
        match (value.as_str(), role) {
            (Some("owner"), _) => Ok(Self::Owner),
            (Some("manager"), _) => Ok(Self::Manager),
            (Some("owner_and_manager"), _) => Ok(Self::OwnerAndManager),
            (_, Some(role)) => Role::from_field(role).map(Self::Role).map_err(|detail| format!("role {detail}")),
            _ => Err("must be owner, manager, owner_and_manager or { role: … }".to_owned()),
        }
    }
}
