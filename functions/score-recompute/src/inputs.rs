//! Everything about a customer that a score is computed from: four reads, however long the customer's history is.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::signals::Signals;
use keepwell_aws::store::{CommitError, StoreError, Stored};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::LastSignals;
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
    /// Whether time changed the customer's row: it left or came back, or what was dated in advance has happened. `customer` has it already.
    pub(crate) customer_is_news: bool,
    pub(crate) usage: Vec<UsageDay>,
    pub(crate) last_used_on: Option<NaiveDate>,
    pub(crate) signals: Signals,
    pub(crate) points: Vec<ScorePoint>,
}

/// Reads what measures can see; `None` when there is no such customer.
pub(crate) async fn load(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    now: DateTime<Utc>,
) -> Result<Option<Records>, CommitError> {
    let store = &cloud.store;
    let Some(mut customer) = store.customer(id).await? else { return Ok(None) };
    if customer.value.last_signals.is_none() {
        store.rewrite_gists(cloud, id).await?;
        let Some(rewritten) = store.customer(id).await? else { return Ok(None) };
        customer = rewritten;
    }
    if customer.value.awaited.is_none() {
        store.begin_awaiting(cloud, id).await?;
        let Some(begun) = store.customer(id).await? else { return Ok(None) };
        customer = begun;
    }
    let today = now.date_naive();
    let usage = usage_since(cloud, id, today - Duration::days(USAGE_DAYS), today).await?;
    let last_used_on = match usage.last() {
        Some(day) => Some(day.day),
        None => store.last_used_on(id).await?,
    };
    let signals = store.gists(id, now).await?;
    let mut last = customer.value.last_signals.clone().unwrap_or_default();
    signals.remember(&mut last, now);
    let points = points(cloud, settings, id, now).await?;
    Ok(Some(Records::new(customer, last, usage, last_used_on, signals, points, now)))
}

/// Reads everything there is about a customer; `None` when there is no such customer.
pub(crate) async fn load_everything(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    now: DateTime<Utc>,
) -> Result<Option<Records>, StoreError> {
    let Some(customer) = cloud.store.customer(id).await? else { return Ok(None) };
    let usage = usage_since(cloud, id, NaiveDate::default(), now.date_naive()).await?;
    let last_used_on = usage.last().map(|day| day.day);
    let signals = cloud.store.all_signals(id).await?;
    let last = signals.remembered(now);
    let points = points(cloud, settings, id, now).await?;
    Ok(Some(Records::new(customer, last, usage, last_used_on, signals, points, now)))
}

impl Records {
    fn new(
        mut customer: Stored<Customer>,
        last: LastSignals,
        usage: Vec<UsageDay>,
        last_used_on: Option<NaiveDate>,
        signals: Signals,
        points: Vec<ScorePoint>,
        now: DateTime<Utc>,
    ) -> Self {
        let churn_is_news = customer.value.set_churned(last.has_churned(), now);
        let last = Some(last);
        let customer_is_news = churn_is_news || customer.value.last_signals != last;
        customer.value.last_signals = last;
        Self { customer, customer_is_news, usage, last_used_on, signals, points }
    }
}

async fn usage_since(
    cloud: &Cloud,
    id: &CustomerId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<UsageDay>, StoreError> {
    cloud.store.usage(id, from, to).await
}

async fn points(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    now: DateTime<Utc>,
) -> Result<Vec<ScorePoint>, StoreError> {
    let looked_at = i64::from(settings.score_drop.days).max(CHANGE_DAYS);
    cloud.store.score_points(id, now - Duration::days(looked_at + POINT_DAYS), now).await
}
