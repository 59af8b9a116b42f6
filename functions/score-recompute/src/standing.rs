//! From records to standing: computed purely, then written with its events in one transaction.

use chrono::{DateTime, Duration, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::CommitError;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_domain::customer::{Customer, Standing};
use keepwell_domain::event::Fact;
use keepwell_domain::happiness::{HappinessDrop, reading_at, sudden_drop};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::insight::{Insight, insight};
use keepwell_domain::measure::{HappinessInput, Inputs, MeasureValues, measure_all};
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::history::{ScoreDrop, ScorePoint, Snapshot, score_drop};
use keepwell_domain::settings::{DropBounds, Settings};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};

use crate::inputs::{CHANGE_DAYS, Records};

/// What the records add up to.
pub(crate) struct Computed {
    snapshot: Snapshot,
    standing: Standing,
    happiness_dropped: Option<HappinessDrop>,
    score_dropped: Option<ScoreDrop>,
    became_stale: Option<(HealthStatus, DateTime<Utc>)>,
}

impl Computed {
    /// What was measured.
    pub(crate) fn measures(&self) -> &MeasureValues {
        &self.snapshot.measures
    }
}

/// Computes score and standing at `now`.
pub(crate) fn compute(records: &Records, settings: &Settings, scorecard: &Compiled, now: DateTime<Utc>) -> Computed {
    let customer = &records.customer.value;
    let before = &customer.standing;
    let reading = reading_at(&records.signals.answers, settings, now);
    let signals = &records.signals;
    let last = customer.last_signals.as_ref();
    let measures = measure_all(&Inputs {
        usage: &records.usage,
        last_used_on: records.last_used_on,
        interactions: &signals.interactions,
        last_met_at: last.and_then(|last| last.met_at),
        tickets: &signals.tickets,
        last_ticket_at: last.and_then(|last| last.ticket_at),
        surveys: &signals.surveys,
        goals: &signals.goals,
        opportunities: &signals.opportunities,
        messages: &signals.messages,
        answers: &signals.answers,
        happiness: HappinessInput::at(&signals.answers, settings, now),
        custom_measures: &signals.custom_measures,
        ..Inputs::new(now, customer, settings)
    });
    let manual_override = customer.manual_override.as_ref().filter(|manual| manual.acts_at(now));
    let score = scorecard.score(&measures, manual_override, now);
    let point = ScorePoint::new(&score, manual_override.cloned());

    let happiness_dropped =
        sudden_drop(&records.signals.answers, settings, before.last_drop_at, now).filter(|_| !customer.churned);
    let DropBounds { points, days } = settings.score_drop;
    let score_dropped =
        score_drop(&records.points, &point, points, days, before.last_score_drop_at).filter(|_| !customer.churned);
    let became_stale = became_stale(customer, now);
    let mut standing = Standing {
        score: score.value,
        band: score.band,
        coverage: score.coverage,
        score_change: change(&records.points, score.value, now),
        happiness: reading.value,
        happiness_level: reading.level,
        answers: reading.answers,
        // Who has left is no advocate and no risk any more.
        insight: if customer.churned {
            Insight::Unknown
        } else {
            insight(customer.status.as_ref(), reading.value, settings, now)
        },
        last_drop_at: if happiness_dropped.is_some() { Some(now) } else { before.last_drop_at },
        last_score_drop_at: if score_dropped.is_some() { Some(now) } else { before.last_score_drop_at },
        disagrees: false,
        stale_reported_for: became_stale.map(|(_, set_at)| set_at).or(before.stale_reported_for),
        oldest_input_days: score.oldest_input_days,
        computed_at: Some(now),
    };
    standing.disagrees = customer.disagreement(&standing, now).is_some();
    Computed { snapshot: Snapshot { point, measures }, standing, happiness_dropped, score_dropped, became_stale }
}

