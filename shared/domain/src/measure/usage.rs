//! Product Usage: what the folded days of usage say.
//!
//! Nothing known = no usage was ever seen. Once there was some, silence is a fact: no active day in the window is 0.
//! Measures of users are missing while no event names a `user`; measures of features while none names a `feature`.
//! The features that the settings call log-ins are how people come in, and no use of a feature.
//! Facts are as old as the newest day with usage.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};

use super::{Dimension, Direction, Inputs, Measure, Observed, base};
use crate::usage::UsageDay;

const BASE: Measure = base(Dimension::ProductUsage, "28 days");

pub(super) const MEASURES: &[Measure] = &[
    Measure {
        id: "usage.active_days_28d",
        unit: "days",
        meaning: "Days of the last 28 on which anybody used the product.",
        compute: active_days,
        ..BASE
    },
    Measure {
        id: "usage.events_trend_ratio",
        unit: "ratio",
        window: "28 days against the 28 before",
        meaning: "Usage of the last 28 days divided by that of the 28 days before: 1 is steady, below falls, above grows.",
        compute: events_trend_ratio,
        ..BASE
    },
    Measure {
        id: "usage.days_since_last_seen",
        unit: "days",
        window: "ever",
        direction: Direction::LessIsBetter,
        meaning: "Days since anybody at the customer last used the product.",
        compute: days_since_last_seen,
        ..BASE
    },
    Measure {
        id: "usage.active_users_28d",
        unit: "users",
        meaning: "Different people who used the product in the last 28 days.",
        compute: active_users,
        ..BASE
    },
    Measure {
        id: "usage.seats_in_use_ratio",
        unit: "ratio",
        meaning: "People active in the last 28 days as a share of the seats paid for.",
        compute: seats_in_use_ratio,
        ..BASE
    },
    Measure {
        id: "usage.logins_per_active_user_28d",
        unit: "log-ins a person",
        meaning: "How often a person who used the product in the last 28 days logged in.",
        compute: logins_per_active_user,
        ..BASE
    },
    Measure {
        id: "usage.stickiness_working_days",
        unit: "ratio",
        meaning: "On an average working day, the share of the last 28 days' users who are active.",
        compute: stickiness_working_days,
        ..BASE
    },
    Measure {
        id: "usage.feature_breadth_28d",
        unit: "features",
        meaning: "Different features used in the last 28 days.",
        compute: feature_breadth,
        ..BASE
    },
    Measure {
        id: "usage.key_feature_adoption_ratio",
        unit: "ratio",
        meaning: "Share of the key features (without named ones: of those used in the last 56 days) that were used in the last 28 days.",
        compute: key_feature_adoption_ratio,
        ..BASE
    },
    Measure {
        id: "usage.depth_per_active_user_28d",
        unit: "weighted events a person",
        meaning: "How much a person does with the features, complex features counting as much as the settings say.",
        compute: depth_per_active_user,
        ..BASE
    },
    Measure {
        id: "usage.events_per_active_day_28d",
        unit: "events a day",
        meaning: "How much is done on a day of use: events by active day in the last 28 days.",
        compute: events_per_active_day,
        ..BASE
    },
];

const WINDOW_DAYS: u64 = 28;

/// The trend of a customer who starts from nothing, and the limit of any trend.
const MAX_TREND: f64 = 10.0;

/// The days with usage of the window of 28 days that ends `windows_ago` windows before today.
fn active<'a>(inputs: &Inputs<'a>, windows_ago: u64) -> impl Iterator<Item = &'a UsageDay> {
    let from = inputs.window_start(WINDOW_DAYS * (windows_ago + 1));
    let until = from.checked_add_days(Days::new(WINDOW_DAYS)).unwrap_or(NaiveDate::MAX);
    let days = inputs.usage;
    days.iter().filter(move |day| day.events > 0 && from <= day.day && day.day < until)
}

