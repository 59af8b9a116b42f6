//! `GET /v1/system`: how the system itself is doing, as far as its tables know. The rest is on the deployment's dashboard.

use axum::extract::State;
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Rate;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_aws::schedules;
use keepwell_aws::store::heartbeats::Said;
use keepwell_aws::store::waiting::Waiting;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) async fn get_system(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let (store, now) = (&cloud.store, cloud.now());
    let (events, mails, deliveries, runs, said) = futures::try_join!(
        store.events_waiting(now),
        store.mails_waiting(now),
        store.deliveries_waiting(now),
        store.runs_waiting(now),
        store.said(),
    )?;
    Answer::ok(SystemView {
        version: env!("CARGO_PKG_VERSION"),
        now,
        queues: vec![
            QueueView::new(QueueName::Outbox, events),
            QueueView::new(QueueName::Mails, mails.waiting),
            QueueView::new(QueueName::Deliveries, deliveries),
            QueueView::new(QueueName::Runs, runs),
        ],
        mail: MailView::new(&said, mails.unknown),
        schedules: schedules::ALL.iter().map(|scheduled| ScheduleView::new(scheduled, &said)).collect(),
        dashboard_url: cloud.deployment.dashboard_url.as_deref(),
    })
}

/// How the system is doing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SystemState")]
pub(crate) struct SystemView<'a> {
    /// The version of Keepwell that answers.
    version: &'static str,
    /// When it answered.
    now: DateTime<Utc>,
    /// What waits.
    queues: Vec<QueueView>,
    /// Mail, as its sender knows it.
    mail: MailView,
    /// What time brings, those first that run most often.
    schedules: Vec<ScheduleView>,
    /// The dashboard of the deployment; `null` when there is none.
    dashboard_url: Option<&'a str>,
}

keepwell_domain::words! {
    /// What waits.
    #[derive(JsonSchema)]
    pub(crate) enum QueueName {
        /// Events that are not published.
        Outbox = "outbox",
        /// Mails that could be sent by now.
        Mails = "mails",
        /// Webhooks and messages to Slack that could be sent by now.
        Deliveries = "deliveries",
        /// Runs of automations that could go on by now.
        Runs = "runs",
    }
}

/// How much waits somewhere. What waits for a moment that is still to come is not among it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Queue")]
pub(crate) struct QueueView {
    /// What.
    name: QueueName,
    /// How much; at most 1,000.
    waiting: usize,
    /// Whether it is more than that.
    waiting_capped: bool,
    /// Since when the oldest of it waits.
    oldest_at: Option<DateTime<Utc>>,
}

impl QueueView {
    fn new(name: QueueName, waiting: Waiting) -> Self {
        let Waiting { count, capped, oldest_at } = waiting;
        Self { name, waiting: count, waiting_capped: capped, oldest_at }
    }
}

/// Mail, as its sender knows it. All but `unknown` is what SES said of the account at `as_of`; `null` until it was asked.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MailSending")]
pub(crate) struct MailView {
    /// When SES said so: it is asked every five minutes.
    as_of: Option<DateTime<Utc>>,
    /// Mails that the account sent in the 24 hours before.
    sent_24h: Option<u64>,
    /// Mails that it may send in 24 hours; `null` also when there is no such limit.
    quota_24h: Option<u64>,
    /// Mails that it may send in a second.
    per_second: Option<f64>,
    /// Of how many mails nobody knows whether they were sent, among the first 1,000 that are not done with.
    unknown: usize,
}

impl MailView {
    fn new(said: &Said, unknown: usize) -> Self {
        let quota = said.mail_quota.as_ref();
        let whole = |number: f64| number.max(0.0).round() as u64;
        Self {
            as_of: quota.map(|quota| quota.at),
            sent_24h: quota.map(|quota| whole(quota.sent_24h)),
            quota_24h: quota.and_then(|quota| quota.quota_24h).map(whole),
            per_second: quota.map(|quota| quota.per_second),
            unknown,
        }
    }
}

keepwell_domain::words! {
    /// How often a schedule runs.
    #[derive(JsonSchema)]
    pub(crate) enum Every {
        /// Every five minutes.
        FiveMinutes = "5m",
        /// Every quarter of an hour.
        QuarterOfAnHour = "15m",
        /// Every hour.
        Hour = "1h",
        /// Every night at 02:00 UTC.
        Day = "1d",
    }
}

/// A schedule.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Schedule")]
pub(crate) struct ScheduleView {
    /// The function and the schedule's name in it, such as `event-publisher/sweep`.
    name: String,
    /// How often it runs.
    every: Every,
    /// When its last run ended; `null` = it never ran.
    last_run_at: Option<DateTime<Utc>>,
    /// Whether that run failed; `null` = it never ran.
    last_run_failed: Option<bool>,
}

impl ScheduleView {
    fn new(scheduled: &schedules::Scheduled, said: &Said) -> Self {
        let name = scheduled.name();
        let beat = said.heartbeats.get(&name);
        Self {
            every: match scheduled.rate {
                Rate::FiveMinutes => Every::FiveMinutes,
                Rate::QuarterHourly => Every::QuarterOfAnHour,
                Rate::Hourly => Every::Hour,
                Rate::Nightly => Every::Day,
            },
            last_run_at: beat.map(|beat| beat.at),
            last_run_failed: beat.map(|beat| beat.failed),
            name,
        }
    }
}
