//! Happiness Level: satisfaction with the product, from the contacts' own answers.
//!
//! The customer's value is the mean over its contacts of each one's latest answer in the last 90 days, weighted by the
//! contact's role. Nobody answered = unknown, never 0.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::contact::Role;
use crate::id::RecordId;
use crate::settings::{AnswerValues, LevelBounds, RoleWeights, Settings};

/// How many days an answer counts.
pub const ANSWER_VALID_DAYS: i64 = 90;

/// A fall of this many points ...
pub const DROP_POINTS: f64 = 10.0;

/// ... within this many days is sudden.
pub const DROP_DAYS: i64 = 7;

crate::words! {
    /// The four words: a contact's answer, and the level of a customer. Declared from best to worst.
    #[derive(schemars::JsonSchema)]
    pub enum HappinessLevel {
        /// Very Happy.
        VeryHappy = "very_happy",
        /// Happy.
        Happy = "happy",
        /// Neutral.
        Neutral = "neutral",
        /// Not Happy.
        NotHappy = "not_happy",
    }
}

impl HappinessLevel {
    /// The words as people read them.
    pub const fn title(self) -> &'static str {
        match self {
            Self::VeryHappy => "Very Happy",
            Self::Happy => "Happy",
            Self::Neutral => "Neutral",
            Self::NotHappy => "Not Happy",
        }
    }

    /// What the answer is worth, 0-100.
    pub fn worth(self, values: &AnswerValues) -> f64 {
        match self {
            Self::VeryHappy => values.very_happy,
            Self::Happy => values.happy,
            Self::Neutral => values.neutral,
            Self::NotHappy => values.not_happy,
        }
    }

    /// The word for a value. Lower bounds are inclusive.
    pub fn of(value: f64, bounds: &LevelBounds) -> Self {
        if value >= bounds.very_happy {
            Self::VeryHappy
        } else if value >= bounds.happy {
            Self::Happy
        } else if value >= bounds.neutral {
            Self::Neutral
        } else {
            Self::NotHappy
        }
    }
}

crate::words! {
    /// How happiness dropped.
    pub enum DropKind {
        /// Ten points or more within seven days.
        Points = "points",
        /// One word down twice in a row.
        Words = "words",
    }
}

/// One contact's answer to one request; a changed answer is a new revision of it.
#[derive(Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "FeedbackAnswer")]
pub struct Answer {
    /// The request that was answered.
    pub request: String,
    /// 1 for the first answer to the request, then counting up. The highest counts.
    pub revision: u32,
    /// Who answered.
    pub contact: RecordId,
    /// The contact's role when answering.
    pub role: Role,
    /// The answer.
    pub rating: HappinessLevel,
    /// What the contact wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Sentiment of the comment, -1 to 1; `None` = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
    /// When.
    pub at: DateTime<Utc>,
}

crate::debug_only!(Answer { request, revision, contact, rating, at });

/// A customer's happiness at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// 0-100, unrounded; `None` = unknown: nobody's answer counts.
    pub value: Option<f64>,
    /// The word for the value.
    pub level: Option<HappinessLevel>,
    /// Number of contacts whose answer counts.
    pub answers: u32,
    /// When the newest answer that counts was given.
    pub newest_at: Option<DateTime<Utc>>,
}

/// One point of the trend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "HappinessPoint")]
pub struct TrendPoint {
    /// The moment.
    pub at: DateTime<Utc>,
    /// The value then; `None` = unknown, a gap in the line.
    pub value: Option<f64>,
    /// The word for the value.
    pub level: Option<HappinessLevel>,
    /// Number of contacts whose answer counted.
    pub answers: u32,
}

/// A sudden drop of happiness.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HappinessDrop {
    /// How it dropped.
    pub kind: DropKind,
    /// Value before, 0-100.
    pub from: f64,
    /// Value now, 0-100.
    pub to: f64,
}

/// The customer's happiness at `at`, from all its answers in any order.
///
/// A contact's latest answer is the one given last (within one request the highest revision); it counts until it is 90
/// days old. Answers of a role whose weight is 0 do not count.
pub fn reading_at(answers: &[Answer], settings: &Settings, at: DateTime<Utc>) -> Reading {
    Voices::new(answers, settings).reading(at)
}

/// The happiness from `from` to `to`, every `step_days` days (at least one) and at `to` itself.
pub fn trend(
    answers: &[Answer],
    settings: &Settings,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    step_days: u32,
) -> Vec<TrendPoint> {
    let voices = Voices::new(answers, settings);
    let step = Duration::days(i64::from(step_days.max(1)));
    let regular = std::iter::successors(Some(from), |at| at.checked_add_signed(step));
    regular
        .take_while(|at| *at < to)
        .chain((from <= to).then_some(to))
        .map(|at| {
            let reading = voices.reading(at);
            TrendPoint { at, value: reading.value, level: reading.level, answers: reading.answers }
        })
        .collect()
}

