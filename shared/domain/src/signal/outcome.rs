//! Churns and renewals.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Text};
use crate::id::RecordId;

crate::words! {
    /// How a contract ended.
    #[derive(schemars::JsonSchema)]
    pub enum OutcomeKind {
        /// The customer left.
        Churned = "churned",
        /// The customer stayed.
        Renewed = "renewed",
    }
}

/// A churn or a renewal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The sender's id.
    pub id: RecordId,
    /// Which.
    pub kind: OutcomeKind,
    /// When.
    pub on: NaiveDate,
    /// Why.
    pub reason: Option<String>,
}

crate::debug_only!(Outcome { id, kind, on });

impl Outcome {
    /// Reads the API's outcome without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let kind = fields.required("kind");
        let on = fields.required("on");
        let reason = fields.optional::<Text<1000>>("reason").map(|text| text.0);
        let ((id, kind), on) = id.zip(kind).zip(on)?;
        Some(Self { id, kind, on, reason })
    }
}
