//! Customer View: support tickets.
//!
//! Nothing known = there never was a ticket: perhaps all is well, perhaps nobody sends tickets, so it is not full marks.
//! After the first one, no ticket in a window is a fact, as old as the last thing that happened to any ticket.

use chrono::{DateTime, Duration, Utc};

use super::{Dimension, Direction, Inputs, Measure, Observed, base, median};
use crate::settings::ResponseTarget;
use crate::signal::{Severity, Ticket};

const BASE: Measure = Measure { direction: Direction::LessIsBetter, ..base(Dimension::CustomerView, "90 days") };

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "tickets.opened_30d_per_10_seats",
        unit: "tickets per 10 seats",
        window: "30 days",
        meaning: "Tickets opened in the last 30 days for every 10 seats.",
        compute: opened_per_10_seats,
        ..BASE
    },
    Measure {
        id: "tickets.open_weighted",
        unit: "points",
        window: "now",
        meaning: "Open tickets, the severe ones counting more: low 1, normal 2, high 4, critical 8.",
        compute: open_weighted,
        ..BASE
    },
    Measure {
        id: "tickets.oldest_open_critical_days",
        unit: "days",
        window: "now",
        meaning: "Days for which the oldest critical ticket has been open; 0 when none is.",
        compute: oldest_open_critical_days,
        ..BASE
    },
    Measure {
        id: "tickets.median_first_response_hours_90d",
        unit: "hours",
        meaning: "Median time from opening a ticket to the first answer.",
        compute: median_first_response_hours,
        ..BASE
    },
    Measure {
        id: "tickets.median_resolution_hours_90d",
        unit: "hours",
        meaning: "Median time from opening a ticket to closing it.",
        compute: median_resolution_hours,
        ..BASE
    },
    Measure {
        id: "tickets.first_response_in_time_ratio_90d",
        unit: "ratio",
        direction: Direction::MoreIsBetter,
        meaning: "Share of the tickets that were first answered within the target of their severity.",
        compute: first_response_in_time,
        ..BASE
    },
    Measure {
        id: "tickets.resolution_in_time_ratio_90d",
        unit: "ratio",
        direction: Direction::MoreIsBetter,
        meaning: "Share of the tickets that were closed within the target of their severity.",
        compute: resolution_in_time,
        ..BASE
    },
    Measure {
        id: "tickets.escalations_90d",
        unit: "tickets",
        meaning: "Tickets opened in the last 90 days that were escalated.",
        compute: escalations,
        ..BASE
    },
];

/// Tickets opened by now.
fn known<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = &'a Ticket> {
    let (tickets, as_of) = (inputs.tickets, inputs.as_of);
    tickets.iter().filter(move |ticket| ticket.opened_at <= as_of)
}

/// Tickets opened in the last `days` days.
fn opened<'a>(inputs: &Inputs<'a>, days: i64) -> impl Iterator<Item = &'a Ticket> {
    known(inputs).filter(move |ticket| inputs.within(ticket.opened_at, days))
}

/// When something last happened to any ticket, up to now; `None` when there never was one.
fn last_happening(inputs: &Inputs<'_>) -> Option<DateTime<Utc>> {
    known(inputs)
        .flat_map(|ticket| [Some(ticket.opened_at), ticket.first_response_at, ticket.closed_at])
        .flatten()
        .chain(inputs.last_ticket_at)
        .filter(|at| *at <= inputs.as_of)
        .max()
}

/// Tickets per 10 seats. *Tickets opened in the window x 10 / seats.* Missing without tickets ever, or without seats.
fn opened_per_10_seats(inputs: &Inputs<'_>) -> Option<Observed> {
    let at = last_happening(inputs)?;
    let rate = opened(inputs, 30).count() as f64 * 10.0 / inputs.seats()?;
    Some(Observed::number(rate, at))
}

const fn severity_weight(severity: Severity) -> u32 {
    match severity {
        Severity::Low => 1,
        Severity::Normal => 2,
        Severity::High => 4,
        Severity::Critical => 8,
    }
}

/// Points. *Sum over open tickets of low 1, normal 2, high 4, critical 8.* While a ticket is open the value is as of now.
fn open_weighted(inputs: &Inputs<'_>) -> Option<Observed> {
    let last = last_happening(inputs)?;
    let points: u32 = known(inputs)
        .filter(|ticket| ticket.is_open_at(inputs.as_of))
        .map(|ticket| severity_weight(ticket.severity))
        .sum();
    let at = if points > 0 { inputs.as_of } else { last };
    Some(Observed::number(f64::from(points), at))
}

