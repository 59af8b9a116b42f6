//! How customers stood on a day: today as they are, else from the day that was kept, else from the histories of their scores.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures::{StreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::days::histories::stood;
use keepwell_aws::days::{self, Kept};
use keepwell_aws::http::ApiError;
use keepwell_aws::s3::ObjectError;
use keepwell_domain::analytics::StoodAt;
use keepwell_domain::customer::Customer;
use keepwell_domain::problem::Problems;
use keepwell_domain::snapshot::day::{Day, key_of};
use serde::Serialize;

/// Most customers whose histories are read for an answer, which takes about two seconds.
pub(super) const MOST_HISTORIES: usize = 3_000;

/// Days that are read at once: each is a few megabytes for a hundred thousand customers.
const AT_ONCE: usize = 4;

keepwell_domain::words! {
    /// What a number about a moment rests on.
    #[derive(schemars::JsonSchema)]
    pub(crate) enum Source {
        /// The customers as they are.
        Now = "now",
        /// What was kept of that day.
        Day = "day",
        /// The histories of the scores.
        History = "history",
        /// The histories of some customers, drawn by chance.
        Sample = "sample",
    }
}

/// A moment, and what is known of it.
#[derive(Debug, Clone, Copy, Serialize, schemars::JsonSchema)]
pub(crate) struct Moment {
    /// The day that was asked for.
    pub(super) on: NaiveDate,
    /// The moment that the numbers show.
    pub(super) at: DateTime<Utc>,
    /// What they rest on.
    pub(super) source: Source,
}

/// A day of which nothing was kept, and too many customers to read their histories.
pub(super) fn too_many(kept: &Kept, on: NaiveDate, customers: usize) -> ApiError {
    let first = kept.first().map_or_else(String::new, |first| format!(", the first kept one is {first}"));
    let detail = format!(
        "nothing was kept of {on}{first}; histories are read for at most {MOST_HISTORIES} customers, and these are {customers}: filter by owner or segment"
    );
    Problems::one("?from", detail).into()
}

/// The beginning of a day.
pub(super) fn beginning(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Whether a part of the customers will do where there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accuracy {
    /// It will.
    Sampled,
    /// Every customer counts.
    Exact,
}

/// Each of the days, in order, as `fold` makes it of how the customers stood, in their order: `None` for who was not there yet, or is
/// not in the sample. Folded one by one, so that a year of a hundred thousand customers needs little memory.
pub(super) async fn moments<T>(
    cloud: &Cloud,
    customers: &[&Customer],
    days: &[NaiveDate],
    accuracy: Accuracy,
    mut fold: impl FnMut(Moment, Vec<Option<StoodAt>>) -> T,
) -> Result<Vec<T>, ApiError> {
    let now = cloud.now();
    let today = now.date_naive();
    let kept = if days.iter().all(|day| *day == today) { Kept::default() } else { Kept::list(cloud).await? };
    let mut folded: HashMap<NaiveDate, T> = HashMap::new();
    let mut missing = Vec::new();
    let mut to_read = Vec::new();
    for day in days {
        match kept.near(*day) {
            _ if *day == today => {
                let moment = Moment { on: *day, at: now, source: Source::Now };
                folded.insert(
                    *day,
                    fold(moment, customers.iter().map(|customer| Some(StoodAt::now(customer))).collect()),
                );
            }
            Some(near) => to_read.push((*day, near)),
            None => missing.push(*day),
        }
    }
    // Hashed once, and not for each day.
    let keys: Vec<i64> =
        if to_read.is_empty() { Vec::new() } else { customers.iter().map(|customer| key_of(customer)).collect() };
    let reads = to_read.into_iter().map(|(day, near)| read(cloud.clone(), day, near));
    let mut read = stream::iter(reads).buffered(AT_ONCE);
    while let Some(read) = read.next().await {
        match read? {
            (on, Some(day)) => {
                let moment = Moment { on, at: day.taken_at, source: Source::Day };
                folded.insert(on, fold(moment, of_day(customers, &keys, &day)));
            }
            (on, None) => missing.push(on),
        }
    }
    missing.sort_unstable();
    if let Some(first) = missing.first() {
        let sampled = customers.len() > MOST_HISTORIES;
        if sampled && accuracy == Accuracy::Exact {
            return Err(too_many(&kept, *first, customers.len()));
        }
        let (sample, source) =
            if sampled { (drawn(customers), Source::Sample) } else { (customers.to_vec(), Source::History) };
        let ats: Vec<DateTime<Utc>> = missing.iter().map(|day| beginning(*day)).collect();
        let settings = cloud.settings().await?;
        let histories = stood(cloud, &settings, &sample, &ats).await?;
        for (place, (day, at)) in missing.iter().zip(ats).enumerate() {
            let at_this = histories.iter().map(|history| history.get(place).copied().flatten()).collect();
            folded.insert(*day, fold(Moment { on: *day, at, source }, at_this));
        }
    }
    Ok(days.iter().filter_map(|day| folded.remove(day)).collect())
}

async fn read(cloud: Cloud, day: NaiveDate, near: NaiveDate) -> Result<(NaiveDate, Option<Day>), ObjectError> {
    Ok((day, days::read(&cloud, near).await?))
}

fn of_day(customers: &[&Customer], keys: &[i64], day: &Day) -> Vec<Option<StoodAt>> {
    let places = day.places();
    let stood = |(customer, key): (&&Customer, &i64)| match places.get(key).and_then(|place| day.rows.get(*place)) {
        Some(row) => Some(row.stood),
        None if customer.created_at >= day.taken_at => None,
        None => Some(StoodAt::default()),
    };
    customers.iter().zip(keys).map(stood).collect()
}

/// Some of the customers, by their ids alone: the same ones each time, and blind to how they stand.
pub(super) fn drawn<'a>(customers: &[&'a Customer]) -> Vec<&'a Customer> {
    let mut drawn = customers.to_vec();
    drawn.sort_by_cached_key(|customer| key_of(customer));
    drawn.truncate(MOST_HISTORIES);
    drawn
}
