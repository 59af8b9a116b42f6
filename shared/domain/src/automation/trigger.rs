//! Triggers: what sets an automation off.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::parse::{Choice, tagged};
use crate::event::{Event, Fact};
use crate::fields::{Fields, Whole};
use crate::happiness::HappinessLevel;
use crate::health_status::HealthStatus;
use crate::insight::Insight;
use crate::problem::Problems;
use crate::score::history::{ScorePoint, score_drop};
use crate::signal::Severity;

/// The kind of event that sets an automation off.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(deny_unknown_fields)]
pub enum Trigger {
    /// A CSM changed the Health Status.
    HealthStatusChanged {
        /// From one of these words; from any word, or none, when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        from: Vec<HealthStatus>,
        /// To one of these words; to any when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        to: Vec<HealthStatus>,
    },
    /// The Health Status became too old to be relied on.
    HealthStatusBecameStale {},
    /// Health Status and Health Score came to lie two words apart or more.
    HealthStatusDisagreed {},
    /// The Health Score's band changed.
    BandChanged {
        /// From one of these bands; from any, or none, when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        from: Vec<HealthStatus>,
        /// To one of these bands; to any, or none, when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        to: Vec<HealthStatus>,
    },
    /// The Health Score fell by so many points within so many days; one fall counts once.
    ScoreFell {
        /// Points, above 0 and up to 100.
        points: f64,
        /// Days, 1 to 90.
        days: u32,
    },
    /// The customer moved to another Insight cell.
    InsightChanged {
        /// To one of these.
        to: Vec<Insight>,
    },
    /// A contact answered, or changed the answer to another one.
    FeedbackAnswered {
        /// With one of these.
        rating: Vec<HappinessLevel>,
    },
    /// Happiness dropped suddenly.
    HappinessDropped {},
    /// A ticket was opened.
    TicketOpened {
        /// With one of these severities; with any when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        severity: Vec<Severity>,
    },
    /// A ticket was escalated.
    TicketEscalated {
        /// With one of these severities; with any when empty.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        severity: Vec<Severity>,
    },
    /// The renewal is so many days away, or less.
    RenewalIn {
        /// Days, 1 to 730.
        days: u32,
    },
    /// Nobody met the customer for so many days.
    NoContactFor {
        /// Days, 1 to 730.
        days: u32,
    },
    /// A milestone of a goal is so many days late.
    MilestoneOverdue {
        /// Days, 1 to 365.
        days: u32,
    },
}

/// What time alone brings: the events of these triggers are published for the numbers of days that somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeTrigger {
    /// [`Trigger::RenewalIn`].
    RenewalIn(u32),
    /// [`Trigger::NoContactFor`].
    NoContactFor(u32),
    /// [`Trigger::MilestoneOverdue`].
    MilestoneOverdue(u32),
}

