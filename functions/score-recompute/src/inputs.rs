//! Everything about a customer that a score is computed from: four reads, however long the customer's history is.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::signals::Signals;
use keepwell_aws::store::{StoreError, Stored};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::has_churned;
use keepwell_domain::usage::UsageDay;

/// How far back usage is read: measures look at 56 days.
const USAGE_DAYS: i64 = 60;

/// How far back the score history is read beyond the days that are looked at: it has a point a week at least.
const POINT_DAYS: i64 = 8;

/// The window of a score's change, in days.
pub(crate) const CHANGE_DAYS: i64 = 7;

/// A customer's records, as they are now.
pub(crate) struct Records {
    pub(crate) customer: Stored<Customer>,
    /// Whether the customer left, or came back, since it was last computed. `customer` has it already.
    pub(crate) churn_is_news: bool,
    pub(crate) usage: Vec<UsageDay>,
    pub(crate) last_used_on: Option<NaiveDate>,
    pub(crate) signals: Signals,
    pub(crate) points: Vec<ScorePoint>,
}

/// Reads the records; `None` when there is no such customer.
pub(crate) async fn load(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    now: DateTime<Utc>,
) -> Result<Option<Records>, StoreError> {
    let store = &cloud.store;
    let Some(mut customer) = store.customer(id).await? else { return Ok(None) };
    let today = now.date_naive();
    let usage = store.usage(id, today - Duration::days(USAGE_DAYS), today).await?;
    let last_used_on = match usage.last() {
        Some(day) => Some(day.day),
        None => store.last_used_on(id).await?,
    };
    let signals = store.all_signals(id).await?;
    let churned = has_churned(&signals.outcomes, today);
    let churn_is_news = customer.value.set_churned(churned, now);
    let looked_at = i64::from(settings.score_drop.days).max(CHANGE_DAYS);
    let points = store.score_points(id, now - Duration::days(looked_at + POINT_DAYS), now).await?;
    Ok(Some(Records { customer, churn_is_news, usage, last_used_on, signals, points }))
}
