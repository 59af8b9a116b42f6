//! Reading an automation so that every problem is named with its place.

use serde_json::Value;

use crate::automation::action::Action;
use crate::automation::condition::Condition;
use crate::automation::trigger::Trigger;
use crate::automation::{Automation, CoolDown, FORMAT};
use crate::fields::{Fields, FromField, Line, Text, Whole};
use crate::problem::Problems;

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
        let trigger = fields.nested("trigger", Trigger::read);
        if fields.raw("trigger").is_none() {
            fields.problem("trigger", "is required");
        }
        let conditions = fields.nested("conditions", Condition::read);
        let cool_down = fields.nested("cool_down", read_cool_down);
        let actions = fields.nested("actions", Action::read_all);
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
pub(super) fn tagged<'a>(value: &'a Value, pointer: &str, what: &str) -> Result<(&'a str, &'a Value), Problems> {
    value
        .as_object()
        .filter(|object| object.len() == 1)
        .and_then(|object| object.iter().next())
        .map(|(key, value)| (key.as_str(), value))
        .ok_or_else(|| Problems::one(pointer, format!("must be an object with one key, the {what}")))
}

fn read_cool_down(value: &Value, pointer: &str) -> Result<CoolDown, Problems> {
    let mut fields = Fields::new(value, pointer)?;
    let times = fields.required::<Whole<1, 1000>>("times");
    let days = fields.required::<Whole<1, 3650>>("days");
    let cool_down = times.zip(days).map(|(times, days)| CoolDown { times: times.0 as u32, days: days.0 as u32 });
    fields.finish(cool_down)
}

/// Lower-case words with hyphens, such as `status-struggling`.
pub(super) struct Slug(pub(super) String);

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
pub(super) struct Choice<T>(pub(super) Vec<T>);

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
