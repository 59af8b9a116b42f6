//! Renewals and expansions that are being sold.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::fields::{Fields, Line, Whole};
use crate::id::RecordId;

crate::words! {
    /// What is being sold.
    #[derive(schemars::JsonSchema)]
    pub enum OpportunityKind {
        /// The contract again.
        Renewal = "renewal",
        /// More than the contract.
        Expansion = "expansion",
    }
}

crate::words! {
    /// How it ended.
    #[derive(schemars::JsonSchema)]
    pub enum OpportunityOutcome {
        /// The customer signed.
        Won = "won",
        /// The customer did not.
        Lost = "lost",
    }
}

/// A renewal or an expansion that is being sold, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opportunity {
    /// The sender's id.
    pub id: RecordId,
    /// Which.
    pub kind: OpportunityKind,
    /// Its value a year, in hundredths of the customer's currency.
    pub amount_cents: i64,
    /// How likely it is won, 0-100 per cent; `None` = nobody said.
    pub likelihood: Option<u8>,
    /// The stage, in the team's own words.
    pub stage: Option<String>,
    /// When it closes, or closed.
    pub closes_on: NaiveDate,
    /// How it ended; open when `None`.
    pub outcome: Option<OpportunityOutcome>,
}

impl Opportunity {
    /// Reads the API's opportunity without its customer.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let id = fields.required("id");
        let kind = fields.required("kind");
        let amount_cents = fields.required::<Whole<0, 100_000_000_000_000>>("amount_cents");
        let likelihood = fields.optional::<Whole<0, 100>>("likelihood").map(|number| number.0 as u8);
        let stage = fields.optional::<Line<120>>("stage").map(|line| line.0);
        let closes_on = fields.required("closes_on");
        let outcome = fields.optional("outcome");
        let ((id, kind), (Whole(amount_cents), closes_on)) = id.zip(kind).zip(amount_cents.zip(closes_on))?;
        Some(Self { id, kind, amount_cents, likelihood, stage, closes_on, outcome })
    }

    /// Whether it was decided by `today`. One that is decided early counts from its day, as everything that is dated does.
    pub fn is_decided_on(&self, today: NaiveDate) -> bool {
        self.outcome.is_some() && self.closes_on <= today
    }
}
