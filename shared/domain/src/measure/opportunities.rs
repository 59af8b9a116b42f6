//! Team View: renewals and expansions.
//!
//! Nothing known = none was ever sent that the measure is about: a customer without an open renewal is not sure to renew, and
//! one to whom nothing is being sold has no pipeline of 0, because most teams write down only what they sell.
//!
//! An opportunity carries no date of its last change, so that what is said of an open one is as of now. One that is not
//! decided 90 days after its date was forgotten, and says nothing any more.

use super::{Dimension, Inputs, Measure, Observed, base};
use crate::signal::{Opportunity, OpportunityKind, OpportunityOutcome};

const BASE: Measure = Measure { unit: "ratio", ..base(Dimension::TeamView, "365 days") };

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "team.renewal_likelihood",
        unit: "per cent",
        window: "now",
        meaning: "How likely the team holds the next renewal to be.",
        compute: renewal_likelihood,
        ..BASE
    },
    Measure {
        id: "team.renewal_execution_rate_365d",
        meaning: "Share of the value of the renewals decided in the last 365 days that was won.",
        compute: renewal_execution,
        ..BASE
    },
    Measure {
        id: "team.expansion_execution_rate_365d",
        meaning: "Share of the value of the expansions decided in the last 365 days that was won.",
        compute: expansion_execution,
        ..BASE
    },
    Measure {
        id: "team.expansion_pipeline_ratio",
        window: "now",
        meaning: "Value of the open expansions, each times its likelihood, as a share of the customer's ARR.",
        compute: expansion_pipeline,
        ..BASE
    },
];

/// Days after which an opportunity that nobody decided was forgotten.
const FORGOTTEN_AFTER_DAYS: u64 = 90;

/// Opportunities of a kind that are being sold today.
fn open<'a>(inputs: &Inputs<'a>, kind: OpportunityKind) -> impl Iterator<Item = &'a Opportunity> {
    let (today, oldest) = (inputs.today(), inputs.window_start(FORGOTTEN_AFTER_DAYS + 1));
    let opportunities = inputs.opportunities.iter().filter(move |it| it.kind == kind);
    opportunities.filter(move |it| !it.is_decided_on(today) && it.closes_on >= oldest)
}

/// Per cent, 0-100. *Likelihood of the open renewal with the earliest date.* Missing without an open renewal, and when nobody
/// said how likely that one is.
fn renewal_likelihood(inputs: &Inputs<'_>) -> Option<Observed> {
    let next = open(inputs, OpportunityKind::Renewal).min_by_key(|it| (it.closes_on, &it.id))?;
    Some(Observed::number(f64::from(next.likelihood?), inputs.as_of))
}

/// Ratio, 0-1. *Value of the renewals won / value of the renewals won or lost*, of those decided in the window; their numbers
/// instead of their values when no value was given. Missing when none was decided. As old as the newest decision.
fn renewal_execution(inputs: &Inputs<'_>) -> Option<Observed> {
    execution(inputs, OpportunityKind::Renewal)
}

/// Ratio, 0-1. *As [`renewal_execution`], of expansions.*
fn expansion_execution(inputs: &Inputs<'_>) -> Option<Observed> {
    execution(inputs, OpportunityKind::Expansion)
}

fn execution(inputs: &Inputs<'_>, kind: OpportunityKind) -> Option<Observed> {
    let (today, oldest) = (inputs.today(), inputs.window_start(365));
    let decided: Vec<&Opportunity> = inputs
        .opportunities
        .iter()
        .filter(|it| it.kind == kind && it.is_decided_on(today) && it.closes_on >= oldest)
        .collect();
    let newest = decided.iter().map(|it| it.closes_on).max()?;
    let share = |worth: fn(&Opportunity) -> i128| {
        let won = decided.iter().filter(|it| it.outcome == Some(OpportunityOutcome::Won));
        let (won, all): (i128, i128) = (won.map(|it| worth(it)).sum(), decided.iter().map(|it| worth(it)).sum());
        (all > 0).then(|| won as f64 / all as f64)
    };
    let ratio = share(|it| i128::from(it.amount_cents)).or_else(|| share(|_| 1))?;
    Some(Observed::number(ratio, inputs.end_of(newest)))
}

/// Ratio. *Sum over open expansions of value x likelihood / ARR.* Expansions of which nobody said how likely they are do not
/// count. Missing without one that does, and without ARR.
fn expansion_pipeline(inputs: &Inputs<'_>) -> Option<Observed> {
    let arr_cents = inputs.customer.profile.arr_cents.filter(|cents| *cents > 0)?;
    let weighted = open(inputs, OpportunityKind::Expansion)
        .filter_map(|it| Some(i128::from(it.amount_cents) * i128::from(it.likelihood?)))
        .reduce(|sum, cents| sum + cents)?;
    let ratio = weighted as f64 / (arr_cents as f64 * 100.0);
    Some(Observed::number(ratio, inputs.as_of))
}
