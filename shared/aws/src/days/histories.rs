//! How customers stood at moments of which no day is kept: from the histories of their scores and their answers.
//!
//! One question to the tables for each customer, and one for each month of answers. Some thousand customers take a second or two.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_domain::analytics::StoodAt;
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::{ANSWER_VALID_DAYS, Answer, reading_at};
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::OutcomeKind;

use crate::cloud::Cloud;
use crate::store::StoreError;

/// How many customers are read at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 32;

/// A point is written each week at least; older ones are of a customer that is not computed any more.
const POINT_VALID: Duration = Duration::days(15);

/// How each customer stood at each of the moments, which come in order; `None` before it was there.
pub async fn stood(
    cloud: &Cloud,
    settings: &Settings,
    customers: &[&Customer],
    moments: &[DateTime<Utc>],
) -> Result<Vec<Vec<Option<StoodAt>>>, StoreError> {
    let (Some(first), Some(last)) = (moments.first().copied(), moments.last().copied()) else {
        return Ok(vec![Vec::new(); customers.len()]);
    };
    let mut answers: HashMap<CustomerId, Vec<Answer>> = HashMap::new();
    for item in cloud.store.inbox(first - Duration::days(ANSWER_VALID_DAYS), last).await? {
        answers.entry(item.customer).or_default().push(item.answer);
    }
    let points = points(cloud, customers.iter().copied(), first, last).await?;
    let of = |(customer, points): (&&Customer, Vec<ScorePoint>)| {
        let answers = answers.get(&customer.id).map(Vec::as_slice).unwrap_or_default();
        moments.iter().map(|at| stood_at(customer, &points, answers, settings, *at)).collect()
    };
    Ok(customers.iter().zip(points).map(of).collect())
}

/// Each customer's score at each of the moments, which come in order; `None` where it was unknown.
pub async fn scores(
    cloud: &Cloud,
    customers: &[&Customer],
    moments: &[DateTime<Utc>],
) -> Result<Vec<Vec<Option<f64>>>, StoreError> {
    let (Some(first), Some(last)) = (moments.first().copied(), moments.last().copied()) else {
        return Ok(vec![Vec::new(); customers.len()]);
    };
    let points = points(cloud, customers.iter().copied(), first, last).await?;
    let of = |points: &Vec<ScorePoint>| moments.iter().map(|at| point_at(points, *at)?.value).collect();
    Ok(points.iter().map(of).collect())
}

/// Each customer's points, as far as they say something about the time from `first` to `last`.
async fn points(
    cloud: &Cloud,
    customers: impl Iterator<Item = &Customer>,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
) -> Result<Vec<Vec<ScorePoint>>, StoreError> {
    let reads = customers.map(|customer| {
        let id = customer.id.clone();
        async move { cloud.store.score_points(&id, first - POINT_VALID, last).await }
    });
    // Collected first: a stream of borrowed closures is not `Send` by the compiler's reckoning.
    let reads: Vec<_> = reads.collect();
    stream::iter(reads).buffered(AT_ONCE).try_collect().await
}

/// The point that tells of a moment.
fn point_at(points: &[ScorePoint], at: DateTime<Utc>) -> Option<&ScorePoint> {
    let place = points.partition_point(|point| point.at <= at);
    place.checked_sub(1).and_then(|place| points.get(place)).filter(|point| point.at + POINT_VALID > at)
}

fn stood_at(
    customer: &Customer,
    points: &[ScorePoint],
    answers: &[Answer],
    settings: &Settings,
    at: DateTime<Utc>,
) -> Option<StoodAt> {
    let point = point_at(points, at);
    // Imported histories can begin before the customer's row.
    if point.is_none() && customer.created_at > at {
        return None;
    }
    Some(StoodAt {
        score: point.and_then(|point| point.value),
        band: point.and_then(|point| point.band),
        happiness: reading_at(answers, settings, at).value,
        churned: had_left(customer, at),
    })
}

/// Whether the newest outcome says that the customer had left by then: a day on which it leaves still begins with it. What came before that
/// outcome is not known here.
fn had_left(customer: &Customer, at: DateTime<Utc>) -> bool {
    let outcome = customer.last_signals.as_ref().and_then(|last| last.outcome.as_ref());
    let left_on = outcome.filter(|outcome| outcome.kind == OutcomeKind::Churned).map(|outcome| outcome.on);
    customer.churned && left_on.is_none_or(|on| on.and_time(NaiveTime::MIN).and_utc() < at)
}
