//! A contact: a person at a customer who may be asked and written to.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, FromField, Line};
use crate::id::{EmailAddress, RecordId};
use crate::problem::Problems;
use crate::redacted::Redacted;

crate::words! {
    /// What the person is to the customer.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "ContactRole")]
    pub enum Role {
        /// Decides on renewal; gets the mails of Health Status automations.
        DecisionMaker = "decision_maker",
        /// Speaks for the product inside the customer.
        Champion = "champion",
        /// Works with the product.
        User = "user",
        /// Anybody else.
        Other = "other",
    }
}

crate::words! {
    /// Whether mail may go to the contact, and if not, why.
    #[derive(schemars::JsonSchema)]
    pub enum MailState {
        /// Mail may be sent.
        Ok = "ok",
        /// The contact asked for no more mail.
        Unsubscribed = "unsubscribed",
        /// The address does not exist or refuses mail for good.
        Bounced = "bounced",
        /// The contact marked a mail as spam.
        Complained = "complained",
    }
}

/// Consent and deliverability of a contact's mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "MailConsent")]
pub struct Mail {
    /// Whether mail may be sent.
    pub state: MailState,
    /// Since when; `None` for a contact that never left [`MailState::Ok`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

/// When the contact was asked for feedback and when the next request is due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskState {
    /// The last request that was sent, if any.
    pub last_asked_at: Option<DateTime<Utc>>,
    /// Requests in a row without an answer. Two or more double the interval.
    pub unanswered: u32,
    /// All requests ever.
    pub asked: u32,
    /// All requests ever that were answered at least once.
    pub answered: u32,
}

/// A person at a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The caller's own id, or generated (`con_…`).
    pub id: RecordId,
    /// Full name.
    pub name: Redacted<String>,
    /// Address.
    pub email: EmailAddress,
    /// Role at the customer.
    pub role: Role,
    /// IANA time zone, for working hours. UTC when unknown.
    pub time_zone: Tz,
    /// BCP 47 language tag such as `en-GB`.
    pub locale: String,
    /// Whether the contact agreed to be mailed, and whether mail arrives.
    pub mail: Mail,
    /// Feedback requests so far.
    #[serde(default)]
    pub ask: AskState,
    /// When the contact was added.
    pub created_at: DateTime<Utc>,
    /// Grows by one with every write; the contact's `ETag`.
    pub version: u64,
}

impl Contact {
    /// Whether any mail may go to the contact.
    pub fn mailable(&self) -> bool {
        self.mail.state == MailState::Ok
    }
}

/// What somebody wants a new contact to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// The caller's own id, if any.
    pub id: Option<RecordId>,
    /// Full name.
    pub name: Redacted<String>,
    /// Address.
    pub email: EmailAddress,
    /// Role; [`Role::Other`] when not given.
    pub role: Role,
    /// Time zone; UTC when not given.
    pub time_zone: Tz,
    /// Language tag; `en` when not given.
    pub locale: String,
    /// Mail state; [`MailState::Ok`] when not given.
    pub mail_state: MailState,
}

impl NewContact {
    /// Reads the API's `{id?, name, email, role?, time_zone?, locale?, mail?: {state}}`.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let id = fields.optional("id");
        let name = fields.required::<Line<200>>("name");
        let email = fields.required("email");
        let role = fields.optional("role").unwrap_or(Role::Other);
        let time_zone = fields.optional("time_zone").unwrap_or(Zone(Tz::UTC)).0;
        let locale = fields.optional::<Locale>("locale").map_or_else(|| "en".to_owned(), |locale| locale.0);
        let mail_state = fields.optional::<MailField>("mail").map_or(MailState::Ok, |mail| mail.0);
        let contact = name.zip(email).map(|(Line(name), email)| Self {
            id,
            name: name.into(),
            email,
            role,
            time_zone,
            locale,
            mail_state,
        });
        fields.finish(contact)
    }

    /// The contact, made at `now` under `id`.
    pub fn create(self, id: RecordId, now: DateTime<Utc>) -> Contact {
        Contact {
            id,
            name: self.name,
            email: self.email,
            role: self.role,
            time_zone: self.time_zone,
            locale: self.locale,
            mail: Mail { state: self.mail_state, since: (self.mail_state != MailState::Ok).then_some(now) },
            ask: AskState::default(),
            created_at: now,
            version: 1,
        }
    }
}

/// A change of a contact: what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactChange {
    name: Option<Redacted<String>>,
    email: Option<EmailAddress>,
    role: Option<Role>,
    time_zone: Option<Tz>,
    locale: Option<String>,
    mail_state: Option<MailState>,
}

impl ContactChange {
    /// Reads the API's partial contact.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let change = Self {
            name: fields.optional::<Line<200>>("name").map(|line| line.0.into()),
            email: fields.optional("email"),
            role: fields.optional("role"),
            time_zone: fields.optional::<Zone>("time_zone").map(|zone| zone.0),
            locale: fields.optional::<Locale>("locale").map(|locale| locale.0),
            mail_state: fields.optional::<MailField>("mail").map(|mail| mail.0),
        };
        fields.finish(Some(change))
    }

    /// Whether it says that mail may be sent: somebody noted that the contact agreed.
    pub fn allows_mail(&self) -> bool {
        self.mail_state == Some(MailState::Ok)
    }

    /// The contact after the change at `now`; the same contact when nothing differs.
    pub fn apply(self, contact: &Contact, now: DateTime<Utc>) -> Contact {
        let mut changed = contact.clone();
        if let Some(name) = self.name {
            changed.name = name;
        }
        if let Some(email) = self.email {
            changed.email = email;
        }
        if let Some(role) = self.role {
            changed.role = role;
        }
        if let Some(time_zone) = self.time_zone {
            changed.time_zone = time_zone;
        }
        if let Some(locale) = self.locale {
            changed.locale = locale;
        }
        if let Some(state) = self.mail_state.filter(|state| *state != contact.mail.state) {
            changed.mail = Mail { state, since: Some(now) };
        }
        if changed != *contact {
            changed.version += 1;
        }
        changed
    }
}

/// An IANA time zone name.
struct Zone(Tz);

impl FromField for Zone {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_str()
            .and_then(|name| name.parse().ok())
            .map(Zone)
            .ok_or_else(|| "must be an IANA time zone such as Europe/Berlin".to_owned())
    }
}

/// A language tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale(pub String);

impl FromField for Locale {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_str()
            .filter(|tag| {
                (2..=35).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
            .map(|tag| Self(tag.to_owned()))
            .ok_or_else(|| "must be a language tag such as en-GB".to_owned())
    }
}

/// `{ "state": "ok" }`.
struct MailField(MailState);

impl FromField for MailField {
    fn from_field(value: &Value) -> Result<Self, String> {
        let state = value.get("state").ok_or("must be an object with a state")?;
        MailState::from_field(state).map(Self).map_err(|detail| format!("state {detail}"))
    }
}
