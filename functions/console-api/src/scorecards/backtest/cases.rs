//! Which customers a scorecard is tested on, and what is read about each: their score history, and their signals where that does not
//! reach back.

use std::collections::HashMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use futures::future::try_join_all;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::StoreError;
use keepwell_aws::store::signals::{Signals, USAGE_KEPT_DAYS};
use keepwell_domain::backtest::cases::{Candidate, Case, Chosen, History, Negatives, Tested, choose, draw, moment};
use keepwell_domain::backtest::lead_time::LEAD_DAYS;
use keepwell_domain::backtest::reconstruct::{Reconstruction, Records};
use keepwell_domain::backtest::report::{Counts, Question};
use keepwell_domain::backtest::request::segment_of;
use keepwell_domain::customer::Customer;
use keepwell_domain::health_status::StatusChange;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::Outcome;
use keepwell_domain::usage::UsageDay;

/// Customers that are read at a time.
const AT_A_TIME: usize = 32;

/// The customers that count.
pub(super) struct Selected {
    chosen: Vec<Chosen>,
    customers: HashMap<CustomerId, Customer>,
    /// Of how many these were drawn.
    pub(super) drawn_from: Counts,
}

impl Selected {
    /// Finds who counts among the customers to whom the scorecard applies, and draws `most` of them. A customer's row names its newest outcome; its
    /// other outcomes are read only when that one is newer than the period.
    pub(super) async fn read(
        cloud: &Cloud,
        question: &Question,
        scorecard: &Scorecard,
        most: usize,
    ) -> Result<Self, ApiError> {
        let portfolio = cloud.store.portfolio().await?.into_iter().map(|stored| stored.value);
        let customers: Vec<Customer> = portfolio
            .filter(|customer| scorecard.applies_to(customer))
            .filter(|customer| question.negatives == Negatives::Stayed || may_have_outcome(customer))
            .collect();
        let mut candidates = Vec::with_capacity(customers.len());
        for some in customers.chunks(AT_A_TIME) {
            let read = some.iter().map(|customer| candidate(cloud, question, customer));
            candidates.extend(try_join_all(read).await?);
        }
        candidates.sort_by(|a, b| a.customer.cmp(&b.customer));
        let all = choose(&candidates, question.from, question.to, question.negatives);
        let drawn_from = Counts::of(all.iter().map(Chosen::churned));
        let customers = customers.into_iter().map(|customer| (customer.id.clone(), customer)).collect();
        Ok(Self { chosen: draw(all, most), customers, drawn_from })
    }

    /// Reads what was known about each.
    pub(super) async fn cases(
        &self,
        cloud: &Cloud,
        question: &Question,
        tested: &[&Tested],
        reconstruct: bool,
    ) -> Result<Vec<Case>, ApiError> {
        let settings = cloud.store.settings().await?.value;
        let reader = Reader { cloud, question, tested, settings: &settings, reconstruct, now: cloud.now() };
        let mut cases = Vec::with_capacity(self.chosen.len());
        for some in self.chosen.chunks(AT_A_TIME) {
            let known = some.iter().filter_map(|chosen| Some((chosen, self.customers.get(&chosen.customer)?)));
            cases.extend(try_join_all(known.map(|(chosen, customer)| reader.case(chosen, customer))).await?);
        }
        Ok(cases)
    }
}

/// Whether the customer's row names an outcome, or is too old to name one.
fn may_have_outcome(customer: &Customer) -> bool {
    customer.last_signals.as_ref().is_none_or(|last| last.outcome.is_some())
}

async fn candidate(cloud: &Cloud, question: &Question, customer: &Customer) -> Result<Candidate, StoreError> {
    let newest = customer.last_signals.as_ref().map(|last| last.outcome.as_ref());
    let outcomes = match newest {
        Some(newest) if newest.is_none_or(|outcome| outcome.on <= question.to) => newest.cloned().into_iter().collect(),
        _ => {
            let stored = cloud.store.signals::<Outcome>(&customer.id).await?;
            stored.into_iter().map(|stored| stored.value).collect()
        }
    };
    let segment = question.segment.as_deref().and_then(|segment| segment_of(customer, segment));
    Ok(Candidate { customer: customer.id.clone(), segment, outcomes })
}

/// Reads one customer after another.
struct Reader<'a> {
    cloud: &'a Cloud,
    question: &'a Question,
    tested: &'a [&'a Tested],
    settings: &'a Settings,
    reconstruct: bool,
    now: DateTime<Utc>,
}

impl Reader<'_> {
    async fn case(&self, chosen: &Chosen, customer: &Customer) -> Result<Case, StoreError> {
        let furthest = self.question.horizons.iter().copied().max().unwrap_or_default();
        // The way to the outcome is looked at from further back than the usual horizons.
        let start = moment(chosen.on, furthest).min(moment(chosen.on, 0) - Duration::days(LEAD_DAYS));
        let end = chosen.on.succ_opt().map_or(self.now, |next| moment(next, 0));
        let snapshots = self.cloud.store.score_snapshots(&chosen.customer, start, end).await?;
        let reaches_back = snapshots.first().is_some_and(|first| first.point.at <= start);
        let records = if self.reconstruct && !reaches_back {
            Some(OwnRecords::read(self.cloud, customer, start, end, self.now).await?)
        } else {
            None
        };
        let reconstruction = records.as_ref().map(|records| records.reconstruction(customer, self.settings));
        let history = History { snapshots: &snapshots, reconstruction: reconstruction.as_ref() };
        Ok(Case::new(chosen.clone(), &history, &self.question.horizons, self.tested))
    }
}

/// What is stored about a customer.
struct OwnRecords {
    signals: Signals,
    status_changes: Vec<StatusChange>,
    usage: Vec<UsageDay>,
    usage_kept_from: NaiveDate,
}

impl OwnRecords {
    async fn read(
        cloud: &Cloud,
        customer: &Customer,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let store = &cloud.store;
        let usage_kept_from = (now - Duration::days(USAGE_KEPT_DAYS)).date_naive();
        // Not only the days that measures look at: the last use may lie before them.
        let first = usage_kept_from.min(start.date_naive());
        Ok(Self {
            signals: store.all_signals(&customer.id).await?,
            status_changes: store.status_changes(&customer.id, DateTime::UNIX_EPOCH, end).await?,
            usage: store.usage(&customer.id, first, end.date_naive()).await?,
            usage_kept_from,
        })
    }

    fn reconstruction<'a>(&'a self, customer: &'a Customer, settings: &'a Settings) -> Reconstruction<'a> {
        let signals = &self.signals;
        let records = Records {
            customer,
            settings,
            status_changes: &self.status_changes,
            usage: &self.usage,
            interactions: &signals.interactions,
            tickets: &signals.tickets,
            surveys: &signals.surveys,
            goals: &signals.goals,
            opportunities: &signals.opportunities,
            messages: &signals.messages,
            answers: &signals.answers,
        };
        Reconstruction::new(records, self.usage_kept_from)
    }
}