/// Every day with usage that measures look at: 56 days.
fn recent<'a>(inputs: &Inputs<'a>) -> impl Iterator<Item = &'a UsageDay> {
    active(inputs, 1).chain(active(inputs, 0))
}

/// The newest day with usage at or before today.
fn last_seen(inputs: &Inputs<'_>) -> Option<NaiveDate> {
    inputs
        .usage
        .iter()
        .filter(|day| day.events > 0)
        .map(|day| day.day)
        .chain(inputs.last_used_on)
        .filter(|day| *day <= inputs.today())
        .max()
}

/// When the facts about usage became known, if there are any.
fn observed_at(inputs: &Inputs<'_>) -> Option<DateTime<Utc>> {
    last_seen(inputs).map(|day| inputs.end_of(day))
}

/// Days, 0-28. *Count of days in the window with at least one event.*
fn active_days(inputs: &Inputs<'_>) -> Option<Observed> {
    let days = active(inputs, 0).count() as f64;
    Some(Observed::number(days, observed_at(inputs)?))
}

/// Ratio, 0-10. *Events of the last 28 days / events of the 28 days before*, at most 10, and 10 when the days before had
/// none. Both without events = no trend = missing.
fn events_trend_ratio(inputs: &Inputs<'_>) -> Option<Observed> {
    let events = |windows_ago| active(inputs, windows_ago).map(|day| day.events).sum::<u64>() as f64;
    let (recent, before) = (events(0), events(1));
    if recent + before == 0.0 {
        return None;
    }
    // A division by 0 is infinite, and limited as any other growth is.
    let ratio = (recent / before).min(MAX_TREND);
    Some(Observed::number(ratio, observed_at(inputs)?))
}

/// Whole days. *Today - newest day with usage*; 0 = today.
fn days_since_last_seen(inputs: &Inputs<'_>) -> Option<Observed> {
    let days = (inputs.today() - last_seen(inputs)?).num_days() as f64;
    Some(Observed::number(days, observed_at(inputs)?))
}

/// People in the last 28 days; `None` while no event of the last 56 days names anybody.
fn users<'a>(inputs: &Inputs<'a>) -> Option<BTreeSet<&'a str>> {
    recent(inputs)
        .any(|day| !day.users.is_empty())
        .then(|| active(inputs, 0).flat_map(|day| day.users.iter().map(String::as_str)).collect())
}

/// Users. *Count of different users with an event in the window.* Missing while all usage is anonymous.
fn active_users(inputs: &Inputs<'_>) -> Option<Observed> {
    let users = users(inputs)?.len() as f64;
    Some(Observed::number(users, observed_at(inputs)?))
}

/// Ratio; above 1 when more people than seats are active. *Active users / seats.* Missing without users or seats.
fn seats_in_use_ratio(inputs: &Inputs<'_>) -> Option<Observed> {
    let ratio = users(inputs)?.len() as f64 / inputs.seats()?;
    Some(Observed::number(ratio, observed_at(inputs)?))
}

/// How many people used the product in the window; `None` while nobody did, or nobody is named.
fn people(inputs: &Inputs<'_>) -> Option<f64> {
    let people = users(inputs)?.len();
    (people > 0).then_some(people as f64)
}

/// Log-ins a person. *Events of the features that are log-ins, in the window / active users.* Missing while no event of the last
/// 56 days is a log-in: then nobody sends them. Missing without users in the window.
fn logins_per_active_user(inputs: &Inputs<'_>) -> Option<Observed> {
    fn logins<'a>(inputs: &Inputs<'a>, days: impl Iterator<Item = &'a UsageDay>) -> u64 {
        let names = &inputs.settings.login_features;
        days.flat_map(|day| &day.features)
            .filter(|(feature, _)| names.contains(*feature))
            .map(|(_, events)| events)
            .sum()
    }
    if logins(inputs, recent(inputs)) == 0 {
        return None;
    }
    let rate = logins(inputs, active(inputs, 0)) as f64 / people(inputs)?;
    Some(Observed::number(rate, observed_at(inputs)?))
}

