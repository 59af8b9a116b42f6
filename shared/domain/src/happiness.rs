//! Happiness Level: satisfaction with the product, from the contacts' own answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::contact::Role;
use crate::id::RecordId;

crate::words! {
    /// The four words: a contact's answer, and the level of a customer. Declared from best to worst.
    pub enum HappinessLevel {
        /// Very Happy.
        VeryHappy = "very_happy",
        /// Happy.
        Happy = "happy",
        /// Neutral.
        Neutral = "neutral",
        /// Not Happy.
        NotHappy = "not_happy",
    }
}

impl HappinessLevel {
    /// The words as people read them.
    pub const fn title(self) -> &'static str {
        match self {
            Self::VeryHappy => "Very Happy",
            Self::Happy => "Happy",
            Self::Neutral => "Neutral",
            Self::NotHappy => "Not Happy",
        }
    }
}

crate::words! {
    /// How happiness dropped.
    pub enum DropKind {
        /// Ten points or more within seven days.
        Points = "points",
        /// One word down twice in a row.
        Words = "words",
    }
}

/// One contact's answer to one request; a changed answer is a new revision of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The request that was answered.
    pub request: String,
    /// 1 for the first answer to the request, then counting up. The highest counts.
    pub revision: u32,
    /// Who answered.
    pub contact: RecordId,
    /// The contact's role when answering.
    pub role: Role,
    /// The answer.
    pub rating: HappinessLevel,
    /// What the contact wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}
