//! List rows, column by column. Times are kept to the millisecond.

use std::borrow::Cow;
use std::vec::IntoIter;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::file::{Reader, Writer};
use super::{Row, SnapshotError, damaged};
use crate::customer::{Customer, Profile, Standing};
use crate::due::Awaited;
use crate::happiness::HappinessLevel;
use crate::health_status::{HealthStatus, StatusRecord};
use crate::id::{CustomerId, EmailAddress};
use crate::insight::Insight;
use crate::signal::LastSignals;

/// Reads [`write()`]. A field of a customer that has no column does not compile here: give it one and count [`super::FORMAT`] up.
pub(super) fn read(file: &Reader<'_>) -> Result<Vec<Row>, SnapshotError> {
    let owned = |text: &str| Some(text.to_owned());
    let email = |text: &str| EmailAddress::parse(text).ok();
    let mut id = file.texts("id", |text| CustomerId::parse(text).ok())?;
    let mut revision = file.whole("revision")?;
    let mut name = file.texts("name", owned)?;
    let mut owner = file.words("owner", email)?;
    let mut arr_cents = file.whole("arr_cents")?;
    let mut currency = file.words("currency", owned)?;
    let mut seats = file.whole("seats")?;
    let mut renewal_on = file.whole("renewal_on")?;
    let mut customer_since = file.whole("customer_since")?;
    let mut plan = file.words("plan", owned)?;
    let mut industry = file.words("industry", owned)?;
    let mut country = file.words("country", owned)?;
    let mut size = file.words("size", owned)?;
    let mut stage = file.words("stage", owned)?;
    let mut tags = file.words("tags", json)?;
    let mut attributes = file.words("attributes", json)?;
    let mut request_feedback = file.whole("request_feedback")?;
    let mut feedback_interval_days = file.whole("feedback_interval_days")?;
    let mut automations_paused = file.whole("automations_paused")?;
    let mut status = file.words("status", HealthStatus::parse)?;
    let mut status_reason = file.texts("status_reason", owned)?;
    let mut status_set_by = file.words("status_set_by", email)?;
    let mut status_set_at = file.whole("status_set_at")?;
    let mut manual_override = file.words("manual_override", json)?;
    let mut score = file.numbers("score")?;
    let mut band = file.words("band", HealthStatus::parse)?;
    let mut coverage = file.numbers("coverage")?;
    let mut score_change = file.numbers("score_change")?;
    let mut happiness = file.numbers("happiness")?;
    let mut happiness_level = file.words("happiness_level", HappinessLevel::parse)?;
    let mut answers = file.whole("answers")?;
    let mut insight = file.words("insight", Insight::parse)?;
    let mut last_drop_at = file.whole("last_drop_at")?;
    let mut last_score_drop_at = file.whole("last_score_drop_at")?;
    let mut disagrees = file.whole("disagrees")?;
    let mut stale_reported_for = file.whole("stale_reported_for")?;
    let mut oldest_input_days = file.numbers("oldest_input_days")?;
    let mut computed_at = file.whole("computed_at")?;
    let mut feedback_due_at = file.whole("feedback_due_at")?;
    let mut churned = file.whole("churned")?;
    let mut has_last_signals = file.whole("has_last_signals")?;
    let mut met_at = file.whole("met_at")?;
    let mut ticket_at = file.whole("ticket_at")?;
    let mut outcome = file.words("outcome", json)?;
    let mut awaited = file.texts("awaited", |text| Awaited::try_from(text.to_owned()).ok())?;
    let mut created_at = file.whole("created_at")?;
    let mut updated_at = file.whole("updated_at")?;
    let mut version = file.whole("version")?;
    let mut event_seq = file.whole("event_seq")?;
    let mut rows = Vec::with_capacity(file.customers());
    for _ in 0..file.customers() {
        let profile = Profile {
            name: must(&mut name, "name")?,
            owner: next(&mut owner),
            arr_cents: next(&mut arr_cents),
            currency: must(&mut currency, "currency")?,
            seats: small(&mut seats, "seats")?,
            renewal_on: day(&mut renewal_on, "renewal_on")?,
            customer_since: day(&mut customer_since, "customer_since")?,
            plan: next(&mut plan),
            industry: next(&mut industry),
            country: next(&mut country),
            size: next(&mut size),
            stage: next(&mut stage),
            tags: next(&mut tags).unwrap_or_default(),
            attributes: next(&mut attributes).unwrap_or_default(),
            request_feedback: flag(&mut request_feedback),
            feedback_interval_days: small(&mut feedback_interval_days, "feedback_interval_days")?,
            automations_paused: flag(&mut automations_paused),
        };
        let reason = next(&mut status_reason);
        let set_by = next(&mut status_set_by);
        let set_at = time(&mut status_set_at, "status_set_at")?;
        let status = match (next(&mut status), reason, set_by, set_at) {
            (Some(status), Some(reason), Some(set_by), Some(set_at)) => {
                Some(StatusRecord { status, reason, set_by, set_at })
            }
            (None, None, None, None) => None,
            _ => return Err(damaged("a Health Status is not whole")),
        };
        let standing = Standing {
            score: next(&mut score),
            band: next(&mut band),
            coverage: must(&mut coverage, "coverage")?,
            score_change: next(&mut score_change),
            happiness: next(&mut happiness),
            happiness_level: next(&mut happiness_level),
            answers: must_be_small(&mut answers, "answers")?,
            insight: must(&mut insight, "insight")?,
            last_drop_at: time(&mut last_drop_at, "last_drop_at")?,
            last_score_drop_at: time(&mut last_score_drop_at, "last_score_drop_at")?,
            disagrees: flag(&mut disagrees),
            stale_reported_for: time(&mut stale_reported_for, "stale_reported_for")?,
            oldest_input_days: next(&mut oldest_input_days),
            computed_at: time(&mut computed_at, "computed_at")?,
        };
        let last_signals = LastSignals {
            met_at: time(&mut met_at, "met_at")?,
            ticket_at: time(&mut ticket_at, "ticket_at")?,
            outcome: next(&mut outcome),
        };
        let customer = Customer {
            id: must(&mut id, "id")?,
            profile,
            status,
            manual_override: next(&mut manual_override),
            standing,
            feedback_due_at: time(&mut feedback_due_at, "feedback_due_at")?,
            churned: flag(&mut churned),
            last_signals: flag(&mut has_last_signals).then_some(last_signals),
            awaited: next(&mut awaited),
            created_at: must_be_time(&mut created_at, "created_at")?,
            updated_at: must_be_time(&mut updated_at, "updated_at")?,
            version: count(&mut version, "version")?,
            event_seq: count(&mut event_seq, "event_seq")?,
        };
        rows.push(Row { customer, revision: count(&mut revision, "revision")? });
    }
    Ok(rows)
}

