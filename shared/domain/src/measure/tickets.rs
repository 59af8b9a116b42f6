//! Customer View: support tickets.
//!
//! Nothing known = there never was a ticket: perhaps all is well, perhaps nobody sends tickets, so it is not full marks.
//! After the first one, no ticket in a window is a fact, as old as the last thing that happened to any ticket.

use chrono::{DateTime, Duration, Utc};

use super::{Dimension, Direction, Inputs, Kind, Measure, Observed, median};
use crate::signal::{Severity, Ticket};

const BASE: Measure = Measure {
    id: "",
    dimension: Dimension::CustomerView,
    unit: "",
    window: "90 days",
    direction: Direction::LessIsBetter,
    kind: Kind::Number,
    words: &[],
    meaning: "",
    compute: |_| None,
};

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

/// Tickets. *Count of tickets opened in the window that were escalated.* Missing when there never was a ticket.
fn escalations(inputs: &Inputs<'_>) -> Option<Observed> {
    let at = last_happening(inputs)?;
    let count = opened(inputs, 90).filter(|ticket| ticket.escalated).count();
    Some(Observed::number(count as f64, at))
}
