//! The index of what time brings about customers, and until when it was looked for.
//!
//! An item is written in the transaction that makes it true. It stands in the index under its moment, once somebody who knows the
//! waits has looked whether one of them is over already; until then it stands among the new ones.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::automation::trigger::TimeTrigger;
use keepwell_domain::due::{Awaited, Due, DueKind};
use keepwell_domain::id::CustomerId;
use keepwell_domain::signal::Goal;
use serde::{Deserialize, Serialize};

use super::change::{Cause, CustomerChange};
use super::customers::core;
use super::keys::{self, Key};
use super::record::{Record, Table};
use super::transaction::MAX_WRITES;
use super::{CommitError, Expect, Store, StoreError, Stored, Transaction};
use crate::cloud::Cloud;

/// How far back news is looked for where nobody looked before: not for years of past.
pub const FIRST_LOOK: Duration = Duration::days(1);

const RENEWAL: &str = "renewal";
const CONTACT: &str = "contact";

/// Something that time brings about a customer, as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DueEntry {
    /// Whom it is about.
    pub customer: CustomerId,
    /// Where it stands among the customer's others.
    pub place: String,
    /// What it is.
    pub due: Due,
    /// Until when its news was looked for; `None` = never.
    pub settled_at: Option<DateTime<Utc>>,
}

impl DueEntry {
    /// Its key.
    pub fn key(&self) -> Key {
        keys::due(&self.customer, &self.place)
    }

    /// Its record, under its moment.
    pub fn record(&self) -> Result<Record, StoreError> {
        let at = self.due.moment();
        self.indexed(&self.due.kind().to_string(), at)
    }

    /// Its record, among what is new at `now`.
    fn new_record(&self, now: DateTime<Utc>) -> Result<Record, StoreError> {
        self.indexed(NEW, now)
    }

    fn indexed(&self, queue: &str, at: DateTime<Utc>) -> Result<Record, StoreError> {
        let shard = keys::shard(self.customer.as_str(), keys::DUE_SHARDS);
        let sk = format!("{}#{}", keys::instant(at), self.customer);
        let record = Record::new(Table::Core, self.key(), self)?.indexed("work", queue_partition(queue, shard), sk);
        Ok(match self.due.ends_at() {
            Some(end) => record.expiring(end),
            None => record,
        })
    }
}

/// Name of the queue of what nobody has looked at.
const NEW: &str = "new";

fn queue_partition(queue: &str, shard: u32) -> String {
    format!("DUE#{queue}#{shard:02}")
}

/// Until when news was looked for, by what was waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedUntil(BTreeMap<String, DateTime<Utc>>);

impl LookedUntil {
    /// From when on news of `wait` is to be looked for at `now`.
    pub fn since(&self, wait: TimeTrigger, now: DateTime<Utc>) -> DateTime<Utc> {
        self.0.get(&wait.to_string()).copied().unwrap_or(now - FIRST_LOOK)
    }

    /// Whether it is of these waits and of the day of `now`. Then it need not be written as long as there is no news: to look at the
    /// same hours once more costs the same.
    pub fn is_of_today(&self, waits: &BTreeSet<TimeTrigger>, now: DateTime<Utc>) -> bool {
        let known: BTreeSet<&String> = self.0.keys().collect();
        let wanted: Vec<String> = waits.iter().map(TimeTrigger::to_string).collect();
        known == wanted.iter().collect() && self.0.values().all(|at| at.date_naive() == now.date_naive())
    }

    /// Notes it.
    pub fn note(&mut self, wait: TimeTrigger, until: DateTime<Utc>) {
        self.0.insert(wait.to_string(), until);
    }
}

