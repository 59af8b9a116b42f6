//! The history of a score: what was measured each time, so that any past score can be computed again, and explained.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::breakdown::{Score, ScorecardVersion};
use super::evaluate::Compiled;
use super::manual_override::ManualOverride;
use crate::health_status::HealthStatus;
use crate::measure::MeasureValues;

/// A point is kept at least this often, even when nothing changes.
const ANCHOR: Duration = Duration::days(7);

/// A point of the history: written when the score changes, and each week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ScorePoint {
    /// When.
    pub at: DateTime<Utc>,
    /// 0-100 after overrides, not rounded; `None` = unknown.
    pub value: Option<f64>,
    /// 0-100 before overrides.
    pub raw: Option<f64>,
    /// The word for `value`.
    pub band: Option<HealthStatus>,
    /// Share of the scorecard's weight that had fresh data, 0-1.
    pub coverage: f64,
    /// The scorecard that was used.
    pub scorecard: ScorecardVersion,
    /// The override by hand that acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_override: Option<ManualOverride>,
}

impl ScorePoint {
    /// The point of `score`, in which `manual_override` acted.
    pub fn new(score: &Score, manual_override: Option<ManualOverride>) -> Self {
        Self {
            at: score.as_of,
            value: score.value,
            raw: score.raw,
            band: score.band,
            coverage: score.coverage,
            scorecard: score.scorecard.clone(),
            manual_override,
        }
    }

    /// Whether it says something that `last` does not, or `last` is a week old.
    pub fn is_news_after(&self, last: &Self) -> bool {
        self.at >= last.at + ANCHOR
            || (self.value, self.raw, self.band, self.coverage) != (last.value, last.raw, last.band, last.coverage)
            || self.scorecard != last.scorecard
            || self.manual_override != last.manual_override
    }
}

/// What was known at a point of the history, beside which it is stored: from it every part of the score follows again.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The point.
    pub point: ScorePoint,
    /// Everything that was known then.
    pub measures: MeasureValues,
}

impl Snapshot {
    /// The score at `at` by any scorecard, from what was known at this point. Data grows stale in between; nothing else changes.
    pub fn score(&self, scorecard: &Compiled, at: DateTime<Utc>) -> Score {
        scorecard.score(&self.measures, self.point.manual_override.as_ref(), at)
    }
}

crate::words! {
    /// What happened beside a score's history.
    #[derive(schemars::JsonSchema)]
    pub enum AnnotationKind {
        /// The scorecard is another one, or another version.
        ScorecardChanged = "scorecard_changed",
        /// Somebody set an override.
        OverrideSet = "override_set",
        /// Somebody took an override back.
        OverrideRemoved = "override_removed",
        /// An override's time was up.
        OverrideExpired = "override_expired",
        /// A CSM changed or confirmed the Health Status.
        StatusChanged = "status_changed",
    }
}

/// Something that happened beside a score's history.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Annotation {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: AnnotationKind,
    /// One line for people.
    pub title: String,
    /// Why, if somebody said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the history itself tells beside the numbers: changes of scorecard and override from point to point, in order.
/// `before` is the last point before the first of `points`; without one there was no score before.
pub fn annotations(before: Option<&ScorePoint>, points: &[ScorePoint]) -> Vec<Annotation> {
    let befores = std::iter::once(before).chain(points.iter().map(Some));
    befores.zip(points).flat_map(|(before, after)| annotations_of(before, after)).collect()
}

fn annotations_of(before: Option<&ScorePoint>, after: &ScorePoint) -> impl Iterator<Item = Annotation> {
    let scorecard = before.filter(|before| before.scorecard != after.scorecard).map(|before| Annotation {
        at: after.at,
        kind: AnnotationKind::ScorecardChanged,
        title: format!("Scorecard {} → {}", before.scorecard, after.scorecard),
        reason: None,
    });
    let manual = override_annotation(before.and_then(|before| before.manual_override.as_ref()), after);
    scorecard.into_iter().chain(manual)
}

fn override_annotation(before: Option<&ManualOverride>, after: &ScorePoint) -> Option<Annotation> {
    let (at, kind, title, reason) = match (before, &after.manual_override) {
        (None, None) => return None,
        (Some(before), Some(now)) if before == now => return None,
        (_, Some(now)) => (
            now.set_at,
            AnnotationKind::OverrideSet,
            format!("Override set by {}: {} {}", now.set_by.as_str(), now.kind, now.value.0),
            Some(now.reason.clone()),
        ),
        (Some(before), None) if before.expires_at <= after.at => (
            before.expires_at,
            AnnotationKind::OverrideExpired,
            format!("Override expired: {} {}", before.kind, before.value.0),
            None,
        ),
        (Some(before), None) => (
            after.at,
            AnnotationKind::OverrideRemoved,
            format!("Override removed: {} {}", before.kind, before.value.0),
            None,
        ),
    };
    Some(Annotation { at, kind, title, reason })
}

/// How far a score fell, and from where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScoreDrop {
    /// The highest value of the window.
    pub from: f64,
    /// The value now.
    pub to: f64,
}

/// Whether the score fell by `points` or more below its highest value of the last `days` days.
///
/// Only values of the same scorecard are compared, and none that an override by hand made: neither is the customer's doing.
/// What lies before `reported_at`, when the last drop was reported, does not count, so that one drop is reported once.
pub fn score_drop(
    history: &[ScorePoint],
    now: &ScorePoint,
    points: f64,
    days: u32,
    reported_at: Option<DateTime<Utc>>,
) -> Option<ScoreDrop> {
    let to = now.value.filter(|_| now.manual_override.is_none())?;
    let start = now.at - Duration::days(i64::from(days));
    let start = reported_at.map_or(start, |reported| start.max(reported));
    // The point before the window is what the score was when the window began.
    let first = history.partition_point(|point| point.at <= start).saturating_sub(1);
    let from = history
        .iter()
        .skip(first)
        .filter(|point| point.scorecard == now.scorecard && point.manual_override.is_none())
        .filter_map(|point| point.value)
        .fold(to, f64::max);
    (from - to >= points).then_some(ScoreDrop { from, to })
}
