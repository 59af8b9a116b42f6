//! What a row of the list can have beside what is stored in it: read for the rows of a page alone, when it is asked for.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::days::histories::scores;
use keepwell_aws::http::{ApiError, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::measure::MeasureValues;
use serde_json::{Value, json};

/// Most rows of a page with details: each is a question or two to the tables.
const MOST_ROWS: usize = 200;

/// How many customers are read at once.
const AT_ONCE: usize = 32;

/// Weeks of a sparkline.
const WEEKS: i32 = 12;

keepwell_domain::words! {
    /// What can be asked for.
    pub(super) enum Detail {
        /// The rule that costs the score most.
        TopDriver = "top_driver",
        /// The scores of twelve weeks.
        Sparkline = "sparkline",
    }
}

/// Reads `with=top_driver,sparkline`.
pub(super) fn wanted(query: &mut QueryParams, limit: usize) -> BTreeSet<Detail> {
    let Some(text) = query.text("with") else { return BTreeSet::new() };
    let details: Option<BTreeSet<Detail>> = text.split(',').map(Detail::parse).collect();
    if details.is_none() {
        query.problem("with", format!("must be of {}", Detail::WORDS.join(", ")));
    } else if limit > MOST_ROWS {
        query.problem("limit", format!("must be at most {MOST_ROWS} with details"));
    }
    details.unwrap_or_default()
}

/// Adds the details to the rows of these customers.
pub(super) async fn add(
    cloud: &Cloud,
    wanted: &BTreeSet<Detail>,
    customers: &[Customer],
    rows: &mut [Value],
    now: DateTime<Utc>,
) -> Result<(), ApiError> {
    let customers: Vec<&Customer> = customers.iter().collect();
    for detail in wanted {
        let values = match detail {
            Detail::TopDriver => top_drivers(cloud, &customers, now).await?,
            Detail::Sparkline => sparklines(cloud, &customers, now).await?,
        };
        for (row, value) in rows.iter_mut().zip(values) {
            if let Some(row) = row.as_object_mut() {
                row.insert(detail.as_str().to_owned(), value);
            }
        }
    }
    Ok(())
}

/// By the scorecard of now, from what was measured last.
async fn top_drivers(cloud: &Cloud, customers: &[&Customer], now: DateTime<Utc>) -> Result<Vec<Value>, ApiError> {
    let library = cloud.store.library().await?.value;
    let selection = cloud.store.selection(&library).await?;
    let reads: Vec<_> = customers
        .iter()
        .map(|customer| {
            let (cloud, id) = (cloud.clone(), customer.id.clone());
            async move { cloud.store.newest_measures(&id).await }
        })
        .collect();
    let measures: Vec<Option<MeasureValues>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    let driver = |(customer, measures): (&&Customer, Option<MeasureValues>)| {
        let Some(measures) = measures else { return Value::Null };
        let score = selection.for_customer(customer).evaluate(&measures, now);
        score.costliest_rule().map_or(Value::Null, |(dimension, rule, cost)| {
            json!({ "rule": rule.id, "dimension": dimension.id, "measure": rule.measure, "value": rule.value,
                "points": rule.points, "costs": cost })
        })
    };
    Ok(customers.iter().zip(measures).map(driver).collect())
}

/// A week apart, the last one now.
async fn sparklines(cloud: &Cloud, customers: &[&Customer], now: DateTime<Utc>) -> Result<Vec<Value>, ApiError> {
    let moments: Vec<DateTime<Utc>> = (0..WEEKS).rev().map(|week| now - Duration::days(7) * week).collect();
    let scores = scores(cloud, customers, &moments).await?;
    let line = |(customer, mut line): (&&Customer, Vec<Option<f64>>)| {
        // The row knows the score of now to the hour.
        if let Some(last) = line.last_mut() {
            *last = customer.standing.score;
        }
        json!(line)
    };
    Ok(customers.iter().zip(scores).map(line).collect())
}