/// The status that became stale and was not reported yet.
fn became_stale(customer: &Customer, now: DateTime<Utc>) -> Option<(HealthStatus, DateTime<Utc>)> {
    let record = customer.status.as_ref().filter(|record| record.is_stale(now) && !customer.churned)?;
    (customer.standing.stale_reported_for != Some(record.set_at)).then_some((record.status, record.set_at))
}

/// The score now minus the score a week ago; `None` while either is unknown.
fn change(points: &[ScorePoint], now_value: Option<f64>, now: DateTime<Utc>) -> Option<f64> {
    let then = points.iter().rev().find(|point| point.at <= now - Duration::days(CHANGE_DAYS))?;
    Some(now_value? - then.value?)
}

/// Writes what changed, if anything did.
pub(crate) async fn write(
    cloud: &Cloud,
    records: Records,
    computed: Computed,
    settings: &Settings,
    cause: Cause,
    now: DateTime<Utc>,
) -> Result<(), CommitError> {
    let Computed { snapshot, standing, happiness_dropped, score_dropped, became_stale } = computed;
    let before = records.customer.value.standing.clone();
    let is_news = records.points.last().is_none_or(|last| snapshot.point.is_news_after(last));
    let expired = records.customer.value.manual_override.clone().filter(|manual| manual.expires_at <= now);
    let unchanged =
        Standing { computed_at: before.computed_at, oldest_input_days: before.oldest_input_days, ..standing.clone() }
            == before;
    if unchanged && !is_news && expired.is_none() && !records.customer_is_news && before.computed_at.is_some() {
        return Ok(());
    }

    let mut change = CustomerChange::of(records.customer, cause, now);
    if is_news {
        change.snapshot(&snapshot)?;
    }
    if let Some(expired) = expired {
        change.customer.set_manual_override(None, now);
        change.publish(Fact::ScoreOverrideExpired {});
        change.timeline(&expired.timeline_entry("expired", expired.expires_at));
    }
    if let Some((status, set_at)) = became_stale {
        change.publish(Fact::HealthStatusBecameStale { status, set_at });
    }
    if let Some(HappinessDrop { kind, from, to }) = happiness_dropped {
        change.publish(Fact::HappinessDropped { kind, from, to });
    }
    if let Some(ScoreDrop { from, to }) = score_dropped {
        change.publish(Fact::ScoreDropped { from, to, days: settings.score_drop.days });
    }
    if let Some((status, band)) = change.customer.disagreement(&standing, now).filter(|_| !before.disagrees) {
        change.publish(Fact::HealthStatusDisagreed { status, band });
    }
    for fact in changes(&before, &standing) {
        change.publish(fact);
    }
    if before.band != standing.band && before.computed_at.is_some() {
        change.timeline(&band_entry(before.band, &standing, now));
    }
    change.customer.standing = standing;
    change.commit(cloud).await?;
    Ok(())
}

fn changes(before: &Standing, after: &Standing) -> Vec<Fact> {
    let mut facts = Vec::new();
    if before.happiness_level != after.happiness_level {
        facts.push(Fact::HappinessChanged { from: before.happiness_level, to: after.happiness_level });
    }
    if before.score != after.score {
        facts.push(Fact::ScoreChanged { from: before.score, to: after.score });
    }
    if before.band != after.band {
        facts.push(Fact::BandChanged { from: before.band, to: after.band });
    }
    if before.insight != after.insight {
        facts.push(Fact::InsightChanged { from: before.insight, to: after.insight });
    }
    facts
}

fn band_entry(from: Option<HealthStatus>, after: &Standing, now: DateTime<Utc>) -> TimelineEntry {
    let word = |band: Option<HealthStatus>| band.map_or("unknown", HealthStatus::title);
    let score = after.score.map_or_else(|| "unknown".to_owned(), |score| format!("{score:.1}"));
    TimelineEntry {
        at: now,
        kind: TimelineKind::Score,
        record: "band".to_owned(),
        title: format!("Health Score {} → {}", word(from), word(after.band)),
        detail: format!("The score is {score}."),
    }
}