/// Writes every field of every row.
pub(super) fn write(rows: &[Row], file: &mut Writer) -> Result<(), SnapshotError> {
    let customers = || rows.iter().map(|row| &row.customer);
    let profiles = || customers().map(|customer| &customer.profile);
    let standings = || customers().map(|customer| &customer.standing);
    let statuses = || customers().map(|customer| customer.status.as_ref());
    let last = || customers().map(|customer| customer.last_signals.as_ref());
    file.texts("id", customers().map(|it| text(it.id.as_str())))?;
    file.whole("revision", rows.iter().map(|row| whole(row.revision)));
    file.texts("name", profiles().map(|it| text(&it.name)))?;
    file.words("owner", profiles().map(|it| it.owner.as_ref().and_then(|owner| text(owner.as_str()))))?;
    file.whole("arr_cents", profiles().map(|it| it.arr_cents));
    file.words("currency", profiles().map(|it| text(&it.currency)))?;
    file.whole("seats", profiles().map(|it| it.seats.map(i64::from)));
    let days = |day: Option<NaiveDate>| day.map(|day| i64::from(day.num_days_from_ce()));
    file.whole("renewal_on", profiles().map(|it| days(it.renewal_on)));
    file.whole("customer_since", profiles().map(|it| days(it.customer_since)));
    file.words("plan", profiles().map(|it| it.plan.as_deref().and_then(text)))?;
    file.words("industry", profiles().map(|it| it.industry.as_deref().and_then(text)))?;
    file.words("country", profiles().map(|it| it.country.as_deref().and_then(text)))?;
    file.words("size", profiles().map(|it| it.size.as_deref().and_then(text)))?;
    file.words("stage", profiles().map(|it| it.stage.as_deref().and_then(text)))?;
    file.words("tags", jsons(profiles().map(|it| Some(&it.tags).filter(|tags| !tags.is_empty())))?)?;
    file.words("attributes", jsons(profiles().map(|it| Some(&it.attributes).filter(|map| !map.is_empty())))?)?;
    file.whole("request_feedback", profiles().map(|it| Some(i64::from(it.request_feedback))));
    file.whole("feedback_interval_days", profiles().map(|it| it.feedback_interval_days.map(i64::from)));
    file.whole("automations_paused", profiles().map(|it| Some(i64::from(it.automations_paused))));
    file.words("status", statuses().map(|it| it.and_then(|it| text(it.status.as_str()))))?;
    file.texts("status_reason", statuses().map(|it| it.and_then(|it| text(&it.reason))))?;
    file.words("status_set_by", statuses().map(|it| it.and_then(|it| text(it.set_by.as_str()))))?;
    file.whole("status_set_at", statuses().map(|it| millis(it.map(|it| it.set_at))));
    file.words("manual_override", jsons(customers().map(|it| it.manual_override.as_ref()))?)?;
    file.numbers("score", standings().map(|it| it.score));
    file.words("band", standings().map(|it| it.band.and_then(|band| text(band.as_str()))))?;
    file.numbers("coverage", standings().map(|it| Some(it.coverage)));
    file.numbers("score_change", standings().map(|it| it.score_change));
    file.numbers("happiness", standings().map(|it| it.happiness));
    file.words("happiness_level", standings().map(|it| it.happiness_level.and_then(|level| text(level.as_str()))))?;
    file.whole("answers", standings().map(|it| Some(i64::from(it.answers))));
    file.words("insight", standings().map(|it| text(it.insight.as_str())))?;
    file.whole("last_drop_at", standings().map(|it| millis(it.last_drop_at)));
    file.whole("last_score_drop_at", standings().map(|it| millis(it.last_score_drop_at)));
    file.whole("disagrees", standings().map(|it| Some(i64::from(it.disagrees))));
    file.whole("stale_reported_for", standings().map(|it| millis(it.stale_reported_for)));
    file.numbers("oldest_input_days", standings().map(|it| it.oldest_input_days));
    file.whole("computed_at", standings().map(|it| millis(it.computed_at)));
    file.whole("feedback_due_at", customers().map(|it| millis(it.feedback_due_at)));
    file.whole("churned", customers().map(|it| Some(i64::from(it.churned))));
    file.whole("has_last_signals", last().map(|it| Some(i64::from(it.is_some()))));
    file.whole("met_at", last().map(|it| millis(it.and_then(|it| it.met_at))));
    file.whole("ticket_at", last().map(|it| millis(it.and_then(|it| it.ticket_at))));
    file.words("outcome", jsons(last().map(|it| it.and_then(|it| it.outcome.as_ref())))?)?;
    file.texts("awaited", customers().map(|it| it.awaited.clone().map(|awaited| Cow::Owned(awaited.into()))))?;
    file.whole("created_at", customers().map(|it| millis(Some(it.created_at))));
    file.whole("updated_at", customers().map(|it| millis(Some(it.updated_at))));
    file.whole("version", customers().map(|it| whole(it.version)));
    file.whole("event_seq", customers().map(|it| whole(it.event_seq)));
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "a column's entry is there or not; this one is")]
fn text(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

fn whole(number: u64) -> Option<i64> {
    i64::try_from(number).ok()
}

fn millis(at: Option<DateTime<Utc>>) -> Option<i64> {
    at.map(|at| at.timestamp_millis())
}

/// Values without a column of their own kind, as JSON.
fn jsons<'a, T: Serialize + 'a>(
    values: impl Iterator<Item = Option<&'a T>>,
) -> Result<impl Iterator<Item = Option<Cow<'a, str>>>, SnapshotError> {
    let texts: Result<Vec<_>, _> =
        values.map(|value| value.map(|value| serde_json::to_string(value).map(Cow::Owned)).transpose()).collect();
    texts.map(Vec::into_iter).map_err(|error| SnapshotError::Unwritable { what: error.to_string() })
}

