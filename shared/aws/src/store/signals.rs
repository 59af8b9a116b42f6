//! Signals as they were received, and usage folded by day.

use chrono::NaiveDate;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::signal::{
    CustomMeasure, Goal, Interaction, Message, Opportunity, OpportunityOutcome, Outcome, Survey, Ticket,
};
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use keepwell_domain::usage::{UsageDay, whole_days};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::customers::core;
use super::feedback::InboxAnswer;
use super::record::{Record, Table, read};
use super::{Range, Store, StoreError, Stored, keys};

/// A signal that is kept under the id its sender gave it, so that sending it again replaces it.
pub trait SignalRecord: Serialize + DeserializeOwned + PartialEq + Clone {
    /// Sort key prefix.
    const PREFIX: &'static str;

    /// The sender's id.
    fn id(&self) -> &RecordId;

    /// The line it makes on the customer's timeline, if it makes one.
    fn timeline_entry(&self) -> Option<TimelineEntry>;
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

impl Store {
    /// Everything that a score is computed from, in one Query.
    pub async fn all_signals(&self, customer: &CustomerId) -> Result<Signals, StoreError> {
        let mut signals = Signals::default();
        for item in self.query_items(&core(customer, keys::SIGNALS)).await? {
            let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
            match sk.get(..Interaction::PREFIX.len()) {
                Some(Interaction::PREFIX) => signals.interactions.push(read(item)?.value),
                Some(Ticket::PREFIX) => signals.tickets.push(read(item)?.value),
                Some(Survey::PREFIX) => signals.surveys.push(read(item)?.value),
                Some(Goal::PREFIX) => signals.goals.push(read(item)?.value),
                Some(Message::PREFIX) => signals.messages.push(read(item)?.value),
                Some(Opportunity::PREFIX) => signals.opportunities.push(read(item)?.value),
                Some(CustomMeasure::PREFIX) => signals.custom_measures.push(read(item)?.value),
                Some(Outcome::PREFIX) => signals.outcomes.push(read(item)?.value),
                Some(keys::ANSWERS) => signals.answers.push(read::<InboxAnswer>(item)?.value.answer),
                _ => {}
            }
        }
        Ok(signals)
    }

    /// All signals of a kind of a customer.
    pub async fn signals<S: SignalRecord>(&self, customer: &CustomerId) -> Result<Vec<Stored<S>>, StoreError> {
        self.query_all(&core(customer, S::PREFIX)).await
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

/// The record of a signal.
pub fn signal_record<S: SignalRecord>(customer: &CustomerId, signal: &S) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::record(customer, S::PREFIX, signal.id()), signal)
}

/// The record of a row of usage. Kept for 400 days from that day.
pub fn usage_record(customer: &CustomerId, day: &UsageDay) -> Result<Record, StoreError> {
    let expires = midnight(day.day) + chrono::Duration::days(400);
    Ok(Record::new(Table::Usage, keys::usage_day(customer, day.day, day.part), day)?.expiring(expires))
}
