//! Signals as they were received, and usage folded by day.

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_domain::event::Fact;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::signal::{
    CustomMeasure, Gist, Goal, Interaction, LastSignals, MAX_MILESTONES, Message, Opportunity, OpportunityOutcome,
    Outcome, Survey, Ticket,
};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use keepwell_domain::usage::{UsageDay, whole_days};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::change::CustomerChange;
use super::customers::core;
use super::gists::gist_record;
use super::record::{Record, Table, read, sort_key};
use super::{Item, Page, Range, Store, StoreError, Stored, keys};

/// A signal that is kept under the id its sender gave it, so that sending it again replaces it.
pub trait SignalRecord: Gist + Serialize + DeserializeOwned + PartialEq + Clone {
    /// Sort key prefix.
    const PREFIX: &'static str;

    /// The sender's id.
    fn id(&self) -> &RecordId;

    /// Whether it says something that `stored`, under the same id, does not.
    fn replaces(&self, stored: &Self) -> bool {
        self != stored
    }

    /// The line it makes on the customer's timeline, if it makes one.
    fn timeline_entry(&self) -> Option<TimelineEntry>;

    /// What is news at `now` when it takes the place of `before`, beside that signals were received.
    fn news(&self, _before: Option<&Self>, _now: DateTime<Utc>) -> Vec<Fact> {
        Vec::new()
    }

    /// Most writes that [`SignalRecord::await_what_time_brings`] adds.
    fn due_writes(&self, _before: Option<&Self>) -> usize {
        0
    }

    /// Adds to `change`, in which it takes the place of `before`, what time will bring about it by itself. What is remembered of it in
    /// the customer's row needs nothing here.
    fn await_what_time_brings(&self, _before: Option<&Self>, _change: &mut CustomerChange) {}
}

impl SignalRecord for Ticket {
    const PREFIX: &'static str = "S#TK#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        let state = if self.closed_at.is_some() { "closed" } else { "open" };
        let escalated = if self.escalated { ", escalated" } else { "" };
        let subject = self.subject.as_deref().map(|subject| format!(": {subject}")).unwrap_or_default();
        Some(TimelineEntry {
            at: self.opened_at,
            kind: TimelineKind::Ticket,
            record: self.id.to_string(),
            title: format!("Ticket {} ({}, {state}{escalated}){subject}", self.id, self.severity),
            detail: String::new(),
        })
    }

    fn news(&self, before: Option<&Self>, now: DateTime<Utc>) -> Vec<Fact> {
        Self::news(self, before, now)
    }
}

impl SignalRecord for Survey {
    const PREFIX: &'static str = "S#SV#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        Some(TimelineEntry {
            at: self.at,
            kind: TimelineKind::Survey,
            record: self.id.to_string(),
            title: format!(
                "{} answer {} on {}-{}",
                self.kind.as_str().to_uppercase(),
                self.value,
                self.scale_min,
                self.scale_max
            ),
            detail: self.comment.clone().unwrap_or_default(),
        })
    }
}

impl SignalRecord for Interaction {
    const PREFIX: &'static str = "S#IN#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        let rating = match (self.quality, self.outcome) {
            (Some(quality), Some(outcome)) => format!(", quality {quality} of 5, outcome {outcome} of 5"),
            (Some(quality), None) => format!(", quality {quality} of 5"),
            (None, Some(outcome)) => format!(", outcome {outcome} of 5"),
            (None, None) => String::new(),
        };
        Some(TimelineEntry {
            at: self.at,
            kind: TimelineKind::Interaction,
            record: self.id.to_string(),
            title: format!("Interaction: {}{rating}", self.kind),
            detail: self.notes.clone(),
        })
    }
}

impl SignalRecord for Goal {
    const PREFIX: &'static str = "S#GL#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        Some(TimelineEntry {
            at: midnight(self.due_on),
            kind: TimelineKind::Goal,
            record: self.id.to_string(),
            title: format!("Goal due: {} ({} of {})", self.name, self.actual, self.target),
            detail: String::new(),
        })
    }

    fn due_writes(&self, before: Option<&Self>) -> usize {
        let places = |goal: &Self| goal.milestones.len().min(MAX_MILESTONES);
        before.map_or(0, places).max(places(self))
    }

    fn await_what_time_brings(&self, before: Option<&Self>, change: &mut CustomerChange) {
        change.await_milestones(before, self);
    }
}

