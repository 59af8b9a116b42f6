//! How a customer looks from outside.

use chrono::{DateTime, Utc};
use keepwell_domain::customer::Customer;
use keepwell_domain::health_status::StatusRecord;
use serde_json::{Value, json};

/// A customer as the API shows it: profile, status and standing side by side.
pub(crate) fn customer(customer: &Customer, now: DateTime<Utc>) -> Value {
    let profile = &customer.profile;
    let standing = &customer.standing;
    let status = customer.status.as_ref();
    json!({
        "id": customer.id,
        "name": profile.name,
        "owner": profile.owner,
        "arr_cents": profile.arr_cents,
        "currency": profile.currency,
        "seats": profile.seats,
        "renewal_on": profile.renewal_on,
        "plan": profile.plan,
        "industry": profile.industry,
        "country": profile.country,
        "size": profile.size,
        "stage": profile.stage,
        "tags": profile.tags,
        "attributes": profile.attributes,
        "request_feedback": profile.request_feedback,
        "feedback_interval_days": profile.feedback_interval_days,
        "automations_paused": profile.automations_paused,
        "status": status.map(|record| record.status),
        "status_reason": status.map(|record| &record.reason),
        "status_set_by": status.map(|record| &record.set_by),
        "status_set_at": status.map(|record| record.set_at),
        "status_stale_from": status.map(StatusRecord::stale_from),
        "status_stale": status.is_some_and(|record| record.is_stale(now)),
        "score": standing.score,
        "band": standing.band,
        "suggested_status": standing.suggested_status(),
        "disagrees": standing.disagrees,
        "manual_override": customer.manual_override,
        "coverage": standing.coverage,
        "oldest_input_days": standing.oldest_input_days,
        "score_change": standing.score_change,
        "happiness": standing.happiness,
        "happiness_level": standing.happiness_level,
        "answers": standing.answers,
        "insight": customer.insight_at(now),
        "last_contact_at": customer.last_signals.as_ref().and_then(|last| last.met_at),
        "at_risk": customer.is_at_risk(),
        "churned": customer.churned,
        "computed_at": standing.computed_at,
        "created_at": customer.created_at,
        "updated_at": customer.updated_at,
        "version": customer.version,
    })
}

/// Whether a cursor is a sort key under `prefix`: any other would be refused by the table. A sort key has at most 1,024 bytes.
pub(crate) fn sort_key(prefix: &'static str) -> impl Fn(&str) -> bool {
    move |place| place.starts_with(prefix) && place.len() <= 1024
}

/// A page of a list.
pub(crate) fn page(items: &[Value], next: Option<&str>) -> Value {
    json!({ "items": items, "next_cursor": next.map(keepwell_aws::http::query::cursor) })
}
