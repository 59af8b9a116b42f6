//! Usage back from its fold: as few events as fold into the same row again.
//!
//! What a row does not know cannot come back: at which hour it was, and which user used which feature. Users are given to the events in
//! order.

use chrono::NaiveTime;

use crate::signal::UsageEvent;
use crate::usage::{MessageHashes, UsageDay};

/// Most of one event, as imports take it.
const MAX_COUNT: u64 = 1_000_000;
const MAX_DURATION_SECS: u64 = 31_622_400;

/// Events with the row's sum of counts and durations, its users and its features.
///
/// Their ids are hashes of messages that were folded in ([`MessageHashes::name`]): where the row came from they are known and change
/// nothing, and elsewhere they make a row of which the same events come again.
pub fn usage_events(row: &UsageDay) -> Vec<UsageEvent> {
    let mut pieces = pieces(row);
    let users = row.users.len();
    let long = usize::try_from(row.duration_secs.div_ceil(MAX_DURATION_SECS)).unwrap_or(usize::MAX);
    split_until(&mut pieces, users.max(long));
    let hashes: Vec<u64> = row.message_hashes.clone().into_iter().collect();
    let mut users = row.users.iter();
    let mut duration_secs = row.duration_secs;
    let at = row.day.and_time(NaiveTime::MIN).and_utc();
    let events = pieces.into_iter().enumerate().map(|(index, (feature, count))| {
        let of_this = duration_secs.min(MAX_DURATION_SECS);
        duration_secs -= of_this;
        let message_id = hashes.get(index).map_or_else(
            // Rows have a hash for each message, and no more events than messages; a damaged one is exported all the same.
            || format!("{}-{}-{index}", row.day, row.part),
            |hash| MessageHashes::name(*hash),
        );
        UsageEvent { message_id, at, user: users.next().cloned(), feature, count, duration_secs: of_this }
    });
    events.collect()
}

/// The features with their counts, what has no feature, and nothing larger than an event may be.
fn pieces(row: &UsageDay) -> Vec<(Option<String>, u64)> {
    let with_feature: u64 = row.features.values().sum();
    let named = row.features.iter().map(|(feature, count)| (Some(feature.clone()), *count));
    let all = named.chain([(None, row.events.saturating_sub(with_feature))]);
    all.flat_map(|(feature, count)| {
        let whole = std::iter::repeat_n(MAX_COUNT, usize::try_from(count / MAX_COUNT).unwrap_or(0));
        let rest = Some(count % MAX_COUNT).filter(|rest| *rest > 0);
        whole.chain(rest).map(move |count| (feature.clone(), count))
    })
    .collect()
}

/// Splits events of one off, until there are `wanted` or nothing can be split.
fn split_until(pieces: &mut Vec<(Option<String>, u64)>, wanted: usize) {
    let mut missing = wanted.saturating_sub(pieces.len());
    let mut more = Vec::new();
    for (feature, count) in pieces.iter_mut() {
        while missing > 0 && *count > 1 {
            *count -= 1;
            missing -= 1;
            more.push((feature.clone(), 1));
        }
    }
    pieces.extend(more);
}