impl SignalRecord for Outcome {
    const PREFIX: &'static str = "S#OC#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        Some(TimelineEntry {
            at: midnight(self.on),
            kind: TimelineKind::Outcome,
            record: self.id.to_string(),
            title: format!("Customer {}", self.kind),
            detail: self.reason.clone().unwrap_or_default(),
        })
    }
}

impl SignalRecord for Message {
    const PREFIX: &'static str = "S#MS#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        Some(TimelineEntry {
            at: self.at,
            kind: TimelineKind::Message,
            record: self.id.to_string(),
            title: "Message".to_owned(),
            detail: self.text.clone(),
        })
    }
}

impl SignalRecord for Opportunity {
    const PREFIX: &'static str = "S#OP#";

    fn id(&self) -> &RecordId {
        &self.id
    }

    fn timeline_entry(&self) -> Option<TimelineEntry> {
        let state = self.outcome.map_or("open", OpportunityOutcome::as_str);
        Some(TimelineEntry {
            at: midnight(self.closes_on),
            kind: TimelineKind::Opportunity,
            record: self.id.to_string(),
            title: format!("Opportunity {}: {} ({state})", self.id, self.kind),
            detail: self.stage.clone().unwrap_or_default(),
        })
    }
}

impl SignalRecord for CustomMeasure {
    const PREFIX: &'static str = "S#CM#";

    fn id(&self) -> &RecordId {
        &self.name
    }

    /// Only the newest value is kept.
    fn replaces(&self, stored: &Self) -> bool {
        self != stored && self.observed_at >= stored.observed_at
    }

    /// None: a number that is sent every hour is no news each time.
    fn timeline_entry(&self) -> Option<TimelineEntry> {
        None
    }
}

fn midnight(day: NaiveDate) -> chrono::DateTime<chrono::Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// Everything about a customer that a score is computed from, but for usage.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Meetings, calls, mails, notes.
    pub interactions: Vec<Interaction>,
    /// Tickets.
    pub tickets: Vec<Ticket>,
    /// Survey answers.
    pub surveys: Vec<Survey>,
    /// Goals.
    pub goals: Vec<Goal>,
    /// What the customer wrote.
    pub messages: Vec<Message>,
    /// Renewals and expansions.
    pub opportunities: Vec<Opportunity>,
    /// The newest value of each of the team's own measures.
    pub custom_measures: Vec<CustomMeasure>,
    /// Churns and renewals.
    pub outcomes: Vec<Outcome>,
    /// Answers to feedback requests, every revision.
    pub answers: Vec<Answer>,
}

impl Signals {
    /// Adds an item; `record_of` tells the sort key of the record from the item's own.
    pub(super) fn add(&mut self, item: Item, record_of: fn(&str) -> &str) -> Result<(), StoreError> {
        let sk = sort_key(&item);
        match record_of(&sk).get(..Interaction::PREFIX.len()) {
            Some(Interaction::PREFIX) => self.interactions.push(read(item)?.value),
            Some(Ticket::PREFIX) => self.tickets.push(read(item)?.value),
            Some(Survey::PREFIX) => self.surveys.push(read(item)?.value),
            Some(Goal::PREFIX) => self.goals.push(read(item)?.value),
            Some(Message::PREFIX) => self.messages.push(read(item)?.value),
            Some(Opportunity::PREFIX) => self.opportunities.push(read(item)?.value),
            Some(CustomMeasure::PREFIX) => self.custom_measures.push(read(item)?.value),
            Some(Outcome::PREFIX) => self.outcomes.push(read(item)?.value),
            Some(keys::ANSWERS) => self.answers.push(read(item)?.value),
            _ => {}
        }
        Ok(())
    }

