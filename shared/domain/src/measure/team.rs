//! Team View: what the CSM team knows and does. Renewals and expansions are in [`super::opportunities`].
//!
//! Nothing known = no record of the kind was ever made. A rating that nobody gave is missing, not average.

use chrono::{DateTime, NaiveDate, Utc};

use super::recency::recent_mean;
use super::{Dimension, Direction, Inputs, Kind, Measure, Observed, base, mean};
use crate::signal::{Goal, Interaction, InteractionKind, MilestoneState};

const BASE: Measure = base(Dimension::TeamView, "now");

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "team.health_status",
        unit: "word",
        kind: Kind::Word,
        words: &["thriving", "healthy", "steady", "struggling"],
        meaning: "The CSM's own judgement of the customer's business.",
        compute: health_status,
        ..BASE
    },
    Measure {
        id: "team.health_status_age_days",
        unit: "days",
        direction: Direction::LessIsBetter,
        meaning: "Days since the CSM last set or confirmed the Health Status.",
        compute: health_status_age_days,
        ..BASE
    },
    Measure {
        id: "team.interaction_quality",
        unit: "rating 1-5",
        window: "180 days, half-life 30 days",
        meaning: "How good meetings and calls were, newer ones counting more.",
        compute: interaction_quality,
        ..BASE
    },
    Measure {
        id: "team.interaction_outcome",
        unit: "rating 1-5",
        window: "180 days, half-life 30 days",
        meaning: "How good the results of meetings and calls were, newer ones counting more.",
        compute: interaction_outcome,
        ..BASE
    },
    Measure {
        id: "team.interaction_sentiment",
        unit: "sentiment -1 to 1",
        window: "180 days, half-life 30 days",
        meaning: "How positive the notes on meetings, calls and mails sound, newer ones counting more.",
        compute: interaction_sentiment,
        ..BASE
    },
    Measure {
        id: "team.interactions_90d",
        unit: "interactions",
        window: "90 days",
        meaning: "Meetings, calls and mails with the customer in the last 90 days.",
        compute: interactions_90d,
        ..BASE
    },
    Measure {
        id: "team.days_since_last_interaction",
        unit: "days",
        window: "ever",
        direction: Direction::LessIsBetter,
        meaning: "Days since the last meeting, call or mail with the customer.",
        compute: days_since_last_interaction,
        ..BASE
    },
    Measure {
        id: "team.goal_progress_ratio",
        unit: "ratio",
        window: "goals not more than 90 days overdue",
        meaning: "How far the customer has come towards its goals, 1 being there.",
        compute: goal_progress_ratio,
        ..BASE
    },
    Measure {
        id: "team.milestones_on_time_ratio",
        unit: "ratio",
        window: "180 days",
        meaning: "Share of the milestones done or overdue that were done on time.",
        compute: milestones_on_time_ratio,
        ..BASE
    },
    Measure {
        id: "team.days_to_renewal",
        unit: "days",
        direction: Direction::Neither,
        meaning: "Days until the next renewal; negative when its date has passed.",
        compute: days_to_renewal,
        ..BASE
    },
];

/// Ratings and notes older than this no longer count.
const INTERACTION_DAYS: i64 = 180;

/// Word. *The Health Status.* Missing when none was set; stale when the status itself is (90 days, extremes 30).
fn health_status(inputs: &Inputs<'_>) -> Option<Observed> {
    let record = inputs.customer.status.as_ref()?;
    Some(Observed { stale_from: Some(record.stale_from()), ..Observed::word(record.status.as_str(), record.set_at) })
        .filter(|observed| observed.observed_at <= inputs.as_of)
}

/// Days, with fraction. *Now - when the Health Status was set or confirmed.* Missing when none was set.
fn health_status_age_days(inputs: &Inputs<'_>) -> Option<Observed> {
    let set_at = inputs.customer.status.as_ref()?.set_at;
    (set_at <= inputs.as_of).then(|| Observed::number(inputs.days_since(set_at), set_at))
}

/// 1-5. *Sum of rating x 2^(-age in whole days / 30), divided by the sum of those powers, over interactions of the last 180
/// days with a rating of their quality.* Missing without one.
fn interaction_quality(inputs: &Inputs<'_>) -> Option<Observed> {
    recent_rating(inputs, |interaction| interaction.quality)
}

