//! Written messages of a customer's people: mails, chats, forum posts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Text};
use crate::id::RecordId;
use crate::sentiment::compound;

/// Something that a customer wrote.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The sender's id.
    pub id: RecordId,
    /// Who wrote it, if known.
    pub contact: Option<RecordId>,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub text: String,
    /// Sentiment of the text, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
}

crate::debug_only!(Message { id, contact, at });

impl Message {
    /// Reads the API's message without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let contact = fields.optional("contact");
        let at = fields.required("at");
        let text = fields.required::<Text<20_000>>("text");
        let ((id, at), Text(text)) = id.zip(at).zip(text)?;
        let sentiment = compound(&text);
        Some(Self { id, contact, at, text, sentiment })
    }
}
