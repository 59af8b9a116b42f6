//! What was known about a customer at a past day, from the records of today.
//!
//! A team that imports its past has outcomes at once and a score history in months. So where no history was stored, what was
//! known is measured again from the records, as of that day. Only what carries a date can be placed in time; what does not says what
//! is true today, perhaps *because* of the outcome. It is left out, for every customer alike:
//!
//! - the profile (seats, ARR, renewal date): churn sets seats to 0, a renewal moves the date;
//! - how far a goal is, how likely an opportunity is, whether a ticket was escalated;
//! - the team's own measures, of which the newest value alone is kept: whether an older one is there depends on what came later.
//!
//! A record counts from its own date, also when it was sent later. A ticket's severity is taken to be what it was when it was opened.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::customer::{Customer, Profile};
use crate::happiness::Answer;
use crate::health_status::{StatusChange, StatusRecord};
use crate::measure::{HappinessInput, Inputs, MeasureValues, Resolved, measure_all};
use crate::settings::Settings;
use crate::signal::{Goal, Interaction, Message, Opportunity, Survey, Ticket};
use crate::usage::UsageDay;

/// Measures of what carries no date, which are not reconstructed; nor is any `custom.<name>`.
pub const UNDATED: [&str; 7] = [
    "usage.seats_in_use_ratio",
    "team.days_to_renewal",
    "team.goal_progress_ratio",
    "team.renewal_likelihood",
    "team.expansion_pipeline_ratio",
    "tickets.opened_30d_per_10_seats",
    "tickets.escalations_90d",
];

/// Days of usage that measures look at, and a day for the moment between two.
const USAGE_DAYS: i64 = 57;

/// Everything that is stored about a customer today.
#[derive(Debug, Clone, Copy)]
pub struct Records<'a> {
    /// The customer; of its profile nothing is used.
    pub customer: &'a Customer,
    /// The team's settings of today.
    pub settings: &'a Settings,
    /// All changes of the Health Status, oldest first.
    pub status_changes: &'a [StatusChange],
    /// All usage that is kept, oldest first.
    pub usage: &'a [UsageDay],
    /// All interactions.
    pub interactions: &'a [Interaction],
    /// All tickets.
    pub tickets: &'a [Ticket],
    /// All survey answers.
    pub surveys: &'a [Survey],
    /// All goals.
    pub goals: &'a [Goal],
    /// All opportunities.
    pub opportunities: &'a [Opportunity],
    /// All messages.
    pub messages: &'a [Message],
    /// Every revision of every answer to a feedback request.
    pub answers: &'a [Answer],
}

/// A customer's past, to be measured at any day.
#[derive(Debug, Clone)]
pub struct Reconstruction<'a> {
    records: Records<'a>,
    customer: Customer,
    opportunities: Vec<Opportunity>,
    usage_kept_from: NaiveDate,
}

impl<'a> Reconstruction<'a> {
    /// From a customer's records; usage is kept since `usage_kept_from`.
    pub fn new(records: Records<'a>, usage_kept_from: NaiveDate) -> Self {
        let customer = Customer { profile: Profile::blank(), status: None, ..records.customer.clone() };
        let undated = |opportunity: &Opportunity| Opportunity { likelihood: None, ..opportunity.clone() };
        let opportunities = records.opportunities.iter().map(undated).collect();
        Self { records, customer, opportunities, usage_kept_from }
    }

    /// What was known at `at`. `None` for days whose usage is no longer kept: what is gone would look like silence.
    pub fn at(&self, at: DateTime<Utc>) -> Option<MeasureValues> {
        let oldest = at.checked_sub_signed(Duration::days(USAGE_DAYS))?.date_naive();
        if oldest < self.usage_kept_from {
            return None;
        }
        let Records { settings, status_changes, usage, answers, .. } = self.records;
        let status = status_changes.iter().rev().find(|change| change.at <= at);
        let customer = Customer { status: status.map(StatusRecord::from), ..self.customer.clone() };
        let seen = usage.partition_point(|day| day.day <= at.date_naive());
        let usage = usage.get(..seen).unwrap_or_default();
        let answers: Vec<Answer> = answers.iter().filter(|answer| answer.at <= at).cloned().collect();
        let mut measures = measure_all(&Inputs {
            usage,
            last_used_on: usage.last().map(|day| day.day),
            interactions: self.records.interactions,
            tickets: self.records.tickets,
            surveys: self.records.surveys,
            goals: self.records.goals,
            opportunities: &self.opportunities,
            messages: self.records.messages,
            happiness: HappinessInput::at(&answers, settings, at),
            answers: &answers,
            ..Inputs::new(at, &customer, settings)
        });
        for measure in UNDATED.iter().filter_map(|id| Resolved::find(id)) {
            measures.set(measure, None);
        }
        Some(measures)
    }
}
