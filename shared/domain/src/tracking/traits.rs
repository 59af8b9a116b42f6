//! Traits: what `identify` says about a person, and `group` about a company, in our words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::item::Reader;
use super::wire::{Context, Object, Scalar};
use crate::contact::{Contact, MailState, NewContact, Role};
use crate::customer::{MAX_ATTRIBUTES, Profile, ProfileChange, is_attribute};
use crate::fields::{FromField as _, Line};
use crate::id::{EmailAddress, RecordId};
use crate::problem::Problems;
use crate::redacted::Redacted;

/// What is known about a user as a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Address.
    pub email: Option<EmailAddress>,
    /// Full name.
    pub name: Option<Redacted<String>>,
    /// Role at the customer, when it is told in our words.
    pub role: Option<Role>,
    /// Time zone.
    pub time_zone: Option<Tz>,
    /// Language tag.
    pub locale: Option<String>,
}

impl Person {
    /// Takes over what `newer` says.
    pub fn update(&mut self, newer: &Self) {
        let newer = newer.clone();
        self.email = newer.email.or_else(|| self.email.take());
        self.name = newer.name.or_else(|| self.name.take());
        self.role = newer.role.or(self.role);
        self.time_zone = newer.time_zone.or(self.time_zone);
        self.locale = newer.locale.or_else(|| self.locale.take());
    }

    /// The known contact with what is told. Consent and history stay as they are; the same contact when nothing differs.
    pub fn apply(&self, contact: &Contact) -> Contact {
        let mut changed = contact.clone();
        changed.email = self.email.clone().unwrap_or(changed.email);
        changed.name = self.name.clone().unwrap_or(changed.name);
        changed.role = self.role.unwrap_or(changed.role);
        changed.time_zone = self.time_zone.unwrap_or(changed.time_zone);
        changed.locale = self.locale.clone().unwrap_or(changed.locale);
        if changed != *contact {
            changed.version += 1;
        }
        changed
    }

    /// A new contact, made at `now` under `id`; `None` without an address: a contact is somebody who can be written to.
    pub fn contact(&self, id: RecordId, now: DateTime<Utc>) -> Option<Contact> {
        let email = self.email.clone()?;
        let new = NewContact {
            id: None,
            name: self.name.clone().unwrap_or_else(|| email.as_str().into()),
            email,
            role: self.role.unwrap_or(Role::User),
            time_zone: self.time_zone.unwrap_or(Tz::UTC),
            locale: self.locale.clone().unwrap_or_else(|| "en".to_owned()),
            mail_state: MailState::Ok,
        };
        Some(new.create(id, now))
    }
}

/// Reads `email`, `name` (or `firstName` and `lastName`), `role`, `timezone` and `locale`; the last two also from the context.
pub(super) fn read_person(
    reader: &mut Reader,
    traits: Option<&RawValue>,
    context: &Object<Context<'_>>,
) -> Option<Person> {
    let traits = read(reader, traits)?;
    let text = |name: &str| traits.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let email = match text("email").map(EmailAddress::parse).transpose() {
        Ok(email) => email,
        Err(detail) => {
            reader.problem(format!("traits.email {detail}"));
            None
        }
    };
    let name = text("name").map(str::to_owned).or_else(|| {
        let parts: Vec<&str> = ["firstName", "lastName"].into_iter().filter_map(text).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    let name = name.and_then(|name| match Line::<200>::from_field(&Value::String(name)) {
        Ok(line) => Some(line.0.into()),
        Err(detail) => {
            reader.problem(format!("traits.name {detail}"));
            None
        }
    });
    let in_context = |read: fn(&Context<'_>) -> Option<String>| context.get().and_then(read);
    // SDKs fill these from the user's device, whatever it says: what is of no use to us is left out.
    let time_zone = ["timezone", "timeZone", "time_zone"].into_iter().find_map(text).map(str::to_owned);
    let time_zone = time_zone.or_else(|| in_context(|context| as_text(&context.timezone)));
    let locale = text("locale").map(str::to_owned).or_else(|| in_context(|context| as_text(&context.locale)));
    Some(Person {
        email,
        name,
        role: text("role").and_then(Role::parse),
        time_zone: time_zone.and_then(|name| name.parse().ok()),
        locale: locale.and_then(|tag| language_tag(&tag)),
    })
}

fn as_text(value: &Scalar<'_>) -> Option<String> {
    match value {
        Scalar::Text(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

/// `en-GB` from `en-GB` or `en_GB`.
fn language_tag(text: &str) -> Option<String> {
    let tag = text.replace('_', "-");
    let good = (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    good.then_some(tag)
}

/// What a company is: changes of the customer's profile, and attributes to add to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Company {
    change: ProfileChange,
    attributes: BTreeMap<String, Value>,
}

/// Traits with the names of our fields.
const FIELDS: [&str; 12] = [
    "name",
    "owner",
    "arr_cents",
    "currency",
    "seats",
    "renewal_on",
    "customer_since",
    "plan",
    "industry",
    "country",
    "size",
    "stage",
];

impl Company {
    /// The profile with what is told. What is not told stays; attributes are added up to the 50 that a customer may have.
    pub fn apply(&self, profile: &Profile) -> Profile {
        let mut changed = self.change.clone().apply(profile);
        for (name, value) in &self.attributes {
            if changed.attributes.len() < MAX_ATTRIBUTES || changed.attributes.contains_key(name) {
                changed.attributes.insert(name.clone(), value.clone());
            }
        }
        changed
    }
}

/// Reads the traits with the names of our fields as those; every other text, number and boolean becomes an attribute. Lists,
/// objects, `null` and what is too long are left out.
pub(super) fn read_company(reader: &mut Reader, traits: Option<&RawValue>) -> Option<Company> {
    let mut fields = Map::new();
    let mut attributes = BTreeMap::new();
    for (name, value) in read(reader, traits)? {
        if FIELDS.contains(&name.as_str()) {
            if !value.is_null() {
                fields.insert(name, value);
            }
        } else if name != "id" && is_attribute(&name, &value) {
            attributes.insert(name, value);
        }
    }
    match ProfileChange::parse(&Value::Object(fields)) {
        Ok(change) => Some(Company { change, attributes }),
        Err(Problems(problems)) => {
            for problem in problems {
                reader.problem(format!("traits.{} {}", problem.pointer.trim_start_matches('/'), problem.detail));
            }
            None
        }
    }
}

fn read(reader: &mut Reader, traits: Option<&RawValue>) -> Option<Map<String, Value>> {
    let Some(traits) = traits.filter(|traits| traits.get() != "null") else { return Some(Map::new()) };
    match serde_json::from_str(traits.get()) {
        Ok(Value::Object(traits)) => Some(traits),
        Ok(_) => {
            reader.problem("traits must be an object");
            None
        }
        Err(error) => {
            reader.problem(format!("traits cannot be read: {error}"));
            None
        }
    }
}
