//! The portfolio in numbers: how it moved, which parts of it differ, what moved it, what is at stake.
//!
//! Everything here is arithmetic over customers that somebody else read. Each number says how many customers it rests on, and every
//! mean and share has an interval ([`interval`]).
//!
//! | module | question |
//! |---|---|
//! | [`trend`] | how did scores, bands and happiness go, week by week? |
//! | [`segments`] | do the parts of the portfolio differ? |
//! | [`movement`] | who went from which band to which? |
//! | [`drivers`] | which rules took and gave the most points? |
//! | [`renewals`] | what renews when, and how does it stand? |
//! | [`responses`] | of those who were asked, how many answered? |
//! | [`cohorts`] | of those who started together, who stayed, and how do they stand? |

pub mod cohorts;
pub mod drivers;
pub mod interval;
pub mod movement;
pub mod renewals;
pub mod responses;
pub mod segments;
pub mod trend;

use crate::customer::{Customer, as_text};
use crate::health_status::HealthStatus;
use crate::id::EmailAddress;

/// Which customers are looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scope {
    /// Those of this owner.
    pub owner: Option<EmailAddress>,
    /// Those with these values of these attributes.
    pub segment: Vec<(String, String)>,
}

impl Scope {
    /// Whether the customer is among them.
    pub fn has(&self, customer: &Customer) -> bool {
        let owned = self.owner.as_ref().is_none_or(|owner| {
            customer.profile.owner.as_ref().is_some_and(|actual| actual.normalised() == owner.normalised())
        });
        owned && self.segment.iter().all(|(attribute, value)| segments_of(customer, attribute).contains(value))
    }
}

/// A customer's values of an attribute: one or none, and any number of tags (`tag`).
pub fn segments_of(customer: &Customer, attribute: &str) -> Vec<String> {
    let profile = &customer.profile;
    let one = |value: &Option<String>| value.iter().cloned().collect();
    match attribute {
        "owner" => profile.owner.iter().map(|owner| owner.as_str().to_owned()).collect(),
        "plan" => one(&profile.plan),
        "industry" => one(&profile.industry),
        "country" => one(&profile.country),
        "size" => one(&profile.size),
        "stage" => one(&profile.stage),
        "tag" => profile.tags.iter().cloned().collect(),
        other => profile.attributes.get(other).map(as_text).into_iter().collect(),
    }
}

/// How a customer stood at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StoodAt {
    /// Its score, 0-100; `None` = unknown.
    pub score: Option<f64>,
    /// The word for it.
    pub band: Option<HealthStatus>,
    /// Its happiness, 0-100; `None` = unknown.
    pub happiness: Option<f64>,
    /// Whether it had left.
    pub churned: bool,
}

impl StoodAt {
    /// How it stands now.
    pub fn now(customer: &Customer) -> Self {
        let standing = &customer.standing;
        let (score, band, happiness) = (standing.score, standing.band, standing.happiness);
        Self { score, band, happiness, churned: customer.churned }
    }
}
