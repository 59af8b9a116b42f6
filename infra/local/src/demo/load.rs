//! Writes the invented portfolio into the local system, as if it had been there for a year.
//!
//! The past is written as records: no mail is sent about it and no automation runs for it. Then each customer is computed
//! as of today, by the event that any change has, and what follows from that is real.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use keepwell_aws::store::change::CustomerChange;
use keepwell_aws::store::customers::{contact_record, status_change_record};
use keepwell_aws::store::feedback::{request_record, whereabouts_record};
use keepwell_aws::store::gists::{answer_records, signal_records};
use keepwell_aws::store::record::Record;
use keepwell_aws::store::scores::snapshot_records;
use keepwell_aws::store::signals::{SignalRecord, usage_record};
use keepwell_aws::store::transaction::MAX_WRITES;
use keepwell_aws::store::{CommitError, Expect, StoreError, Transaction, keys, record::Table};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::event::Fact;
use keepwell_domain::feedback::FeedbackRequest;
use keepwell_domain::happiness::Answer;
use keepwell_domain::health_status::StatusRecord;
use keepwell_domain::measure::{HappinessInput, Inputs, measure_all};
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::history::{ScorePoint, Snapshot};
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::sentiment::compound;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::{Gist as _, LastSignals, OutcomeKind};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use keepwell_domain::usage::UsageDay;

use tokio::task::{JoinError, JoinSet, spawn_blocking};

use super::business::AHEAD_DAYS;
use super::{DemoCustomer, portfolio};
use crate::system::{LocalSystem, SystemError};

/// The demo is the same on every machine.
const SEED: u64 = 7;

/// How many customers are written at once: as many as small machines have cores.
const AT_ONCE: usize = 4;

/// Weeks of score history.
const WEEKS: i64 = 52;

