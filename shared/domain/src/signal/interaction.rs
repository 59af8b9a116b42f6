//! Meetings, calls, mails and notes of the CSM.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, Line, Text, Whole};
use crate::id::{EmailAddress, RecordId};
use crate::problem::Problems;
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
    /// Who of the team it was, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<EmailAddress>,
    /// Sentiment of the notes, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
}

crate::debug_only!(Interaction { id, contact, kind, at });

/// What happened, whoever tells of it.
struct What {
    contact: Option<RecordId>,
    kind: InteractionKind,
    at: DateTime<Utc>,
    quality: Option<u8>,
    outcome: Option<u8>,
    notes: String,
}

impl What {
    fn read(fields: &mut Fields<'_>, at: impl FnOnce(&mut Fields<'_>) -> Option<DateTime<Utc>>) -> Option<Self> {
        let contact = fields.optional("contact");
        let kind = fields.required("kind");
        let at = at(fields);
        let quality = fields.optional::<Whole<1, 5>>("quality").map(|number| number.0 as u8);
        let outcome = fields.optional::<Whole<1, 5>>("outcome").map(|number| number.0 as u8);
        let notes = fields.optional::<Text<20_000>>("notes").map_or_else(String::new, |text| text.0);
        let (kind, at) = kind.zip(at)?;
        Some(Self { contact, kind, at, quality, outcome, notes })
    }

    fn told(self, id: RecordId, participants: Vec<String>, by: Option<EmailAddress>) -> Interaction {
        let Self { contact, kind, at, quality, outcome, notes } = self;
        let sentiment = compound(&notes);
        Interaction { id, contact, kind, at, quality, outcome, participants, notes, by, sentiment }
    }
}

impl Interaction {
    /// Reads the API's interaction without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let what = What::read(fields, |fields| fields.required("at"));
        let participants = fields.optional::<Vec<Line<200>>>("participants").unwrap_or_default();
        if participants.len() > MAX_PARTICIPANTS {
            fields.problem("participants", format!("must have at most {MAX_PARTICIPANTS} items"));
        }
        let by = fields.optional("by");
        let participants = participants.into_iter().map(|line| line.0).collect();
        Some(what?.told(id?, participants, by))
    }

    /// Reads what a person logs, `{kind, at?, contact?, quality?, outcome?, notes?}`: it gets the given `id`, and is of `now` where they do
    /// not say when it was.
    pub fn parse_logged(value: &Value, id: RecordId, by: EmailAddress, now: DateTime<Utc>) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let what = What::read(&mut fields, |fields| fields.optional("at").or(Some(now)));
        fields.finish(what.map(|what| what.told(id, Vec::new(), Some(by))))
    }
}
