//! Meetings, calls, mails and notes of the CSM.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Line, Text, Whole};
use crate::id::RecordId;
use crate::sentiment::compound;

/// Most people of one interaction.
const MAX_PARTICIPANTS: usize = 100;

crate::words! {
    /// How the CSM met the customer.
    #[derive(schemars::JsonSchema)]
    pub enum InteractionKind {
        /// A meeting.
        Meeting = "meeting",
        /// A call.
        Call = "call",
        /// A mail.
        Email = "email",
        /// A note.
        Note = "note",
        /// Anything else.
        Other = "other",
    }
}

/// A meeting, call, mail or note.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// The sender's id.
    pub id: RecordId,
    /// With whom, if known.
    pub contact: Option<RecordId>,
    /// How.
    pub kind: InteractionKind,
    /// When.
    pub at: DateTime<Utc>,
    /// How good the conversation was, 1-5.
    pub quality: Option<u8>,
    /// How good its result was, 1-5.
    pub outcome: Option<u8>,
    /// Who took part, as the sender names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<String>,
    /// Notes.
    pub notes: String,
    /// Sentiment of the notes, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
}

crate::debug_only!(Interaction { id, contact, kind, at });

impl Interaction {
    /// Reads the API's interaction without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let contact = fields.optional("contact");
        let kind = fields.required("kind");
        let at = fields.required("at");
        let quality = fields.optional::<Whole<1, 5>>("quality").map(|number| number.0 as u8);
        let outcome = fields.optional::<Whole<1, 5>>("outcome").map(|number| number.0 as u8);
        let notes = fields.optional::<Text<20_000>>("notes").map_or_else(String::new, |text| text.0);
        let participants = fields.optional::<Vec<Line<200>>>("participants").unwrap_or_default();
        if participants.len() > MAX_PARTICIPANTS {
            fields.problem("participants", format!("must have at most {MAX_PARTICIPANTS} items"));
        }
        let ((id, kind), at) = id.zip(kind).zip(at)?;
        let participants = participants.into_iter().map(|line| line.0).collect();
        let sentiment = compound(&notes);
        Some(Self { id, contact, kind, at, quality, outcome, participants, notes, sentiment })
    }
}