/// Why the demo portfolio cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A record cannot be read or made.
    #[error("a record cannot be stored")]
    Store(#[from] StoreError),
    /// Records cannot be written.
    #[error("records cannot be written")]
    Commit(#[from] CommitError),
    /// A part of the work broke off.
    #[error("the work broke off")]
    Broken(#[from] JoinError),
    /// The system does not come to rest.
    #[error("the scores cannot be computed")]
    System(#[from] SystemError),
}

/// Loads the portfolio, with a progress line. Answers how many customers it has.
pub async fn load(system: &LocalSystem) -> Result<usize, LoadError> {
    load_first(system, usize::MAX).await
}

/// Loads the first so many customers of it.
pub async fn load_first(system: &LocalSystem, most: usize) -> Result<usize, LoadError> {
    let today = system.now().date_naive();
    let mut customers = portfolio(SEED, today);
    customers.truncate(most);
    let count = customers.len();
    let bar = ProgressBar::new(count as u64);
    if let Ok(style) = ProgressStyle::with_template("demo portfolio {bar:30} {pos}/{len} {msg}") {
        bar.set_style(style);
    }
    let scorecard = Arc::new(Compiled::new(&Scorecard::shipped(), Some(1)));
    let mut waiting = customers.into_iter();
    let mut loading = JoinSet::new();
    loop {
        while loading.len() < AT_ONCE {
            let Some(customer) = waiting.next() else { break };
            bar.set_message(customer.profile.name.clone());
            let (system, scorecard) = (system.clone(), Arc::clone(&scorecard));
            loading.spawn(load_customer(system, scorecard, customer));
        }
        match loading.join_next().await {
            Some(loaded) => loaded??,
            None => break,
        }
        bar.inc(1);
    }
    bar.set_message("computing scores");
    system.settle().await?;
    bar.finish_and_clear();
    Ok(count)
}

async fn load_customer(system: LocalSystem, scorecard: Arc<Compiled>, demo: DemoCustomer) -> Result<(), LoadError> {
    let cloud = system.cloud();
    let now = system.now();
    // A year of scores takes long, and the system may have requests to answer meanwhile.
    let (customer, records) = spawn_blocking(move || computed(&demo, &scorecard, now)).await??;
    for batch in records.chunks(MAX_WRITES) {
        let mut transaction = Transaction::default();
        for record in batch {
            transaction.put(Ok(record.clone()), Expect::Anything);
        }
        transaction.commit(&cloud.store).await?;
    }
    let mut change = CustomerChange::creation(customer, now);
    change.publish(Fact::CustomerCreated {});
    change.commit(cloud).await?;
    Ok(())
}

/// The customer as it is now, and the records of its past.
fn computed(
    demo: &DemoCustomer,
    scorecard: &Compiled,
    now: DateTime<Utc>,
) -> Result<(Customer, Vec<Record>), StoreError> {
    let history = History::of(demo, now);
    let mut records = history.records(demo, now)?;
    for snapshot in history.snapshots(demo, scorecard, now) {
        records.extend(snapshot_records(&demo.id, &snapshot)?);
    }
    Ok((history.customer, records))
}

/// The customer as it is now, and what was folded or asked on the way.
struct History {
    customer: Customer,
    usage: Vec<UsageDay>,
    requests: Vec<FeedbackRequest>,
    answers: Vec<Answer>,
}

impl History {
    fn of(demo: &DemoCustomer, now: DateTime<Utc>) -> Self {
        let new = NewCustomer { id: None, profile: demo.profile.clone() };
        let mut customer = new.create(demo.id.clone(), demo.created_at);
        customer.status = demo.status_changes.last().map(StatusRecord::from);
        customer.version += demo.status_changes.len() as u64;
        customer.churned =
            demo.outcomes.iter().max_by_key(|outcome| outcome.on).is_some_and(|last| last.kind == OutcomeKind::Churned);
        customer.last_signals = Some(remembered(demo, now));
        // Its first score waits for what is still to come, and is silent about what came before.
        customer.awaited = None;
        customer.feedback_due_at = (customer.profile.request_feedback && !customer.churned).then_some(now);

        let mut days: BTreeMap<NaiveDate, UsageDay> = BTreeMap::new();
        for event in &demo.usage {
            let day = event.at.date_naive();
            days.entry(day).or_insert_with(|| UsageDay::empty(day)).fold(event);
        }
        let (requests, answers) = asked(demo);
        Self { customer, usage: days.into_values().collect(), requests, answers }
    }

    /// Everything but the customer's row and the score history.
    fn records(&self, demo: &DemoCustomer, now: DateTime<Utc>) -> Result<Vec<Record>, StoreError> {
        let id = &demo.id;
        let mut records = Vec::new();
        for contact in &demo.contacts {
            records.push(contact_record(id, contact)?);
        }
        for (index, change) in demo.status_changes.iter().enumerate() {
            let version = index as u64 + 2;
            records.push(status_change_record(id, version, change)?);
            records.push(timeline_record(demo, &change.timeline_entry(version))?);
        }
        for day in &self.usage {
            records.push(usage_record(id, day)?);
        }
        signals(&mut records, demo, &demo.tickets, now)?;
        signals(&mut records, demo, &demo.interactions, now)?;
        signals(&mut records, demo, &demo.surveys, now)?;
        signals(&mut records, demo, &demo.goals, now)?;
        signals(&mut records, demo, &demo.messages, now)?;
        signals(&mut records, demo, &demo.opportunities, now)?;
        signals(&mut records, demo, &demo.outcomes, now)?;
        for request in &self.requests {
            records.push(request_record(request)?);
            records.push(whereabouts_record(&request.id, id)?);
        }
        for answer in &self.answers {
            records.extend(answer_records(id, answer, u64::from(answer.revision) + 1, now)?);
            let name = demo.contacts.iter().find(|contact| contact.id == answer.contact).map(|contact| &contact.name);
            let title =
                format!("{} answered {}", name.map_or("A contact", |name| name.reveal()), answer.rating.title());
            let comment = answer.comment.clone().unwrap_or_default();
            let record = format!("{}.{}", answer.request, answer.revision);
            records.push(timeline_record(demo, &entry(answer.at, TimelineKind::Feedback, record, title, comment))?);
        }
        Ok(records)
    }

    /// The score of each past week, as it would have been computed then.
    fn snapshots(&self, demo: &DemoCustomer, scorecard: &Compiled, now: DateTime<Utc>) -> Vec<Snapshot> {
        let settings = Settings::default();
        let mut snapshots = Vec::new();
        for week in (1..=WEEKS).rev() {
            let at = now - Duration::weeks(week);
            if at < demo.created_at {
                continue;
            }
            let mut then = self.customer.clone();
            then.status = demo.status_changes.iter().rfind(|change| change.at <= at).map(StatusRecord::from);
            let from = self.usage.partition_point(|day| day.day < (at - Duration::days(60)).date_naive());
            let to = self.usage.partition_point(|day| day.day <= at.date_naive());
            let written_down = (at + Duration::days(AHEAD_DAYS)).date_naive();
            let known = demo.opportunities.partition_point(|opportunity| opportunity.closes_on <= written_down);
            let measures = measure_all(&Inputs {
                usage: self.usage.get(from..to).unwrap_or_default(),
                last_used_on: to.checked_sub(1).and_then(|last| self.usage.get(last)).map(|day| day.day),
                interactions: &demo.interactions,
                tickets: &demo.tickets,
                surveys: &demo.surveys,
                goals: &demo.goals,
                opportunities: demo.opportunities.get(..known).unwrap_or_default(),
                messages: &demo.messages,
                answers: &self.answers,
                happiness: HappinessInput::at(&self.answers, &settings, at),
                ..Inputs::new(at, &then, &settings)
            });
            let score = scorecard.evaluate(&measures, at);
            snapshots.push(Snapshot { point: ScorePoint::new(&score, None), measures });
        }
        snapshots
    }
}

/// What is remembered of the customer's signals for good.
fn remembered(demo: &DemoCustomer, now: DateTime<Utc>) -> LastSignals {
    let mut last = LastSignals::default();
    demo.interactions.iter().for_each(|interaction| interaction.remember(&mut last, now));
    demo.tickets.iter().for_each(|ticket| ticket.remember(&mut last, now));
    demo.outcomes.iter().for_each(|outcome| outcome.remember(&mut last, now));
    last
}

/// The requests with their answers.
fn asked(demo: &DemoCustomer) -> (Vec<FeedbackRequest>, Vec<Answer>) {
    let mut requests = Vec::new();
    let mut answers = Vec::new();
    for (index, asked) in demo.answers.iter().enumerate() {
        let id = format!("req_demo_{}_{index}", demo.id);
        let mut request = FeedbackRequest::new(id.clone(), demo.id.clone(), asked.contact.clone(), asked.asked_at);
        let role = demo.contacts.iter().find(|contact| contact.id == asked.contact).map(|contact| contact.role);
        if let Some((at, role)) = asked.answered_at.zip(role) {
            request.state = keepwell_domain::feedback::RequestState::Answered;
            request.first_answered_at = Some(at);
            request.revision = 1;
            request.last = Some(keepwell_domain::feedback::LastAnswer {
                rating: asked.rating,
                comment: asked.comment.clone(),
                at,
            });
            answers.push(Answer {
                request: id,
                revision: 1,
                contact: asked.contact.clone(),
                role,
                rating: asked.rating,
                sentiment: asked.comment.as_deref().and_then(compound),
                comment: asked.comment.clone(),
                at,
            });
        }
        requests.push(request);
    }
    (requests, answers)
}

fn signals<S: SignalRecord>(
    records: &mut Vec<Record>,
    demo: &DemoCustomer,
    signals: &[S],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for signal in signals {
        records.extend(signal_records(&demo.id, signal, now)?);
        if let Some(entry) = signal.timeline_entry() {
            records.push(timeline_record(demo, &entry)?);
        }
    }
    Ok(())
}

fn timeline_record(demo: &DemoCustomer, entry: &TimelineEntry) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::timeline(&demo.id, entry), entry)
}

fn entry(at: DateTime<Utc>, kind: TimelineKind, record: String, title: String, detail: String) -> TimelineEntry {
    TimelineEntry { at, kind, record, title, detail }
}

#[cfg(test)]
mod tests;
