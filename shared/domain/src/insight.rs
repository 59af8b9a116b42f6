//! Insight: what the combination of Health Status and Happiness Level means, and the next step.

use chrono::{DateTime, Utc};

use crate::health_status::StatusRecord;
use crate::settings::Settings;

crate::words! {
    /// The cell of Health Status x Happiness Level in which a customer stands.
    #[derive(Default, schemars::JsonSchema)]
    pub enum Insight {
        /// High status, high happiness: ideal for a case study, a referral, an upsell.
        Advocate = "advocate",
        /// High status, low happiness: product issues despite a healthy business.
        ProductIssues = "product_issues",
        /// Low status, high happiness: satisfied with the product, business in trouble.
        BusinessTrouble = "business_trouble",
        /// Low status, low happiness: urgent, churn risk.
        ChurnRisk = "churn_risk",
        /// The Health Status is too old to be relied on.
        Stale = "stale",
        /// Status or happiness is not known.
        #[default]
        Unknown = "unknown",
    }
}

impl Insight {
    /// The cell's name, as people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Advocate => "Advocate",
            Self::ProductIssues => "Product issues",
            Self::BusinessTrouble => "Business in trouble",
            Self::ChurnRisk => "Churn risk",
            Self::Stale => "Status out of date",
            Self::Unknown => "Not known yet",
        }
    }

    /// What it means, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Advocate => {
                "The business is healthy and the contacts are happy: ideal for a case study, a referral or an upsell."
            }
            Self::ProductIssues => "The business is healthy but the contacts are not happy with the product.",
            Self::BusinessTrouble => "The contacts are happy with the product but the business is in trouble.",
            Self::ChurnRisk => "The business is in trouble and the contacts are not happy: the customer may leave.",
            Self::Stale => "The Health Status is too old to be relied on.",
            Self::Unknown => "There is no Health Status, or no contact has answered in the last 90 days.",
        }
    }

    /// What to do next, in one sentence.
    pub const fn next_step(self) -> &'static str {
        match self {
            Self::Advocate => "Ask for a case study or a referral, at most once in 180 days, or offer an upgrade.",
            Self::ProductIssues => "Hold a product review call.",
            Self::BusinessTrouble => "Offer help and check the contract.",
            Self::ChurnRisk => "Act today: the owner and the manager are told at once.",
            Self::Stale => "Set the Health Status again.",
            Self::Unknown => "Set a Health Status and switch on feedback requests.",
        }
    }
}

/// The cell in which a customer stands at `now`.
///
/// A stale status comes before an unknown happiness: the owner can put it right at once.
pub fn insight(
    status: Option<&StatusRecord>,
    happiness: Option<f64>,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Insight {
    let Some(record) = status else {
        return Insight::Unknown;
    };
    if record.is_stale(now) {
        return Insight::Stale;
    }
    let Some(happiness) = happiness else {
        return Insight::Unknown;
    };
    // Health Status is declared from best to worst.
    let high_status = record.status <= settings.high_status;
    match (high_status, happiness >= settings.high_happiness) {
        (true, true) => Insight::Advocate,
        (true, false) => Insight::ProductIssues,
        (false, true) => Insight::BusinessTrouble,
        (false, false) => Insight::ChurnRisk,
    }
}
