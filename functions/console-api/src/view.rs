//! How a customer looks from outside.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_aws::http::Page;
use keepwell_domain::customer::{Customer, attributes};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::Insight;
use keepwell_domain::score::manual_override::ManualOverride;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

/// A customer as the API shows it: profile, status and standing side by side.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Customer")]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own, by a name of the API")]
pub(crate) struct CustomerView<'a> {
    /// Its id: yours, or generated (`cus_…`).
    id: &'a CustomerId,
    /// The company's name.
    name: &'a str,
    /// The CSM who looks after it.
    owner: Option<&'a EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    arr_cents: Option<i64>,
    /// ISO 4217 code.
    currency: &'a str,
    /// Seats paid for.
    seats: Option<u32>,
    /// The next renewal.
    renewal_on: Option<NaiveDate>,
    /// Since when it is a customer; `null` = since Keepwell knows it.
    customer_since: Option<NaiveDate>,
    /// Plan, such as `Enterprise`.
    plan: Option<&'a str>,
    /// Industry.
    industry: Option<&'a str>,
    /// Country.
    country: Option<&'a str>,
    /// Size class, such as `Mid`.
    size: Option<&'a str>,
    /// Lifecycle stage, such as `onboarding`.
    stage: Option<&'a str>,
    /// Free tags.
    tags: &'a BTreeSet<String>,
    /// Free attributes: texts, numbers and booleans.
    #[schemars(schema_with = "free_attributes")]
    attributes: &'a BTreeMap<String, Value>,
    /// Whether its contacts are asked for feedback.
    request_feedback: bool,
    /// Days between two feedback requests to one contact; `null` = as the team's settings say.
    feedback_interval_days: Option<u32>,
    /// Whether no automation acts for it.
    automations_paused: bool,
    /// The Health Status, the CSM's judgement; `null` until somebody sets one.
    status: Option<HealthStatus>,
    /// Why, in the CSM's words.
    status_reason: Option<&'a str>,
    /// Who set the status.
    status_set_by: Option<&'a EmailAddress>,
    /// When the status was set or last confirmed.
    status_set_at: Option<DateTime<Utc>>,
    /// From when on the status is too old to be relied on.
    status_stale_from: Option<DateTime<Utc>>,
    /// Whether the status is too old to be relied on.
    status_stale: bool,
    /// Health Score 0-100, not rounded; `null` = unknown, which is not 0.
    score: Option<f64>,
    /// The score's band.
    band: Option<HealthStatus>,
    /// The Health Status that the score suggests: its band, where enough of the score's weight had data.
    suggested_status: Option<HealthStatus>,
    /// Whether Health Status and band are two words apart or more.
    disagrees: bool,
    /// An override of the score that somebody set by hand.
    manual_override: Option<&'a ManualOverride>,
    /// Share of the scorecard's weight that had data, 0-1.
    coverage: f64,
    /// Age of the oldest data that the score used.
    oldest_input_days: Option<f64>,
    /// Score now minus score seven days ago.
    score_change: Option<f64>,
    /// Mean of the contacts' latest answers, 0-100, not rounded; `null` = nobody answered in the last 90 days.
    happiness: Option<f64>,
    /// The word for `happiness`.
    happiness_level: Option<HappinessLevel>,
    /// Number of contacts whose answer counts.
    answers: u32,
    /// What Health Status and Happiness Level mean together.
    insight: Insight,
    /// When somebody last met the customer; `null` = never, as far as is known.
    last_contact_at: Option<DateTime<Utc>>,
    /// Whether its money is at risk: see `docs/analytics.md`.
    at_risk: bool,
    /// Whether the customer left: its newest outcome is a churn.
    churned: bool,
    /// When score and happiness were computed.
    computed_at: Option<DateTime<Utc>>,
    /// When the customer was created.
    created_at: DateTime<Utc>,
    /// When profile or status last changed.
    updated_at: DateTime<Utc>,
    /// Grows with every change of profile or status; the `ETag`.
    version: u64,
}

fn free_attributes(_: &mut SchemaGenerator) -> Schema {
    attributes()
}

/// How a customer looks at `now`.
pub(crate) fn customer(customer: &Customer, now: DateTime<Utc>) -> CustomerView<'_> {
    let profile = &customer.profile;
    let standing = &customer.standing;
    let status = customer.status.as_ref();
    CustomerView {
        id: &customer.id,
        name: &profile.name,
        owner: profile.owner.as_ref(),
        arr_cents: profile.arr_cents,
        currency: &profile.currency,
        seats: profile.seats,
        renewal_on: profile.renewal_on,
        customer_since: profile.customer_since,
        plan: profile.plan.as_deref(),
        industry: profile.industry.as_deref(),
        country: profile.country.as_deref(),
        size: profile.size.as_deref(),
        stage: profile.stage.as_deref(),
        tags: &profile.tags,
        attributes: &profile.attributes,
        request_feedback: profile.request_feedback,
        feedback_interval_days: profile.feedback_interval_days,
        automations_paused: profile.automations_paused,
        status: status.map(|record| record.status),
        status_reason: status.map(|record| record.reason.as_str()),
        status_set_by: status.map(|record| &record.set_by),
        status_set_at: status.map(|record| record.set_at),
        status_stale_from: status.map(StatusRecord::stale_from),
        status_stale: status.is_some_and(|record| record.is_stale(now)),
        score: standing.score,
        band: standing.band,
        suggested_status: standing.suggested_status(),
        disagrees: standing.disagrees,
        manual_override: customer.manual_override.as_ref(),
        coverage: standing.coverage,
        oldest_input_days: standing.oldest_input_days,
        score_change: standing.score_change,
        happiness: standing.happiness,
        happiness_level: standing.happiness_level,
        answers: standing.answers,
        insight: customer.insight_at(now),
        last_contact_at: customer.last_met_at(),
        at_risk: customer.is_at_risk(),
        churned: customer.churned,
        computed_at: standing.computed_at,
        created_at: customer.created_at,
        updated_at: customer.updated_at,
        version: customer.version,
    }
}

/// Whether a cursor is a sort key under `prefix`: any other would be refused by the table. A sort key has at most 1,024 bytes.
pub(crate) fn sort_key(prefix: &'static str) -> impl Fn(&str) -> bool {
    move |place| place.starts_with(prefix) && place.len() <= 1024
}

/// A page of a list.
pub(crate) fn page<'a, T>(items: &'a [T], next: Option<&str>) -> Page<'a, T> {
    Page::new(items, next)
}