/// How the value changed between two moments; `None` when it is unknown at either.
pub fn change_since(answers: &[Answer], settings: &Settings, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<f64> {
    let voices = Voices::new(answers, settings);
    Some(voices.reading(to).value? - voices.reading(from).value?)
}

/// The share of requests that were answered, 0-1; `None` when nobody was asked.
pub fn response_rate(asked: u32, answered: u32) -> Option<f64> {
    (asked > 0).then(|| f64::from(answered.min(asked)) / f64::from(asked))
}

/// Whether happiness dropped suddenly: ten points or more within seven days, or one word down twice in a row.
///
/// Only answers can make a drop, never their absence. When a happy contact's answer merely gets too old, the value falls
/// although nobody became less happy. So the past is read as the lower of what was shown then and what the contacts
/// whose answers count *now* said then: a contact that fell silent is on neither side of the comparison, and no drop is
/// larger than what people saw. From unknown to any value is not a drop either.
///
/// *Ten points*: now against the highest such reading of the last seven days. *Words*: such readings at every answer of
/// the last 90 days, equal neighbours counting once; the last three must each be a word (or more) lower. An answer
/// between them that leaves the word as it is does not break the row; one that lifts it does.
///
/// `reported_at` is when the last drop was reported: only what came after it counts, so that a drop is reported once.
pub fn sudden_drop(
    answers: &[Answer],
    settings: &Settings,
    reported_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<HappinessDrop> {
    let voices = Voices::new(answers, settings);
    let to = voices.reading(now).value?;
    let since = |days: i64| {
        let start = now - Duration::days(days);
        reported_at.map_or(start, |reported| start.max(reported).min(now))
    };
    let speaking = voices.counting_at(now);
    let past = |at| {
        let then = speaking.reading(at).value?;
        Some(voices.reading(at).value?.min(then))
    };

    let peak = voices.moments(since(DROP_DAYS), now).into_iter().filter_map(past).fold(to, f64::max);
    if peak - to >= DROP_POINTS {
        return Some(HappinessDrop { kind: DropKind::Points, from: peak, to });
    }

    let mut words: Vec<(HappinessLevel, f64)> = Vec::new();
    for value in voices.answer_moments(since(ANSWER_VALID_DAYS), now).into_iter().chain([now]).filter_map(past) {
        let word = HappinessLevel::of(value, &settings.happiness_levels);
        match words.last_mut() {
            Some((last, last_value)) if *last == word => *last_value = value,
            _ => words.push((word, value)),
        }
    }
    match words.as_slice() {
        [.., (first, from), (second, _), (third, _)] if first < second && second < third => {
            Some(HappinessDrop { kind: DropKind::Words, from: *from, to })
        }
        _ => None,
    }
}

/// The answers by contact, each contact's in the order in which they count; contacts in the order of their ids, so that
/// a sum does not depend on the order in which the answers were read.
struct Voices<'a> {
    by_contact: BTreeMap<&'a RecordId, Vec<&'a Answer>>,
    settings: &'a Settings,
}

impl<'a> Voices<'a> {
    fn new(answers: &'a [Answer], settings: &'a Settings) -> Self {
        let mut by_contact: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for answer in answers {
            by_contact.entry(&answer.contact).or_default().push(answer);
        }
        for answers in by_contact.values_mut() {
            answers.sort_by_key(|answer| (answer.at, &answer.request, answer.revision));
        }
        Self { by_contact, settings }
    }

    /// How much an answer counts by its role; 0 for a weight that makes no sense.
    fn weight(&self, answer: &Answer) -> f64 {
        let weights: &RoleWeights = &self.settings.role_weights;
        let weight = match answer.role {
            Role::DecisionMaker => weights.decision_maker,
            Role::Champion => weights.champion,
            Role::User => weights.user,
            Role::Other => weights.other,
        };
        if weight.is_finite() { weight.max(0.0) } else { 0.0 }
    }

    /// The answers that count at `at`, at most one per contact.
    fn latest(&self, at: DateTime<Utc>) -> impl Iterator<Item = &'a Answer> {
        self.by_contact.values().filter_map(move |answers| {
            let given = answers.partition_point(|answer| answer.at <= at);
            let latest = *answers.get(given.checked_sub(1)?)?;
            (at < expiry(latest) && self.weight(latest) > 0.0).then_some(latest)
        })
    }

    fn reading(&self, at: DateTime<Utc>) -> Reading {
        let (mut sum, mut total) = (0.0, 0.0);
        let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut reading = Reading::default();
        for answer in self.latest(at) {
            let weight = self.weight(answer);
            let worth = answer.rating.worth(&self.settings.answer_values);
            sum += weight * worth;
            total += weight;
            lowest = worth.min(lowest);
            highest = worth.max(highest);
            reading.answers += 1;
            reading.newest_at = reading.newest_at.max(Some(answer.at));
        }
        if reading.answers > 0 {
            // A mean lies between its values; rounding must not push three times "80" below the bound at 80.
            let mean = (sum / total).max(lowest).min(highest);
            reading.value = Some(mean);
            reading.level = Some(HappinessLevel::of(mean, &self.settings.happiness_levels));
        }
        reading
    }

    /// Only the contacts whose answer counts at `at`.
    fn counting_at(&self, at: DateTime<Utc>) -> Self {
        let counting: BTreeSet<_> = self.latest(at).map(|answer| &answer.contact).collect();
        let mut by_contact = self.by_contact.clone();
        by_contact.retain(|contact, _| counting.contains(contact));
        Self { by_contact, settings: self.settings }
    }

    /// `from`, and every later moment up to `to` at which an answer was given.
    fn answer_moments(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let answers = self.by_contact.values().flatten();
        let given = answers.map(|answer| answer.at);
        given.filter(|at| *at > from && *at <= to).chain([from]).collect()
    }

    /// `from`, and every later moment up to `to` at which the reading can change: answers, and answers getting too old.
    fn moments(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
        let answers = self.by_contact.values().flatten();
        let mut moments = self.answer_moments(from, to);
        moments.extend(answers.map(|answer| expiry(answer)).filter(|at| *at > from && *at <= to));
        moments
    }
}

/// From when an answer no longer counts.
fn expiry(answer: &Answer) -> DateTime<Utc> {
    answer.at + Duration::days(ANSWER_VALID_DAYS)
}
