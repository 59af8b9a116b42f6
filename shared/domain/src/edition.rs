//! Versions of the documents that a team writes: scorecards and automations. Each is kept to the letter, comments and all.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::EmailAddress;
use crate::measure::Name;
use crate::problem::Problems;

/// Largest document, in bytes: an item holds 400 KB, and 200 rules with comments are a tenth of this.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

crate::words! {
    /// How the text of a document is written.
    pub enum TextFormat {
        /// JSON.
        Json = "json",
        /// YAML, which may have comments.
        Yaml = "yaml",
    }
}

impl TextFormat {
    /// The document that a text stands for, not yet checked; or why it stands for none. A YAML key that is there twice is refused.
    pub fn read(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| format!("The body is not valid JSON: {error}.")),
            Self::Yaml => serde_saphyr::from_str(text).map_err(|error| format!("The body is not valid YAML: {error}.")),
        }
    }
}

/// One version of a document, as somebody set it. It never changes and is never deleted: the past points to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// The document's id.
    pub id: Name,
    /// Counts up from 1.
    pub version: u64,
    /// How `text` is written.
    pub format: TextFormat,
    /// The document to the letter, comments and all.
    pub text: String,
    /// Who set it; `None` for one that Keepwell ships.
    pub set_by: Option<EmailAddress>,
    /// When; `None` for one that Keepwell ships.
    pub set_at: Option<DateTime<Utc>>,
}

impl Edition {
    /// Version 1 of a document that Keepwell ships.
    pub fn of_shipped(id: &str, text: &str) -> Self {
        let (id, text) = (Name::from(id), text.to_owned());
        Self { id, version: 1, format: TextFormat::Yaml, text, set_by: None, set_at: None }
    }

    /// What the text stands for, not checked again.
    pub fn value(&self) -> Result<Value, Problems> {
        self.format.read(&self.text).map_err(|detail| Problems::one("", detail))
    }

    /// Whether setting `text` would say nothing new: the same text, or JSON for the same document (`is_same`), in which no comment
    /// can be.
    pub fn says(&self, format: TextFormat, text: &str, is_same: impl FnOnce() -> bool) -> bool {
        (self.format == format && self.text == text) || (format == TextFormat::Json && is_same())
    }
}
