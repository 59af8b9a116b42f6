//! Which customers the list has.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use keepwell_aws::http::QueryParams;
use keepwell_domain::analytics::segments_of;
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::Insight;

/// Most ids that a question names: what an address has room for.
const MOST_IDS: usize = 100;

/// What customers must be like. What is not asked for does not matter.
#[derive(Debug, Default)]
pub(super) struct Filter {
    ids: Option<BTreeSet<CustomerId>>,
    q: Option<String>,
    owner: Option<EmailAddress>,
    status: Option<HealthStatus>,
    stale: bool,
    disagrees: bool,
    band: Option<HealthStatus>,
    happiness: Option<HappinessLevel>,
    insight: Option<Insight>,
    churned: Option<bool>,
    at_risk: bool,
    renewal_before: Option<NaiveDate>,
    no_contact_days: Option<usize>,
    score_change_below: Option<f64>,
    segment: Vec<(String, String)>,
}

impl Filter {
    /// Reads what the query asks for.
    pub(super) fn read(query: &mut QueryParams) -> Self {
        Self {
            ids: ids(query),
            q: query.text("q").map(|text| text.to_lowercase()),
            owner: query.get("owner"),
            status: query.get("status"),
            stale: query.flag("stale"),
            disagrees: query.flag("disagrees"),
            band: query.get("band"),
            happiness: query.get("happiness"),
            insight: query.get("insight"),
            churned: query.either("churned"),
            at_risk: query.flag("at_risk"),
            renewal_before: query.get("renewal_before"),
            no_contact_days: query.whole("no_contact_days", 1, 3_650),
            score_change_below: score_change_below(query),
            segment: query.prefixed("segment."),
        }
    }

    /// Whether the customer is among those that are asked for.
    pub(super) fn matches(&self, customer: &Customer, now: DateTime<Utc>) -> bool {
        let stale = customer.status.as_ref().is_some_and(|record| record.is_stale(now));
        let is = |wanted: Option<HealthStatus>, actual: Option<HealthStatus>| wanted.is_none() || wanted == actual;
        let named = self.q.as_ref().is_none_or(|q| {
            customer.profile.name.to_lowercase().contains(q) || customer.id.as_str().to_lowercase().contains(q)
        });
        let owned = self.owner.as_ref().is_none_or(|owner| {
            customer.profile.owner.as_ref().is_some_and(|actual| actual.normalised() == owner.normalised())
        });
        self.ids.as_ref().is_none_or(|ids| ids.contains(&customer.id))
            && named
            && owned
            && is(self.status, customer.status.as_ref().map(|record| record.status))
            && is(self.band, customer.standing.band)
            && (!self.stale || stale)
            && (!self.disagrees || customer.standing.disagrees)
            && (self.happiness.is_none() || self.happiness == customer.standing.happiness_level)
            && self.insight.is_none_or(|insight| insight == customer.insight_at(now))
            && self.churned.is_none_or(|churned| churned == customer.churned)
            && (!self.at_risk || customer.is_at_risk())
            && self.renewal_before.is_none_or(|day| renews_before(customer, day))
            && self.no_contact_days.is_none_or(|days| is_silent(customer, days, now))
            && self.score_change_below.is_none_or(|bound| customer.standing.score_change.is_some_and(|it| it < bound))
            && self.segment.iter().all(|(attribute, value)| segments_of(customer, attribute).contains(value))
    }
}

/// Ids with commas between.
fn ids(query: &mut QueryParams) -> Option<BTreeSet<CustomerId>> {
    let text = query.text("ids")?;
    let ids: Result<BTreeSet<_>, String> = text.split(',').map(CustomerId::parse).collect();
    match ids {
        Ok(ids) if ids.len() <= MOST_IDS => return Some(ids),
        Ok(_) => query.problem("ids", format!("must be at most {MOST_IDS} ids")),
        Err(detail) => query.problem("ids", format!("must be ids with commas between: each {detail}")),
    }
    None
}

/// A change of the score, in points.
fn score_change_below(query: &mut QueryParams) -> Option<f64> {
    let bound = query.text("score_change_below")?.parse::<f64>().ok().filter(|bound| (-100.0..=100.0).contains(bound));
    if bound.is_none() {
        query.problem("score_change_below", "must be a number from -100 to 100");
    }
    bound
}

/// Whether the customer renews before that day; who has left does not renew.
fn renews_before(customer: &Customer, day: NaiveDate) -> bool {
    !customer.churned && customer.profile.renewal_on.is_some_and(|on| on < day)
}

/// Whether nobody met the customer for so many days, or ever.
fn is_silent(customer: &Customer, days: usize, now: DateTime<Utc>) -> bool {
    let since = now - Duration::days(i64::try_from(days).unwrap_or(i64::MAX / 86_400_000));
    !customer.churned && customer.last_met_at().is_none_or(|met_at| met_at < since)
}