impl Store {
    /// What became news for `wait` after `since` and until `now`. May hold what changed a moment ago.
    pub async fn crossed(
        &self,
        wait: TimeTrigger,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<DueEntry>, StoreError> {
        let (from, to) = (since + wait.ahead(), now + wait.ahead());
        // What has a day is due at midnight.
        if wait.due_kind().is_of_a_day() && from.date_naive() == to.date_naive() {
            return Ok(Vec::new());
        }
        let (from, to) = (keys::instant(from), keys::instant(to));
        // An entry's key is its moment and `#`: the moment itself sorts before it, the moment and `~` after it.
        let found = self.due_between(&wait.due_kind().to_string(), &from, &format!("{to}~")).await?;
        let crossed = |entry: &DueEntry| entry.due.crossed_at(wait).is_some_and(|at| at > since && at <= now);
        Ok(found.into_iter().map(|stored| stored.value).filter(crossed).collect())
    }

    /// What was written until `now` and nobody has looked at.
    pub async fn new_due(&self, now: DateTime<Utc>) -> Result<Vec<Stored<DueEntry>>, StoreError> {
        self.due_between(NEW, "", &format!("{}~", keys::instant(now))).await
    }

    async fn due_between(&self, queue: &str, from: &str, to: &str) -> Result<Vec<Stored<DueEntry>>, StoreError> {
        let shards = (0..keys::DUE_SHARDS).map(|shard| queue_partition(queue, shard));
        let pages = futures::future::try_join_all(
            shards.map(|pk| async move { self.query_index_between(Table::Core, "work", &pk, from, to).await }),
        );
        Ok(pages.await?.into_iter().flatten().collect())
    }

    /// Something that time brings, as it is now.
    pub async fn due(&self, key: &Key) -> Result<Option<Stored<DueEntry>>, StoreError> {
        self.get(Table::Core, key).await
    }

    /// Until when it was looked for what time brings.
    pub async fn looked_until(&self) -> Result<LookedUntil, StoreError> {
        Ok(self.get(Table::Core, &keys::looked_until()).await?.map(|stored| stored.value).unwrap_or_default())
    }

    /// Puts what time brings about a customer into the index, for a customer that was stored before there was one. What has been
    /// news for more than a day stays silent. Doing so twice changes nothing.
    pub async fn begin_awaiting(&self, cloud: &Cloud, id: &CustomerId) -> Result<(), CommitError> {
        let now = cloud.now();
        let Some(mut customer) = self.customer(id).await? else { return Ok(()) };
        if customer.value.awaited.is_some() {
            return Ok(());
        }
        let known = self.sort_keys(&core(id, keys::DUE)).await?;
        let goals: Vec<Stored<Goal>> = self.signals(id).await?;
        let milestones = goals.iter().flat_map(|goal| milestones(&goal.value));
        let awaited = Awaited::of(&customer.value);
        let own = [(RENEWAL, awaited.renewal()), (CONTACT, awaited.contact(&customer.value))];
        let own = own.into_iter().filter_map(|(place, due)| Some((place.to_owned(), due?)));
        let entries = own.chain(milestones).map(|(place, due)| DueEntry {
            customer: id.clone(),
            place,
            due,
            settled_at: Some(now - FIRST_LOOK),
        });
        // What is there already was written by a change since, and is right.
        let missing: Vec<DueEntry> =
            entries.filter(|entry| !entry.due.is_over(now) && !known.contains(&entry.key().sk)).collect();
        // Each transaction holds the row as it was read; the last one says that all is there.
        for batch in missing.chunks(MAX_WRITES - 1) {
            let mut change = CustomerChange::of(customer, Cause::default(), now);
            for entry in batch {
                change.put(entry.new_record(now), Expect::Anything);
            }
            let revision = change.revision() + 1;
            customer = Stored { value: change.commit(cloud).await?, revision };
        }
        customer.value.awaited = Some(awaited);
        CustomerChange::of(customer, Cause::default(), now).commit(cloud).await?;
        Ok(())
    }
}

impl Transaction {
    /// Moves an entry out of what is new: its news until `now` was looked for.
    pub fn settle_due(&mut self, stored: Stored<DueEntry>, now: DateTime<Utc>) {
        let entry = DueEntry { settled_at: Some(now), ..stored.value };
        self.put(entry.record(), Expect::Revision(stored.revision));
    }

    /// Notes until when it was looked for what time brings.
    pub fn put_looked_until(&mut self, looked: &LookedUntil) {
        self.put(Record::new(Table::Core, keys::looked_until(), looked), Expect::Anything);
    }
}

impl CustomerChange {
    /// Brings the index in line with the customer's row, where it is not.
    pub(super) fn await_what_time_brings(&mut self) {
        let Some(before) = self.customer.awaited.clone() else { return };
        let after = Awaited::of(&self.customer);
        if after.renewal != before.renewal {
            self.replace_due(RENEWAL, before.renewal.is_some(), after.renewal());
        }
        if after.silent_since != before.silent_since {
            self.replace_due(CONTACT, before.silent_since.is_some(), after.contact(&self.customer));
        }
        self.customer.awaited = Some(after);
    }

    /// Brings the index in line with a goal that takes the place of `before`.
    pub(super) fn await_milestones(&mut self, before: Option<&Goal>, after: &Goal) {
        let mut gone: BTreeMap<String, Due> = before.into_iter().flat_map(milestones).collect();
        for (place, due) in milestones(after) {
            let before = gone.remove(&place);
            if before.as_ref() != Some(&due) {
                self.replace_due(&place, before.is_some(), Some(due));
            }
        }
        for place in gone.into_keys() {
            self.replace_due(&place, true, None);
        }
    }

    fn replace_due(&mut self, place: &str, was_there: bool, after: Option<Due>) {
        let customer = self.customer.id.clone();
        match after.filter(|due| !due.is_over(self.now)) {
            Some(due) => {
                let looked_for = due.may_be_news(self.now);
                let settled_at = Some(self.now).filter(|_| !looked_for);
                let entry = DueEntry { customer, place: place.to_owned(), due, settled_at };
                self.put(if looked_for { entry.new_record(self.now) } else { entry.record() }, Expect::Anything);
            }
            None if was_there => self.transaction.delete(Table::Core, keys::due(&customer, place)),
            None => {}
        }
    }
}

/// The goal's open milestones, each with its place among what time brings about the customer.
fn milestones(goal: &Goal) -> Vec<(String, Due)> {
    let place = |number| format!("{}#{}#{number}", DueKind::Milestone, goal.id);
    Due::milestones(goal).into_iter().map(|(number, due)| (place(number), due)).collect()
}