/// Days, with fraction. *Now - the earliest opening of an open critical ticket; 0 without one.* While one is open the value
/// is as of now.
fn oldest_open_critical_days(inputs: &Inputs<'_>) -> Option<Observed> {
    let last = last_happening(inputs)?;
    let oldest = known(inputs)
        .filter(|ticket| ticket.severity == Severity::Critical && ticket.is_open_at(inputs.as_of))
        .map(|ticket| ticket.opened_at)
        .min();
    Some(match oldest {
        Some(opened_at) => Observed::number(inputs.days_since(opened_at), inputs.as_of),
        None => Observed::number(0.0, last),
    })
}

/// Hours. *Median of first answer - opening, over tickets opened in the window and answered by now.* Missing without one.
fn median_first_response_hours(inputs: &Inputs<'_>) -> Option<Observed> {
    median_hours_until(inputs, |ticket| ticket.first_response_at)
}

/// Hours. *Median of closing - opening, over tickets opened in the window and closed by now.* Missing without one.
fn median_resolution_hours(inputs: &Inputs<'_>) -> Option<Observed> {
    median_hours_until(inputs, |ticket| ticket.closed_at)
}

fn median_hours_until(inputs: &Inputs<'_>, end: impl Fn(&Ticket) -> Option<DateTime<Utc>>) -> Option<Observed> {
    let ended: Vec<(DateTime<Utc>, Duration)> = opened(inputs, 90)
        .filter_map(|ticket| Some((end(ticket)?, ticket.opened_at)))
        .filter(|(end, _)| *end <= inputs.as_of)
        .map(|(end, opened_at)| (end, end - opened_at))
        .collect();
    let newest = ended.iter().map(|(end, _)| *end).max()?;
    let hours = ended.iter().map(|(_, taken)| taken.num_seconds() as f64 / 3600.0).collect();
    Some(Observed::number(median(hours)?, newest))
}

/// Ratio, 0-1. *Tickets first answered within their severity's target / tickets answered or past that target*, of those opened
/// in the window. One that is not answered and not late yet is undecided; of one that was closed without an answer nobody knows.
/// Missing when none is decided.
fn first_response_in_time(inputs: &Inputs<'_>) -> Option<Observed> {
    let answered_or_open = |ticket: &&Ticket| ticket.first_response_at.is_some() || ticket.is_open_at(inputs.as_of);
    in_time(
        inputs,
        opened(inputs, 90).filter(answered_or_open),
        |ticket| ticket.first_response_at,
        |target| target.first_response_hours,
    )
}

/// Ratio, 0-1. *Tickets closed within their severity's target / tickets closed or past that target*, of those opened in the
/// window. Missing when none is decided.
fn resolution_in_time(inputs: &Inputs<'_>) -> Option<Observed> {
    in_time(inputs, opened(inputs, 90), |ticket| ticket.closed_at, |target| target.resolution_hours)
}

/// The share of these tickets that ended in time, of those that ended or are late. As old as the newest end or lateness.
fn in_time<'a>(
    inputs: &Inputs<'_>,
    tickets: impl Iterator<Item = &'a Ticket>,
    end: impl Fn(&Ticket) -> Option<DateTime<Utc>>,
    target_hours: impl Fn(ResponseTarget) -> f64,
) -> Option<Observed> {
    let decided: Vec<(bool, DateTime<Utc>)> = tickets
        .filter_map(|ticket| {
            let hours = target_hours(inputs.settings.response_targets.of(ticket.severity));
            let due = ticket.opened_at + Duration::milliseconds((hours * 3_600_000.0) as i64);
            match end(ticket).filter(|end| *end <= inputs.as_of) {
                Some(end) => Some((end <= due, end)),
                None => (due < inputs.as_of).then_some((false, due)),
            }
        })
        .collect();
    let newest = decided.iter().map(|(_, at)| *at).max()?;
    let in_time = decided.iter().filter(|(in_time, _)| *in_time).count();
    Some(Observed::number(in_time as f64 / decided.len() as f64, newest))
}

/// Tickets. *Count of tickets opened in the window that were escalated.* Missing when there never was a ticket.
fn escalations(inputs: &Inputs<'_>) -> Option<Observed> {
    let at = last_happening(inputs)?;
    let count = opened(inputs, 90).filter(|ticket| ticket.escalated).count();
    Some(Observed::number(count as f64, at))
}
