//! Gists: beside each signal what measures see of it, under a key that begins with the moment until which they look at it.
//!
//! One Query from now on reads all that a score needs, and its cost does not grow with the customer's history. Signal, gist and
//! timeline line are written by one function, in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::CustomerId;
use keepwell_domain::signal::Gist;
use keepwell_domain::timeline::TimelineEntry;
use serde::Serialize;

use super::change::{Cause, CustomerChange};
use super::customers::core;
use super::feedback::answer_record;
use super::keys::{self, Key};
use super::record::{Record, Table};
use super::signals::{SignalRecord, Signals};
use super::transaction::MAX_WRITES;
use super::{CommitError, Expect, Store, StoreError, Stored};
use crate::cloud::Cloud;

/// Most writes that [`CustomerChange::signal`] adds to a transaction.
pub const WRITES_PER_SIGNAL: usize = 5;

/// Room in a transaction for the customer's row.
const ROOM: usize = MAX_WRITES - 1;

impl Store {
    /// Everything that measures can see at `now`, but for usage and what the customer's row remembers.
    pub async fn gists(&self, customer: &CustomerId, now: DateTime<Utc>) -> Result<Signals, StoreError> {
        let from = format!("{}{}", keys::GISTS, keys::instant(now));
        let to = format!("{}~~", keys::GISTS);
        let mut signals = Signals::default();
        for item in self.query_items_between(&core(customer, keys::GISTS), &from, &to).await? {
            signals.add(item, keys::record_of_gist)?;
        }
        Ok(signals)
    }

    /// Makes a customer's gists anew from its signals, and what its row remembers of them.
    ///
    /// Each transaction holds the row as it was read, so that nothing is mixed with what another writer does meanwhile.
    pub async fn rewrite_gists(&self, cloud: &Cloud, id: &CustomerId) -> Result<(), CommitError> {
        let now = cloud.now();
        let Some(mut customer) = self.customer(id).await? else { return Ok(()) };
        let signals = self.all_signals(id).await?;
        let wanted = signals.gist_records(id, now)?;
        let keys: BTreeSet<&str> = wanted.iter().map(|record| record.key.sk.as_str()).collect();
        let mut unwanted = self.sort_keys(&core(id, keys::GISTS)).await?;
        unwanted.retain(|sk| !keys.contains(sk.as_str()));

        // Without what is remembered the row says that its gists are not there, until the last of them is.
        customer.value.last_signals = None;
        for batch in unwanted.chunks(ROOM) {
            let mut change = CustomerChange::of(customer, Cause::default(), now);
            for sk in batch {
                change.transaction.delete(Table::Core, Key { pk: keys::customer_partition(id), sk: sk.clone() });
            }
            customer = commit(cloud, change).await?;
        }
        for batch in wanted.chunks(ROOM) {
            let mut change = CustomerChange::of(customer, Cause::default(), now);
            for record in batch {
                change.put(Ok(record.clone()), Expect::Anything);
            }
            customer = commit(cloud, change).await?;
        }
        customer.value.last_signals = Some(signals.remembered(now));
        commit(cloud, CustomerChange::of(customer, Cause::default(), now)).await?;
        Ok(())
    }
}

/// The customer's row as it is after the change.
async fn commit(cloud: &Cloud, change: CustomerChange) -> Result<Stored<Customer>, CommitError> {
    let revision = change.revision() + 1;
    Ok(Stored { value: change.commit(cloud).await?, revision })
}

/// The gist of a signal whose record stands under `record`; `None` when no measure looks at it any more.
pub(super) fn gist_record<G: Gist + Serialize>(
    record: &Key,
    signal: &G,
    now: DateTime<Utc>,
) -> Result<Option<Record>, StoreError> {
    let until = signal.counts_until();
    if until.is_some_and(|until| until <= now) {
        return Ok(None);
    }
    let gist = Record::new(Table::Core, keys::gist(record, until), &signal.gist())?;
    Ok(Some(match until {
        Some(until) => gist.expiring(until),
        None => gist,
    }))
}

/// The records of a signal: itself and its gist. For what is written in bulk; a change of a customer uses [`CustomerChange::signal`].
pub fn signal_records<S: SignalRecord>(
    customer: &CustomerId,
    signal: &S,
    now: DateTime<Utc>,
) -> Result<Vec<Record>, StoreError> {
    let key = keys::record(customer, S::PREFIX, signal.id());
    let gist = gist_record(&key, signal, now)?;
    Ok([Record::new(Table::Core, key, signal)?].into_iter().chain(gist).collect())
}

/// The records of one revision of an answer: itself and its gist. `version` is its request's after it.
pub fn answer_records(
    customer: &CustomerId,
    answer: &Answer,
    version: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Record>, StoreError> {
    let record = answer_record(customer, answer, version)?;
    let gist = gist_record(&record.key, answer, now)?;
    Ok([record].into_iter().chain(gist).collect())
}

impl CustomerChange {
    /// Keeps `signal` in place of `before`: itself, its gist, its line on the timeline, and what is remembered of it for good.
    ///
    /// What is remembered of `before` must still hold ([`keepwell_domain::signal::LastSignals::loses`]).
    pub fn signal<S: SignalRecord>(&mut self, before: Option<&Stored<S>>, signal: &S) {
        let customer = self.customer.id.clone();
        let record = keys::record(&customer, S::PREFIX, signal.id());
        let line = |entry: Option<TimelineEntry>| entry.map(|entry| keys::timeline(&customer, &entry));
        let gist = |signal: &S| keys::gist(&record, signal.counts_until());
        if let Some(Stored { value: before, .. }) = before {
            let (old_line, old_gist) = (line(before.timeline_entry()), gist(before));
            let gone = old_line.filter(|old| Some(old) != line(signal.timeline_entry()).as_ref());
            for key in gone.into_iter().chain([old_gist].into_iter().filter(|old| *old != gist(signal))) {
                self.transaction.delete(Table::Core, key);
            }
        }
        let expect = before.map_or(Expect::Absent, |before| Expect::Revision(before.revision));
        self.put(Record::new(Table::Core, record.clone(), signal), expect);
        self.put_gist(&record, signal);
        if let Some(entry) = signal.timeline_entry() {
            self.timeline(&entry);
        }
        if let Some(last) = &mut self.customer.last_signals {
            signal.remember(last, self.now);
        }
        signal.await_what_time_brings(before.map(|before| &before.value), self);
    }

    /// Keeps a revision of an answer, which must be new. `version` is its request's after it.
    pub fn answer(&mut self, answer: &Answer, version: u64) {
        let customer = self.customer.id.clone();
        self.put(answer_record(&customer, answer, version), Expect::Absent);
        self.put_gist(&keys::answer(&customer, &answer.request, answer.revision), answer);
    }

    fn put_gist<G: Gist + Serialize>(&mut self, record: &Key, signal: &G) {
        if let Some(gist) = gist_record(record, signal, self.now).transpose() {
            self.put(gist, Expect::Anything);
        }
    }
}
