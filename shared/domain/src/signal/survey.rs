//! Survey answers that other systems collected.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Text};
use crate::id::RecordId;
use crate::sentiment::compound;

crate::words! {
    /// What a survey asks.
    #[derive(schemars::JsonSchema)]
    pub enum SurveyKind {
        /// Net Promoter Score, 0-10.
        Nps = "nps",
        /// Customer satisfaction, usually 1-5.
        Csat = "csat",
        /// Customer effort, usually 1-7.
        Ces = "ces",
        /// Any other scale.
        Custom = "custom",
    }
}

/// A survey answer that another system collected.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The sender's id.
    pub id: RecordId,
    /// Who answered, if known.
    pub contact: Option<RecordId>,
    /// What was asked.
    pub kind: SurveyKind,
    /// Worst answer of the scale.
    pub scale_min: f64,
    /// Best answer of the scale.
    pub scale_max: f64,
    /// The answer.
    pub value: f64,
    /// What the customer wrote.
    pub comment: Option<String>,
    /// Sentiment of the comment, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
    /// When.
    pub at: DateTime<Utc>,
}

crate::debug_only!(Survey { id, contact, kind, value, at });

impl Survey {
    /// Reads the API's survey answer without its customer. The scale has a default for NPS (0-10), CSAT (1-5) and CES (1-7).
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let contact = fields.optional("contact");
        let kind = fields.required("kind");
        let (default_min, default_max) = match kind {
            Some(SurveyKind::Nps) => (Some(0.0), Some(10.0)),
            Some(SurveyKind::Csat) => (Some(1.0), Some(5.0)),
            Some(SurveyKind::Ces) => (Some(1.0), Some(7.0)),
            _ => (None, None),
        };
        let scale_min = fields.optional("scale_min").or(default_min);
        let scale_max = fields.optional("scale_max").or(default_max);
        let value: Option<f64> = fields.required("value");
        let comment = fields.optional::<Text<5000>>("comment").map(|text| text.0);
        let at = fields.required("at");
        if kind == Some(SurveyKind::Custom) && scale_min.zip(scale_max).is_none() {
            fields.problem("scale_min", "and scale_max are required for a custom survey");
        }
        if let Some((min, max)) = scale_min.zip(scale_max) {
            if min >= max {
                fields.problem("scale_max", "must be above scale_min");
            } else if value.is_some_and(|value| !(min..=max).contains(&value)) {
                fields.problem("value", format!("must be from {min} to {max}"));
            }
        }
        let ((id, kind), ((value, at), (scale_min, scale_max))) =
            id.zip(kind).zip(value.zip(at).zip(scale_min.zip(scale_max)))?;
        let sentiment = comment.as_deref().and_then(compound);
        Some(Self { id, contact, kind, scale_min, scale_max, value, comment, sentiment, at })
    }
}