/// Ratio, 0-1. *Mean, over the 20 working days (Monday to Friday, UTC) of the window, of that day's users / users of the
/// window.* A tool used on every working day reaches 1, where DAU/MAU stops at 5/7. Missing without users in the window.
fn stickiness_working_days(inputs: &Inputs<'_>) -> Option<Observed> {
    const WORKING_DAYS: f64 = 20.0;
    let people = people(inputs)?;
    let daily: usize = active(inputs, 0)
        .filter(|day| !matches!(day.day.weekday(), Weekday::Sat | Weekday::Sun))
        .map(|day| day.users.len())
        .sum();
    let ratio = daily as f64 / (WORKING_DAYS * people);
    Some(Observed::number(ratio, observed_at(inputs)?))
}

/// The features used in these days, each with its events.
fn features<'a>(inputs: &Inputs<'a>, days: impl Iterator<Item = &'a UsageDay>) -> BTreeMap<&'a str, u64> {
    let mut features = BTreeMap::new();
    for (feature, events) in days.flat_map(|day| &day.features) {
        if !inputs.settings.login_features.contains(feature) {
            *features.entry(feature.as_str()).or_default() += events;
        }
    }
    features
}

/// The features used in the window, each with its events; `None` while no event of the last 56 days names a feature.
fn features_in_use<'a>(inputs: &Inputs<'a>) -> Option<BTreeMap<&'a str, u64>> {
    let known = !features(inputs, recent(inputs)).is_empty();
    known.then(|| features(inputs, active(inputs, 0)))
}

/// Features. *Count of different features with an event in the window.* Missing while no event of the last 56 days names a feature.
fn feature_breadth(inputs: &Inputs<'_>) -> Option<Observed> {
    let breadth = features_in_use(inputs)?.len() as f64;
    Some(Observed::number(breadth, observed_at(inputs)?))
}

/// Ratio, 0-1. *Key features used in the window / key features.* Key are those the team named; while it named none, those
/// that the customer used in the last 56 days, which makes this the share still in use. Missing while no event of the last 56 days names a feature.
fn key_feature_adoption_ratio(inputs: &Inputs<'_>) -> Option<Observed> {
    let used = features_in_use(inputs)?;
    let named = &inputs.settings.key_features;
    let key: BTreeSet<&str> = if named.is_empty() {
        features(inputs, recent(inputs)).into_keys().collect()
    } else {
        named.iter().map(String::as_str).collect()
    };
    let ratio = key.iter().filter(|feature| used.contains_key(*feature)).count() as f64 / key.len() as f64;
    Some(Observed::number(ratio, observed_at(inputs)?))
}

/// Weighted events a person. *Sum over features of events in the window x the feature's weight in the settings / active users.*
/// Missing while no event of the last 56 days names a feature, and without users in the window.
fn depth_per_active_user(inputs: &Inputs<'_>) -> Option<Observed> {
    // In the order of the names, so that the order of records does not matter to the last bit.
    let weighted = features_in_use(inputs)?
        .into_iter()
        .fold(0.0, |sum, (feature, events)| sum + events as f64 * inputs.settings.feature_weight(feature));
    Some(Observed::number(weighted / people(inputs)?, observed_at(inputs)?))
}

/// Events a day. *Events of the window / days with usage in the window.* Missing without such a day: depth of nothing is unknown.
fn events_per_active_day(inputs: &Inputs<'_>) -> Option<Observed> {
    let (events, days) = active(inputs, 0).fold((0, 0_u32), |(events, days), day| (events + day.events, days + 1));
    if days == 0 {
        return None;
    }
    let depth = events as f64 / f64::from(days);
    Some(Observed::number(depth, observed_at(inputs)?))
}
