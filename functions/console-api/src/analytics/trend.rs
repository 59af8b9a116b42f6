//! `GET /v1/analytics/trend`: scores, bands and happiness, week by week.

use std::sync::Arc;

use axum::extract::State;
use chrono::{Days, NaiveDate};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::analytics::StoodAt;
use keepwell_domain::analytics::trend::Standings;
use keepwell_domain::customer::Customer;
use serde::Serialize;
use serde_json::json;

use super::past::{Accuracy, Moment, moments};

/// Half a year, when nothing is said; at most 53 weeks.
const DAYS: u64 = 26 * 7;
const MOST_DAYS: u64 = 53 * 7;

/// The portfolio at one of the moments.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "TrendPoint")]
pub(crate) struct Point {
    #[serde(flatten)]
    moment: Moment,
    #[serde(flatten)]
    standings: Standings,
}

pub(crate) async fn get_trend(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let now = cloud.now();
    let (from, to) = super::period(&mut query, now.date_naive(), DAYS, MOST_DAYS);
    let scope = super::scope(&mut query);
    query.finish()?;
    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).collect();
    let items = moments(&cloud, &customers, &weeks(from, to), Accuracy::Sampled, |moment, stood| {
        let there: Vec<StoodAt> = stood.into_iter().flatten().collect();
        Point { moment, standings: Standings::of(&there) }
    })
    .await?;
    Answer::ok(json!({ "from": from, "to": to, "as_of": now, "items": items }))
}

/// `to`, and each week before it down to `from`, in order.
fn weeks(from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
    let back = std::iter::successors(Some(to), |day| day.checked_sub_days(Days::new(7)));
    let mut weeks: Vec<NaiveDate> = back.take_while(|day| *day >= from).collect();
    weeks.reverse();
    weeks
}
