//! From records to standing: computed purely, then written with its events in one transaction.

use chrono::{DateTime, Duration, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_aws::store::scores::{ScorePoint, latest_score_record, score_point_record};
use keepwell_aws::store::{CommitError, Expect};
use keepwell_domain::customer::{Customer, Standing};
use keepwell_domain::event::Fact;
use keepwell_domain::happiness::{HappinessDrop, change_since, reading_at, sudden_drop};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::insight::{Insight, insight};
use keepwell_domain::measure::{HappinessInput, Inputs, measure_all};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::settings::Settings;
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};

use crate::inputs::Records;

/// A point is kept at least this often, even when nothing changes.
const ANCHOR: Duration = Duration::days(7);

/// The window of a score's change.
const CHANGE_WINDOW: Duration = Duration::days(7);

/// What the records add up to.
pub(crate) struct Computed {
    score: Score,
    standing: Standing,
    dropped: Option<HappinessDrop>,
    became_stale: Option<(HealthStatus, DateTime<Utc>)>,
}

/// Computes score and standing at `now`.
pub(crate) fn compute(records: &Records, settings: &Settings, scorecard: &Compiled, now: DateTime<Utc>) -> Computed {
    let customer = &records.customer.value;
    let before = &customer.standing;
    let reading = reading_at(&records.signals.answers, settings, now);
    let happiness = reading.value.zip(reading.level).zip(reading.newest_at).map(|((value, level), newest_at)| {
        let change_30d = change_since(&records.signals.answers, settings, now - Duration::days(30), now);
        HappinessInput { value, level, newest_at, change_30d }
    });
    let values = measure_all(&Inputs {
        usage: &records.usage,
        last_used_on: records.last_used_on,
        interactions: &records.signals.interactions,
        tickets: &records.signals.tickets,
        surveys: &records.signals.surveys,
        goals: &records.signals.goals,
        happiness,
        ..Inputs::new(now, customer)
    });
    let score = scorecard.evaluate(&values, now);

    let dropped =
        sudden_drop(&records.signals.answers, settings, before.last_drop_at, now).filter(|_| !customer.churned);
    let became_stale = became_stale(customer, now);
    let standing = Standing {
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
        last_drop_at: if dropped.is_some() { Some(now) } else { before.last_drop_at },
        stale_reported_for: became_stale.map(|(_, set_at)| set_at).or(before.stale_reported_for),
        oldest_input_days: score.oldest_input_days,
        computed_at: Some(now),
    };
    Computed { score, standing, dropped, became_stale }
}

/// The status that became stale and was not reported yet.
fn became_stale(customer: &Customer, now: DateTime<Utc>) -> Option<(HealthStatus, DateTime<Utc>)> {
    let record = customer.status.as_ref().filter(|record| record.is_stale(now) && !customer.churned)?;
    (customer.standing.stale_reported_for != Some(record.set_at)).then_some((record.status, record.set_at))
}

/// The score now minus the score a week ago; `None` while either is unknown.
fn change(points: &[ScorePoint], now_value: Option<f64>, now: DateTime<Utc>) -> Option<f64> {
    let then = points.iter().rev().find(|point| point.at <= now - CHANGE_WINDOW)?;
    Some(now_value? - then.value?)
}

/// Writes what changed, if anything did.
pub(crate) async fn write(
    cloud: &Cloud,
    records: Records,
    computed: Computed,
    cause: Cause,
    now: DateTime<Utc>,
) -> Result<(), CommitError> {
    let Computed { score, standing, dropped, became_stale } = computed;
    let before = records.customer.value.standing.clone();
    let point = point(&records, &score, now);
    let unchanged =
        Standing { computed_at: before.computed_at, oldest_input_days: before.oldest_input_days, ..standing.clone() }
            == before;
    if unchanged && point.is_none() && !records.churn_is_news && before.computed_at.is_some() {
        return Ok(());
    }

    let mut change = CustomerChange::of(records.customer, cause, now);
    let id = change.customer.id.clone();
    change.put(latest_score_record(&id, &score), Expect::Anything);
    if let Some(point) = point {
        change.put(score_point_record(&id, &point), Expect::Anything);
    }
    if let Some((status, set_at)) = became_stale {
        change.publish(Fact::HealthStatusBecameStale { status, set_at });
    }
    if let Some(HappinessDrop { kind, from, to }) = dropped {
        change.publish(Fact::HappinessDropped { kind, from, to });
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

/// A history point when the value changed, and one a week.
fn point(records: &Records, score: &Score, now: DateTime<Utc>) -> Option<ScorePoint> {
    let last = records.points.last();
    let same = last.is_some_and(|last| last.value == score.value && now < last.at + ANCHOR);
    (!same).then(|| ScorePoint {
        at: now,
        value: score.value,
        band: score.band,
        scorecard: format!("{}@{}", score.scorecard.id.as_str(), score.scorecard.version.unwrap_or_default()),
    })
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