fn json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

/// The next entry. Columns are as long as there are customers.
fn next<T>(column: &mut IntoIter<Option<T>>) -> Option<T> {
    column.next().flatten()
}

fn must<T>(column: &mut IntoIter<Option<T>>, name: &str) -> Result<T, SnapshotError> {
    next(column).ok_or_else(|| damaged(format!("a customer has no {name}")))
}

fn flag(column: &mut IntoIter<Option<i64>>) -> bool {
    next(column) == Some(1)
}

fn small(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<Option<u32>, SnapshotError> {
    let number = next(column).map(u32::try_from).transpose();
    number.map_err(|_| damaged(format!("a customer has an impossible {name}")))
}

fn must_be_small(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<u32, SnapshotError> {
    small(column, name)?.ok_or_else(|| damaged(format!("a customer has no {name}")))
}

fn count(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<u64, SnapshotError> {
    u64::try_from(must(column, name)?).map_err(|_| damaged(format!("a customer has an impossible {name}")))
}

fn time(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<Option<DateTime<Utc>>, SnapshotError> {
    let impossible = || damaged(format!("a customer has an impossible {name}"));
    next(column).map(|millis| DateTime::from_timestamp_millis(millis).ok_or_else(impossible)).transpose()
}

fn must_be_time(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<DateTime<Utc>, SnapshotError> {
    time(column, name)?.ok_or_else(|| damaged(format!("a customer has no {name}")))
}

fn day(column: &mut IntoIter<Option<i64>>, name: &str) -> Result<Option<NaiveDate>, SnapshotError> {
    let impossible = || damaged(format!("a customer has an impossible {name}"));
    let day = |day: i64| i32::try_from(day).ok().and_then(NaiveDate::from_num_days_from_ce_opt).ok_or_else(impossible);
    next(column).map(day).transpose()
}
