//! Endpoints: where automations send to. Documents name them by id, so that no secret is ever in a document.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::signature::Secret;
use super::target::{TargetUrl, Targets};
use crate::fields::{Fields, FromField, Line};
use crate::id::EmailAddress;
use crate::problem::Problems;

/// The id of an endpoint: lower-case words with hyphens, of at most 60 characters, as documents write it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointId(String);

impl EndpointId {
    /// Reads an id, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 60 && text.split('-').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be lower-case words with hyphens, such as cs-channel, of at most 60 characters".to_owned())
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EndpointId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<EndpointId> for String {
    fn from(id: EndpointId) -> Self {
        id.0
    }
}

impl FromField for EndpointId {
    fn from_field(value: &Value) -> Result<Self, String> {
        Self::parse(value.as_str().ok_or("must be a text")?)
    }
}

crate::words! {
    /// What an endpoint understands.
    #[derive(schemars::JsonSchema)]
    pub enum EndpointKind {
        /// A signed webhook.
        Webhook = "webhook",
        /// An incoming webhook of Slack.
        Slack = "slack",
    }
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// By which documents name it.
    pub id: EndpointId,
    /// What it is for, in the words of who made it.
    pub name: String,
    /// Where requests go.
    pub url: TargetUrl,
    /// What it understands, and what that needs.
    #[serde(flatten)]
    pub channel: Channel,
    /// Whether it is used.
    #[serde(flatten)]
    pub state: EndpointState,
    /// Who made it.
    pub created_by: EmailAddress,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Grows with every change; the `ETag`.
    pub version: u64,
}

/// What an endpoint understands, and what that needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Channel {
    /// A signed webhook.
    Webhook {
        /// By which it knows that a request is ours.
        secret: Secret,
    },
    /// An incoming webhook of Slack: its URL is the secret.
    Slack,
}

/// Whether an endpoint is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EndpointState {
    /// What is for it is sent.
    On,
    /// What is for it is skipped, because a person wants it so.
    Off,
    /// What is for it is skipped, because the receiver answered 410.
    Disabled {
        /// Since when.
        disabled_at: DateTime<Utc>,
    },
}

crate::words! {
    /// What a person can make of an endpoint's state.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "EndpointSwitch")]
    pub enum Switch {
        /// Used.
        On = "on",
        /// Not used.
        Off = "off",
    }
}

/// An endpoint that somebody wants to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEndpoint {
    /// Its id.
    pub id: EndpointId,
    /// What it understands.
    pub kind: EndpointKind,
    /// What it is for.
    pub name: String,
    /// Where requests go.
    pub url: TargetUrl,
}

impl NewEndpoint {
    /// Reads the API's `{id, kind, name, url}`; `name` is the id when absent.
    pub fn parse(value: &Value, targets: Targets) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let id = fields.required::<EndpointId>("id");
        let kind = fields.required::<EndpointKind>("kind");
        let name = fields.optional::<Line<100>>("name").map(|line| line.0);
        if fields.raw("url").is_none() {
            fields.problem("url", "is required");
        }
        let url = fields.nested("url", |value, pointer| read_url(value, pointer, targets));
        let new = match (id, kind, url) {
            (Some(id), Some(kind), Some(url)) => {
                let name = name.unwrap_or_else(|| id.to_string());
                Some(Self { id, kind, name, url })
            }
            _ => None,
        };
        fields.finish(new)
    }

    /// The endpoint, switched on. `secret` is fresh; only a signed webhook needs it.
    pub fn create(self, secret: Secret, created_by: EmailAddress, now: DateTime<Utc>) -> Endpoint {
        let channel = match self.kind {
            EndpointKind::Webhook => Channel::Webhook { secret },
            EndpointKind::Slack => Channel::Slack,
        };
        Endpoint {
            id: self.id,
            name: self.name,
            url: self.url,
            channel,
            state: EndpointState::On,
            created_by,
            created_at: now,
            version: 1,
        }
    }
}

/// What somebody wants to change about an endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointChange {
    name: Option<String>,
    url: Option<TargetUrl>,
    switch: Option<Switch>,
}

impl EndpointChange {
    /// Reads the API's `{name, url, state}`; what is absent stays as it is.
    pub fn parse(value: &Value, targets: Targets) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let name = fields.optional::<Line<100>>("name").map(|line| line.0);
        let url = fields.nested("url", |value, pointer| read_url(value, pointer, targets));
        let switch = fields.optional::<Switch>("state");
        fields.finish(Some(Self { name, url, switch }))
    }

    /// The endpoint after the change; the same one when nothing changes.
    pub fn apply(self, endpoint: &Endpoint) -> Endpoint {
        let state = match self.switch {
            None => endpoint.state,
            Some(Switch::On) => EndpointState::On,
            Some(Switch::Off) => EndpointState::Off,
        };
        let changed = Endpoint {
            name: self.name.unwrap_or_else(|| endpoint.name.clone()),
            url: self.url.unwrap_or_else(|| endpoint.url.clone()),
            state,
            ..endpoint.clone()
        };
        if changed == *endpoint { changed } else { Endpoint { version: endpoint.version + 1, ..changed } }
    }
}

impl Endpoint {
    /// What it understands.
    pub const fn kind(&self) -> EndpointKind {
        match self.channel {
            Channel::Webhook { .. } => EndpointKind::Webhook,
            Channel::Slack => EndpointKind::Slack,
        }
    }

    /// The URL as people may see it: one of Slack's lets everybody write into the channel.
    pub fn shown_url(&self) -> String {
        match self.channel {
            Channel::Webhook { .. } => self.url.reveal().to_owned(),
            Channel::Slack => self.url.shown(),
        }
    }

    /// Why something of that kind is not sent to it; `None` when it is.
    pub fn refuses(&self, kind: EndpointKind) -> Option<&'static str> {
        match self.state {
            EndpointState::Off => Some("the endpoint is off"),
            EndpointState::Disabled { .. } => Some("the endpoint is disabled: its receiver answered 410"),
            EndpointState::On => self.misunderstands(kind),
        }
    }

    /// Why it can make nothing of that kind, whether it is on or not; `None` when it can.
    pub fn misunderstands(&self, kind: EndpointKind) -> Option<&'static str> {
        match (kind, self.kind()) {
            (EndpointKind::Webhook, EndpointKind::Slack) => Some("the endpoint is one of Slack and takes no webhooks"),
            (EndpointKind::Slack, EndpointKind::Webhook) => {
                Some("the endpoint takes webhooks and no messages to Slack")
            }
            (EndpointKind::Webhook, EndpointKind::Webhook) | (EndpointKind::Slack, EndpointKind::Slack) => None,
        }
    }

    /// The endpoint after its receiver answered 410; the same one when it is off or disabled already.
    #[must_use]
    pub fn disabled(&self, now: DateTime<Utc>) -> Self {
        match self.state {
            EndpointState::On => {
                let state = EndpointState::Disabled { disabled_at: now };
                Self { state, version: self.version + 1, ..self.clone() }
            }
            EndpointState::Off | EndpointState::Disabled { .. } => self.clone(),
        }
    }
}

impl EndpointState {
    /// The state's word in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Disabled { .. } => "disabled",
        }
    }
}

fn read_url(value: &Value, pointer: &str, targets: Targets) -> Result<TargetUrl, Problems> {
    let text = value.as_str().ok_or_else(|| Problems::one(pointer, "must be a text"))?;
    TargetUrl::parse(text, targets).map_err(|detail| Problems::one(pointer, detail))
}
