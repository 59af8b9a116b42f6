//! Ids and addresses: checked once, at the edge.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::FromField;
use crate::redacted::REDACTED;

/// A customer's id: the caller's own account id, 1 to 64 characters of `A-Z a-z 0-9 _ . : -`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerId(String);

impl CustomerId {
    /// Reads an id, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be 1 to 64 characters of A-Z a-z 0-9 _ . : -".to_owned())
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CustomerId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<CustomerId> for String {
    fn from(id: CustomerId) -> Self {
        id.0
    }
}

impl FromField for CustomerId {
    fn from_field(value: &Value) -> Result<Self, String> {
        Self::parse(value.as_str().ok_or("must be a text")?)
    }
}

impl JsonSchema for CustomerId {
    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$" })
    }
}

/// The id of a record below a customer (contact, ticket, survey ...): the caller's own, with the alphabet of [`CustomerId`].
pub type RecordId = CustomerId;

/// A mail address with the domain in lower case. It has no `Display`, and `Debug` shows `[redacted]`: it does not reach a
/// log by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address: one `@`, a dot in the domain, printable ASCII without spaces, quotes, brackets or commas, at most 254 characters.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be an e-mail address such as ana@example.com".to_owned();
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
        let clean = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'()<>,;:\\[]@".contains(&byte))
        };
        let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
        if text.len() > 254 || local.len() > 64 || !clean(local) || !clean(domain) || !dotted {
            return Err(wrong());
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two spellings of one mailbox are equal: all lower case.
    pub fn normalised(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl FromField for EmailAddress {
    fn from_field(value: &Value) -> Result<Self, String> {
        Self::parse(value.as_str().ok_or("must be a text")?)
    }
}

impl JsonSchema for EmailAddress {
    fn schema_name() -> Cow<'static, str> {
        "EmailAddress".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "email", "maxLength": 254 })
    }
}

/// A prefixed, time-ordered id such as `tsk_01J…`. The unique part (a ULID) comes from the caller.
pub fn prefixed(prefix: &str, unique: &str) -> String {
    format!("{prefix}_{}", unique.to_ascii_lowercase())
}