impl Trigger {
    /// Its name in the document.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::HealthStatusChanged { .. } => "health_status_changed",
            Self::HealthStatusBecameStale {} => "health_status_became_stale",
            Self::HealthStatusDisagreed {} => "health_status_disagreed",
            Self::BandChanged { .. } => "band_changed",
            Self::ScoreFell { .. } => "score_fell",
            Self::InsightChanged { .. } => "insight_changed",
            Self::FeedbackAnswered { .. } => "feedback_answered",
            Self::HappinessDropped {} => "happiness_dropped",
            Self::TicketOpened { .. } => "ticket_opened",
            Self::TicketEscalated { .. } => "ticket_escalated",
            Self::RenewalIn { .. } => "renewal_in",
            Self::NoContactFor { .. } => "no_contact_for",
            Self::MilestoneOverdue { .. } => "milestone_overdue",
        }
    }

    /// What time must bring, if it is for that that the automation waits.
    pub fn waits_for(&self) -> Option<TimeTrigger> {
        match self {
            Self::RenewalIn { days } => Some(TimeTrigger::RenewalIn(*days)),
            Self::NoContactFor { days } => Some(TimeTrigger::NoContactFor(*days)),
            Self::MilestoneOverdue { days } => Some(TimeTrigger::MilestoneOverdue(*days)),
            _ => None,
        }
    }

    /// Whether the score's history must be known besides the event, to say whether it [`fires`](Self::fires).
    pub fn needs_history(&self) -> bool {
        matches!(self, Self::ScoreFell { .. })
    }

    /// Whether events like `fact` can set the automation off. [`fires`](Self::fires) is the whole answer.
    pub fn matches(&self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::HealthStatusChanged { from, to }, Fact::HealthStatusChanged { from: was, to: is }) => {
                fits(from, *was) && fits(to, Some(*is))
            }
            (Self::BandChanged { from, to }, Fact::BandChanged { from: was, to: is }) => {
                fits(from, *was) && fits(to, *is)
            }
            (Self::ScoreFell { .. }, Fact::ScoreChanged { from: Some(was), to: Some(is) }) => is < was,
            (Self::InsightChanged { to }, Fact::InsightChanged { to: is, .. }) => to.contains(is),
            // A comment added to the same answer is not a second answer.
            (Self::FeedbackAnswered { rating }, Fact::FeedbackAnswered { rating: is, previous, .. }) => {
                rating.contains(is) && *previous != Some(*is)
            }
            (Self::TicketOpened { severity }, Fact::TicketOpened { severity: is, .. })
            | (Self::TicketEscalated { severity }, Fact::TicketEscalated { severity: is, .. }) => {
                fits(severity, Some(*is))
            }
            (Self::RenewalIn { days }, Fact::RenewalApproaching { days: after, .. })
            | (Self::NoContactFor { days }, Fact::ContactLapsed { days: after, .. })
            | (Self::MilestoneOverdue { days }, Fact::MilestoneOverdue { days: after, .. }) => days == after,
            (Self::HealthStatusBecameStale {}, Fact::HealthStatusBecameStale { .. })
            | (Self::HealthStatusDisagreed {}, Fact::HealthStatusDisagreed { .. })
            | (Self::HappinessDropped {}, Fact::HappinessDropped { .. }) => true,
            _ => false,
        }
    }

    /// Whether `event` sets the automation off. `points` is the score's history, ascending, as far as the trigger
    /// [needs it](Self::needs_history); `reported_at` is when the automation acted for this customer last.
    pub fn fires(
        &self,
        event: &Event,
        points: &[ScorePoint],
        reported_at: Option<chrono::DateTime<chrono::Utc>>,
    ) -> bool {
        if !self.matches(&event.fact) {
            return false;
        }
        let Self::ScoreFell { points: fall, days } = self else { return true };
        let until = points.partition_point(|point| point.at <= event.occurred_at);
        let Some((now, before)) = points.get(..until).and_then(<[_]>::split_last) else { return false };
        score_drop(before, now, *fall, *days, reported_at).is_some()
    }

    /// Reads the trigger at `pointer` of its document.
    pub(super) fn read(value: &Value, pointer: &str) -> Result<Self, Problems> {
        let (kind, value) = tagged(value, pointer, "trigger")?;
        let mut fields = Fields::new(value, &format!("{pointer}/{kind}"))?;
        let trigger = match kind {
            "health_status_changed" => {
                Some(Self::HealthStatusChanged { from: any(&mut fields, "from"), to: any(&mut fields, "to") })
            }
            "health_status_became_stale" => Some(Self::HealthStatusBecameStale {}),
            "health_status_disagreed" => Some(Self::HealthStatusDisagreed {}),
            "band_changed" => Some(Self::BandChanged { from: any(&mut fields, "from"), to: any(&mut fields, "to") }),
            "score_fell" => read_fall(&mut fields),
            "insight_changed" => fields.required::<Choice<_>>("to").map(|to| Self::InsightChanged { to: to.0 }),
            "feedback_answered" => {
                fields.required::<Choice<_>>("rating").map(|rating| Self::FeedbackAnswered { rating: rating.0 })
            }
            "happiness_dropped" => Some(Self::HappinessDropped {}),
            "ticket_opened" => Some(Self::TicketOpened { severity: any(&mut fields, "severity") }),
            "ticket_escalated" => Some(Self::TicketEscalated { severity: any(&mut fields, "severity") }),
            "renewal_in" => days::<730>(&mut fields).map(|days| Self::RenewalIn { days }),
            "no_contact_for" => days::<730>(&mut fields).map(|days| Self::NoContactFor { days }),
            "milestone_overdue" => days::<365>(&mut fields).map(|days| Self::MilestoneOverdue { days }),
            _ => {
                let known = KINDS.join(", ");
                return Err(Problems::one(pointer, format!("{kind:?} is not a known trigger; known are {known}")));
            }
        };
        fields.finish(trigger)
    }
}

const KINDS: [&str; 13] = [
    "health_status_changed",
    "health_status_became_stale",
    "health_status_disagreed",
    "band_changed",
    "score_fell",
    "insight_changed",
    "feedback_answered",
    "happiness_dropped",
    "ticket_opened",
    "ticket_escalated",
    "renewal_in",
    "no_contact_for",
    "milestone_overdue",
];

/// Whether a value is one of the wanted ones; any is, and none too, when there is no wish.
fn fits<T: PartialEq>(wanted: &[T], value: Option<T>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.contains(&value))
}

fn any<T: crate::fields::FromField + PartialEq>(fields: &mut Fields<'_>, key: &'static str) -> Vec<T> {
    fields.optional::<Choice<T>>(key).map_or_else(Vec::new, |choice| choice.0)
}

fn days<const MAX: i64>(fields: &mut Fields<'_>) -> Option<u32> {
    fields.required::<Whole<1, MAX>>("days").map(|days| days.0 as u32)
}

fn read_fall(fields: &mut Fields<'_>) -> Option<Trigger> {
    let points = fields.required::<f64>("points");
    let points = points.filter(|points| {
        let possible = *points > 0.0 && *points <= 100.0;
        if !possible {
            fields.problem("points", "must be a number above 0 and up to 100");
        }
        possible
    });
    let days = days::<90>(fields);
    points.zip(days).map(|(points, days)| Trigger::ScoreFell { points, days })
}