/// 1-5. *As [`interaction_quality`], of the outcome.*
fn interaction_outcome(inputs: &Inputs<'_>) -> Option<Observed> {
    recent_rating(inputs, |interaction| interaction.outcome)
}

fn recent_rating(inputs: &Inputs<'_>, rating: impl Fn(&Interaction) -> Option<u8>) -> Option<Observed> {
    let rated = inputs.interactions.iter();
    recent_mean(inputs, INTERACTION_DAYS, rated.filter_map(|it| Some((it.at, f64::from(rating(it)?)))))
}

/// -1 to 1. *As [`interaction_quality`], of the sentiment of the notes* ([`crate::sentiment`]), the CSM's own notes included.
/// Missing without notes that could be read.
fn interaction_sentiment(inputs: &Inputs<'_>) -> Option<Observed> {
    let notes = inputs.interactions.iter();
    recent_mean(inputs, INTERACTION_DAYS, notes.filter_map(|it| Some((it.at, it.sentiment?))))
}

/// When the CSM met the customer, up to now. A note is the CSM's own and no meeting.
fn met(inputs: &Inputs<'_>) -> impl Iterator<Item = DateTime<Utc>> {
    let (interactions, as_of) = (inputs.interactions, inputs.as_of);
    interactions
        .iter()
        .filter(|interaction| interaction.kind != InteractionKind::Note)
        .map(|interaction| interaction.at)
        .filter(move |at| *at <= as_of)
}

/// When the CSM last met the customer.
fn last_met(inputs: &Inputs<'_>) -> Option<DateTime<Utc>> {
    met(inputs).chain(inputs.last_met_at).filter(|at| *at <= inputs.as_of).max()
}

/// Interactions. *Count of meetings, calls, mails and others (not notes) in the window.* Missing when there never was one.
fn interactions_90d(inputs: &Inputs<'_>) -> Option<Observed> {
    let newest = last_met(inputs)?;
    let count = met(inputs).filter(|at| inputs.within(*at, 90)).count();
    Some(Observed::number(count as f64, newest))
}

/// Days, with fraction. *Now - the last interaction (not a note).* Missing when there never was one.
fn days_since_last_interaction(inputs: &Inputs<'_>) -> Option<Observed> {
    let newest = last_met(inputs)?;
    Some(Observed::number(inputs.days_since(newest), newest))
}

/// Ratio, 0-1. *Mean over goals of actual / target, each limited to 0-1*, goals more than 90 days past their date left out.
/// Missing without a goal. A goal carries no date of its last change, so the value is as of now.
fn goal_progress_ratio(inputs: &Inputs<'_>) -> Option<Observed> {
    let oldest = inputs.window_start(91);
    let progress = inputs.goals.iter().filter(|goal| goal.due_on >= oldest).filter_map(Goal::progress);
    Some(Observed::number(mean(progress)?, inputs.as_of))
}

/// Ratio, 0-1. *Milestones done by their date / milestones that are done or overdue*, of those due in the last 180 days or done
/// early. One that is due later (or today) and not done is undecided. Missing when none is decided.
fn milestones_on_time_ratio(inputs: &Inputs<'_>) -> Option<Observed> {
    let (today, oldest) = (inputs.today(), inputs.window_start(180));
    let decided: Vec<(bool, NaiveDate)> = inputs
        .goals
        .iter()
        .flat_map(|goal| &goal.milestones)
        .filter(|milestone| milestone.due_on >= oldest)
        .filter_map(|milestone| match milestone.state(today) {
            MilestoneState::Done => Some((true, milestone.done_on?)),
            MilestoneState::DoneLate | MilestoneState::Overdue => Some((false, milestone.due_on)),
            MilestoneState::Open => None,
        })
        .collect();
    let newest = decided.iter().map(|(_, day)| *day).max()?;
    let on_time = decided.iter().filter(|(on_time, _)| *on_time).count();
    let ratio = on_time as f64 / decided.len() as f64;
    Some(Observed::number(ratio, inputs.end_of(newest)))
}

/// Whole days, negative after the date. *Renewal date - today.* Missing without a date.
fn days_to_renewal(inputs: &Inputs<'_>) -> Option<Observed> {
    let renewal_on = inputs.customer.profile.renewal_on?;
    let days = (renewal_on - inputs.today()).num_days() as f64;
    Some(Observed::number(days, inputs.as_of))
}