    /// The gists that these signals and answers have at `now`.
    pub(super) fn gist_records(&self, customer: &CustomerId, now: DateTime<Utc>) -> Result<Vec<Record>, StoreError> {
        fn of<S: SignalRecord>(
            customer: &CustomerId,
            signals: &[S],
            now: DateTime<Utc>,
        ) -> Result<Vec<Option<Record>>, StoreError> {
            let key = |signal: &S| keys::record(customer, S::PREFIX, signal.id());
            signals.iter().map(|signal| gist_record(&key(signal), signal, now)).collect()
        }
        let answer_key = |answer: &Answer| keys::answer(customer, &answer.request, answer.revision);
        let answers = self.answers.iter().map(|answer| gist_record(&answer_key(answer), answer, now));
        let records = [
            of(customer, &self.interactions, now)?,
            of(customer, &self.tickets, now)?,
            of(customer, &self.surveys, now)?,
            of(customer, &self.goals, now)?,
            of(customer, &self.messages, now)?,
            of(customer, &self.opportunities, now)?,
            of(customer, &self.custom_measures, now)?,
            of(customer, &self.outcomes, now)?,
            answers.collect::<Result<_, _>>()?,
        ];
        Ok(records.into_iter().flatten().flatten().collect())
    }

    /// Enters into `last` what is remembered of these signals for good.
    pub fn remember(&self, last: &mut LastSignals, now: DateTime<Utc>) {
        self.interactions.iter().for_each(|interaction| interaction.remember(last, now));
        self.tickets.iter().for_each(|ticket| ticket.remember(last, now));
        self.outcomes.iter().for_each(|outcome| outcome.remember(last, now));
    }

    /// What is remembered of these signals, when they are all there are.
    pub fn remembered(&self, now: DateTime<Utc>) -> LastSignals {
        let mut last = LastSignals::default();
        self.remember(&mut last, now);
        last
    }
}

impl Store {
    /// All signals and answers of a customer, whole.
    pub async fn all_signals(&self, customer: &CustomerId) -> Result<Signals, StoreError> {
        let mut signals = Signals::default();
        for item in self.query_items(&core(customer, keys::SIGNALS)).await? {
            signals.add(item, |sk| sk)?;
        }
        Ok(signals)
    }

    /// All signals of a kind of a customer.
    pub async fn signals<S: SignalRecord>(&self, customer: &CustomerId) -> Result<Vec<Stored<S>>, StoreError> {
        self.query_all(&core(customer, S::PREFIX)).await
    }

    /// A page of a customer's signals of a kind, by id.
    pub async fn signals_page<S: SignalRecord>(
        &self,
        customer: &CustomerId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<S>>, StoreError> {
        self.query_page(&core(customer, S::PREFIX), limit, after).await
    }

    /// The signals of a kind with these ids, those that are there, in any order.
    pub async fn signals_by_id<S: SignalRecord>(
        &self,
        customer: &CustomerId,
        ids: impl Iterator<Item = &RecordId>,
    ) -> Result<Vec<S>, StoreError> {
        let found = self.batch_get(Table::Core, ids.map(|id| keys::record(customer, S::PREFIX, id))).await?;
        Ok(found.into_iter().map(|stored| stored.value).collect())
    }

    /// A customer's usage from `from` to `to`, both inclusive, oldest first. Days without usage are absent.
    pub async fn usage(
        &self,
        customer: &CustomerId,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let rows = self.usage_rows(customer, from, to).await?;
        Ok(whole_days(rows.into_iter().map(|stored| stored.value)))
    }

    /// The same row by row, as what is folded needs it: a busy day has several.
    pub async fn usage_rows(
        &self,
        customer: &CustomerId,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<Stored<UsageDay>>, StoreError> {
        let range = Range { table: Table::Usage, pk: keys::usage_partition(customer), prefix: "D#", descending: false };
        self.query_between(&range, &format!("D#{from}"), &format!("D#{to}~")).await
    }

    /// The newest day on which the customer used the product.
    pub async fn last_used_on(&self, customer: &CustomerId) -> Result<Option<NaiveDate>, StoreError> {
        let range = Range { table: Table::Usage, pk: keys::usage_partition(customer), prefix: "D#", descending: true };
        let page = self.query_page::<UsageDay>(&range, 1, None).await?;
        Ok(page.items.into_iter().next().map(|stored| stored.value.day))
    }
}

/// Days for which a row of usage is kept, from its day.
pub const USAGE_KEPT_DAYS: i64 = 400;

/// The record of a row of usage. Kept for 400 days from that day.
pub fn usage_record(customer: &CustomerId, day: &UsageDay) -> Result<Record, StoreError> {
    let expires = midnight(day.day) + chrono::Duration::days(USAGE_KEPT_DAYS);
    Ok(Record::new(Table::Usage, keys::usage_day(customer, day.day, day.part), day)?.expiring(expires))
}
