//! What is being sold to a customer, or was: renewals and expansions.

use chrono::{Duration, NaiveDate};
use keepwell_domain::signal::OpportunityOutcome::{Lost, Won};
use keepwell_domain::signal::{Opportunity, OpportunityKind, OpportunityOutcome, OutcomeKind};

use super::draft::Draft;

/// The team writes an opportunity down so many days before it closes.
pub(super) const AHEAD_DAYS: i64 = 180;

impl Draft {
    /// The renewals, as they ended, and the next one at `likelihood` per cent once the team has written it down.
    pub(super) fn renewals(&mut self, likelihood: u8) {
        for outcome in self.customer.outcomes.clone() {
            let (before, ended) = match outcome.kind {
                OutcomeKind::Renewed => (80, Won),
                OutcomeKind::Churned => (60, Lost),
            };
            self.opportunity(OpportunityKind::Renewal, outcome.on, 1.0, before, Some(ended));
        }
        let soon = (self.now + Duration::days(AHEAD_DAYS)).date_naive();
        if let Some(on) = self.customer.profile.renewal_on.filter(|on| *on <= soon) {
            self.opportunity(OpportunityKind::Renewal, on, 1.0, likelihood, None);
        }
    }

    /// An expansion by `share` of the ARR that is still open and closes in `closes_in` days.
    pub(super) fn expansion(&mut self, closes_in: i64, share: f64, likelihood: u8) {
        let on = self.day(-closes_in);
        self.opportunity(OpportunityKind::Expansion, on, share, likelihood, None);
    }

    /// An expansion by `share` of the ARR that was won or lost `days_ago`.
    pub(super) fn expansion_ended(&mut self, days_ago: i64, share: f64, outcome: OpportunityOutcome) {
        let on = self.day(days_ago);
        self.opportunity(OpportunityKind::Expansion, on, share, 50, Some(outcome));
    }

    fn opportunity(
        &mut self,
        kind: OpportunityKind,
        closes_on: NaiveDate,
        share: f64,
        likelihood: u8,
        outcome: Option<OpportunityOutcome>,
    ) {
        let stage = match (outcome, likelihood) {
            (Some(Won), _) => "Signed",
            (Some(Lost), _) => "Declined",
            (None, 75..) => "Verbal yes",
            (None, 40..) => "Offer sent",
            (None, _) => "First talks",
        };
        let arr_dollars = self.customer.profile.arr_cents.unwrap_or_default() / 100;
        let opportunity = Opportunity {
            id: self.record("op", self.customer.opportunities.len() + 1),
            kind,
            amount_cents: (arr_dollars as f64 * share).round() as i64 * 100,
            likelihood: Some(likelihood),
            stage: Some(stage.to_owned()),
            closes_on,
            outcome,
        };
        self.customer.opportunities.push(opportunity);
    }
}
