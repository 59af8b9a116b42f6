//! Customer View: what the contacts say. Tickets are in [`super::tickets`].
//!
//! Nothing known = nobody answered in the window. No answer is never 0, and never a middle value.

use std::collections::BTreeMap;

use super::recency::recent_mean;
use super::{Dimension, Inputs, Kind, Measure, Observed, base, mean};
use crate::happiness::{ANSWER_VALID_DAYS, Answer};
use crate::signal::{Survey, SurveyKind};

const BASE: Measure = base(Dimension::CustomerView, "90 days");

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "customer.happiness",
        unit: "points 0-100",
        meaning: "Mean of the contacts' own latest answers to the feedback requests.",
        compute: happiness,
        ..BASE
    },
    Measure {
        id: "customer.happiness_level",
        unit: "word",
        kind: Kind::Word,
        words: &["very_happy", "happy", "neutral", "not_happy"],
        meaning: "The word for the customer's happiness.",
        compute: happiness_level,
        ..BASE
    },
    Measure {
        id: "customer.happiness_change_30d",
        unit: "points",
        window: "30 days",
        meaning: "Happiness now minus happiness 30 days ago.",
        compute: happiness_change,
        ..BASE
    },
    Measure {
        id: "customer.nps",
        unit: "points -100 to 100",
        window: "180 days",
        meaning: "Net Promoter Score: per cent of promoters minus per cent of detractors.",
        compute: nps,
        ..BASE
    },
    Measure {
        id: "customer.csat",
        unit: "points 0-100",
        meaning: "Mean answer to satisfaction surveys (CSAT), moved to 0-100.",
        compute: csat,
        ..BASE
    },
    Measure {
        id: "customer.survey_score",
        unit: "points 0-100",
        meaning: "Mean answer to customer effort and other uploaded surveys, moved to 0-100.",
        compute: survey_score,
        ..BASE
    },
    Measure {
        id: "customer.message_sentiment",
        unit: "sentiment -1 to 1",
        window: "90 days, half-life 30 days",
        meaning: "How positive what the customer writes sounds (messages, tickets, comments), newer texts counting more.",
        compute: message_sentiment,
        ..BASE
    },
];

/// The happiness, if its newest answer is known by now.
fn known_happiness(inputs: &Inputs<'_>) -> Option<super::HappinessInput> {
    inputs.happiness.filter(|happiness| happiness.newest_at <= inputs.as_of)
}

/// 0-100. *Mean over contacts of each one's latest answer in the last 90 days* ([`crate::happiness`]). As old as the newest answer.
fn happiness(inputs: &Inputs<'_>) -> Option<Observed> {
    let happiness = known_happiness(inputs)?;
    Some(Observed::number(happiness.value, happiness.newest_at))
}

/// Word. *The word for [`happiness`].*
fn happiness_level(inputs: &Inputs<'_>) -> Option<Observed> {
    let happiness = known_happiness(inputs)?;
    Some(Observed::word(happiness.level.as_str(), happiness.newest_at))
}

/// Points, -100 to 100. *Happiness now - happiness 30 days ago.* Missing when either is unknown.
fn happiness_change(inputs: &Inputs<'_>) -> Option<Observed> {
    let happiness = known_happiness(inputs)?;
    Some(Observed::number(happiness.change_30d?, happiness.newest_at))
}

/// The answers to surveys of these kinds in the last `days` days.
fn answers<'a>(inputs: &Inputs<'a>, kinds: &[SurveyKind], days: i64) -> impl Iterator<Item = &'a Survey> {
    inputs
        .surveys
        .iter()
        .filter(|survey| kinds.contains(&survey.kind))
        .filter(move |survey| inputs.within(survey.at, days))
}

/// The answer as a share of its scale, 0-1.
fn share_of_scale(survey: &Survey) -> f64 {
    (survey.value - survey.scale_min) / (survey.scale_max - survey.scale_min)
}

/// -100 to 100. *(promoters - detractors) x 100 / answers*, with 9-10 a promoter and 0-6 a detractor; of each contact the
/// latest answer, of unknown people every answer. On another scale than 0-10 the answer is moved to it first, and below 7 is
/// a detractor. No answer = missing: 0 is a real score.
fn nps(inputs: &Inputs<'_>) -> Option<Observed> {
    let mut latest = BTreeMap::new();
    let mut unknown = Vec::new();
    for survey in answers(inputs, &[SurveyKind::Nps], 180) {
        let Some(contact) = &survey.contact else {
            unknown.push(survey);
            continue;
        };
        let newest = latest.entry(contact).or_insert(survey);
        if (newest.at, &newest.id) < (survey.at, &survey.id) {
            *newest = survey;
        }
    }
    let counted: Vec<&Survey> = latest.into_values().chain(unknown).collect();
    let newest = counted.iter().map(|survey| survey.at).max()?;
    let net: i32 = counted
        .iter()
        .map(|survey| match share_of_scale(survey) * 10.0 {
            promoter if promoter >= 9.0 => 1,
            detractor if detractor < 7.0 => -1,
            _ => 0,
        })
        .sum();
    let nps = f64::from(net) * 100.0 / counted.len() as f64;
    Some(Observed::number(nps, newest))
}

/// 0-100. *Mean of (answer - worst) x 100 / (best - worst) over CSAT answers of the window.*
fn csat(inputs: &Inputs<'_>) -> Option<Observed> {
    mean_answer(inputs, &[SurveyKind::Csat])
}

/// 0-100. *As [`csat`], over CES and custom surveys.*
fn survey_score(inputs: &Inputs<'_>) -> Option<Observed> {
    mean_answer(inputs, &[SurveyKind::Ces, SurveyKind::Custom])
}

fn mean_answer(inputs: &Inputs<'_>, kinds: &[SurveyKind]) -> Option<Observed> {
    let newest = answers(inputs, kinds, 90).map(|survey| survey.at).max()?;
    let points = answers(inputs, kinds, 90).map(|survey| share_of_scale(survey) * 100.0);
    Some(Observed::number(mean(points)?, newest))
}

/// -1 to 1. *Sum of sentiment x 2^(-age in whole days / 30), divided by the sum of those powers*, over the messages, the texts of
/// tickets, and the comments on surveys and on feedback requests of the window, of an answer that was changed the last
/// comment. Missing without a text that could be read ([`crate::sentiment`]).
fn message_sentiment(inputs: &Inputs<'_>) -> Option<Observed> {
    let messages = inputs.messages.iter().map(|message| (message.at, message.sentiment));
    let tickets = inputs.tickets.iter().map(|ticket| (ticket.opened_at, ticket.sentiment));
    let surveys = inputs.surveys.iter().map(|survey| (survey.at, survey.sentiment));
    let answers = last_answers(inputs).map(|answer| (answer.at, answer.sentiment));
    let texts = messages.chain(tickets).chain(surveys).chain(answers);
    recent_mean(inputs, ANSWER_VALID_DAYS, texts.filter_map(|(at, sentiment)| Some((at, sentiment?))))
}

/// Each request's answer as it stands by now.
fn last_answers<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = &'a Answer> {
    let mut last: BTreeMap<&str, &Answer> = BTreeMap::new();
    for answer in inputs.answers.iter().filter(|answer| answer.at <= inputs.as_of) {
        let standing = last.entry(&answer.request).or_insert(answer);
        if standing.revision < answer.revision {
            *standing = answer;
        }
    }
    last.into_values()
}
