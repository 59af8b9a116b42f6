//! What a row of the list can have beside what is stored in it: read for the rows of a page alone, when it is asked for.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::days::histories::scores;
use keepwell_aws::http::{ApiError, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::measure::{MeasureValue, MeasureValues};
use schemars::JsonSchema;
use serde::Serialize;

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

/// What was asked for beside a row; a member that was not asked for is absent.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub(crate) struct Details {
    /// The rule that costs the score most; `null` when nothing was measured or no rule costs anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    top_driver: Option<Costliest>,
    /// The scores of twelve weeks, a week apart, the last one now; `null` = unknown then.
    #[serde(skip_serializing_if = "Option::is_none")]
    sparkline: Option<Vec<Option<f64>>>,
}

/// The rule that costs the most, if one costs anything.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
struct Costliest(Option<TopDriver>);

/// A rule, and what it takes from the score.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct TopDriver {
    /// The rule's id in the scorecard.
    rule: String,
    /// The id of its dimension.
    dimension: String,
    /// What it looks at.
    measure: String,
    /// What was measured.
    value: Option<MeasureValue>,
    /// Points of the rule, 0-100.
    points: Option<f64>,
    /// How many points of the score it costs.
    costs: f64,
}

/// The details of these customers, in their order.
pub(super) async fn of(
    cloud: &Cloud,
    wanted: &BTreeSet<Detail>,
    customers: &[&Customer],
    now: DateTime<Utc>,
) -> Result<Vec<Details>, ApiError> {
    let mut details = vec![Details::default(); customers.len()];
    if wanted.contains(&Detail::TopDriver) {
        for (details, driver) in details.iter_mut().zip(top_drivers(cloud, customers, now).await?) {
            details.top_driver = Some(Costliest(driver));
        }
    }
    if wanted.contains(&Detail::Sparkline) {
        for (details, line) in details.iter_mut().zip(sparklines(cloud, customers, now).await?) {
            details.sparkline = Some(line);
        }
    }
    Ok(details)
}

/// By the scorecard of now, from what was measured last.
async fn top_drivers(
    cloud: &Cloud,
    customers: &[&Customer],
    now: DateTime<Utc>,
) -> Result<Vec<Option<TopDriver>>, ApiError> {
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
        let score = selection.for_customer(customer).evaluate(&measures?, now);
        let (dimension, rule, costs) = score.costliest_rule()?;
        Some(TopDriver {
            rule: rule.id.to_string(),
            dimension: dimension.id.to_string(),
            measure: rule.measure.to_string(),
            value: rule.value.clone(),
            points: rule.points,
            costs,
        })
    };
    Ok(customers.iter().zip(measures).map(driver).collect())
}

/// A week apart, the last one now.
async fn sparklines(
    cloud: &Cloud,
    customers: &[&Customer],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<Option<f64>>>, ApiError> {
    let moments: Vec<DateTime<Utc>> = (0..WEEKS).rev().map(|week| now - Duration::days(7) * week).collect();
    let scores = scores(cloud, customers, &moments).await?;
    let line = |(customer, mut line): (&&Customer, Vec<Option<f64>>)| {
        // The row knows the score of now to the hour.
        if let Some(last) = line.last_mut() {
            *last = customer.standing.score;
        }
        line
    };
    Ok(customers.iter().zip(scores).map(line).collect())
}
