//! The run log. A run lies with its customer, under a key that its event, automation and version make: so it happens once, and goes
//! when the customer is erased. Indexes list it by automation and by month.
//!
//! Most runs that are refused are refused again and again. Each is written down with its customer, so that it is not decided anew when
//! its event comes twice; into the indexes, which cost two thirds, goes the first of a day for each automation, customer and reason.

use chrono::{DateTime, Datelike as _, Utc};
use keepwell_domain::automation::run::{self, Run};
use keepwell_domain::event::Event;
use keepwell_domain::id::CustomerId;
use serde::{Deserialize, Serialize};

use super::customers::core;
use super::keys::Key;
use super::record::{Record, Table};
use super::{Range, Store, StoreError, Stored, keys};

/// Which runs are wanted: the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsOf<'a> {
    /// All.
    Team,
    /// Those of an automation, in any version.
    Automation(&'a str),
    /// Those of a customer.
    Customer(&'a CustomerId),
}

/// When an automation acted for a customer before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PreviousRuns {
    /// The moments.
    pub at: Vec<DateTime<Utc>>,
}

impl Store {
    /// A run.
    pub async fn run(&self, key: &Key) -> Result<Option<Stored<Run>>, StoreError> {
        self.get(Table::Core, key).await
    }

    /// Every run that an event set off, of any automation and version.
    pub async fn runs_of_event(&self, event: &Event) -> Result<Vec<Stored<Run>>, StoreError> {
        let prefix = keys::runs_of_event(event);
        let pk = keys::customer_partition(&event.customer_id);
        self.query_all(&Range { table: Table::Core, pk, prefix: &prefix, descending: false }).await
    }

    /// Runs that somebody must go on with at `now`.
    pub async fn runs_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Stored<Run>>, StoreError> {
        let until = format!("{}#~", keys::instant(now));
        let mut due = Vec::new();
        for shard in 0..keys::WORK_SHARDS {
            due.extend(self.query_index(Table::Core, "work", &work(shard), Some(&until), Some(limit)).await?);
        }
        Ok(due)
    }

    /// Up to `limit` runs whose event happened from `from` to `to`, newest first; with `before`, those before that
    /// [place](keys::run_place).
    pub async fn runs(
        &self,
        of: RunsOf<'_>,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Run>, StoreError> {
        let from_place = keys::instant(from);
        let to_place = before.map_or_else(|| format!("{}#~", keys::instant(to)), str::to_owned);
        // The place itself is not wanted, and the keys have no "less than": one more is read, and dropped.
        let wanted = limit + 1;
        let mut runs: Vec<Stored<Run>> = Vec::new();
        match of {
            RunsOf::Customer(customer) => {
                let range = Range { descending: true, ..core(customer, keys::RUNS) };
                let between = (format!("{}{from_place}", keys::RUNS), format!("{}{to_place}", keys::RUNS));
                runs = self.query_some_between(&range, (&between.0, &between.1), wanted).await?;
            }
            RunsOf::Automation(id) => {
                let between = (from_place.as_str(), to_place.as_str());
                runs = self.query_index_back(Table::Core, "by_owner", &of_automation(id), between, wanted).await?;
            }
            RunsOf::Team => {
                let newest = before.and_then(|place| place.split('#').next()?.parse().ok()).unwrap_or(to);
                let mut month = (newest.year(), newest.month());
                while month >= (from.year(), from.month()) && runs.len() < wanted {
                    let between = (from_place.as_str(), to_place.as_str());
                    let left = wanted - runs.len();
                    let page = self.query_index_back(Table::Core, "portfolio", &of_month(month), between, left).await?;
                    runs.extend(page);
                    month = if month.1 == 1 { (month.0 - 1, 12) } else { (month.0, month.1 - 1) };
                }
            }
        }
        let others = runs.into_iter().map(|stored| stored.value).filter(|run| before != Some(&place(run)));
        Ok(others.take(limit).collect())
    }

    /// When an automation acted for a customer before, with the row's revision (0 = never).
    pub async fn previous_runs(
        &self,
        automation: &str,
        customer: &CustomerId,
    ) -> Result<Stored<PreviousRuns>, StoreError> {
        let stored = self.get(Table::Dedupe, &keys::cool_down(automation, customer)).await?;
        Ok(stored.unwrap_or(Stored { value: PreviousRuns::default(), revision: 0 }))
    }
}

/// Where a run stands in a list.
pub fn place(run: &Run) -> String {
    keys::run_place(&run.event, &run.automation, run.version)
}

fn of_automation(id: &str) -> String {
    format!("RUN#{id}")
}

fn of_month((year, month): (i32, u32)) -> String {
    format!("RUNS#{year}-{month:02}")
}

/// The partition of the runs that somebody must go on with.
pub(super) fn work(shard: u32) -> String {
    format!("DUE#run#{shard:02}")
}

/// The record of a run, in every list.
pub fn run_record(run: &Run) -> Result<Record, StoreError> {
    let at = run.event.occurred_at;
    let record = unlisted_run_record(run)?.indexed("by_owner", of_automation(&run.automation), place(run)).indexed(
        "portfolio",
        of_month((at.year(), at.month())),
        place(run),
    );
    Ok(match run.due_at() {
        Some(due) => {
            let shard = keys::shard(run.event.customer_id.as_str(), keys::WORK_SHARDS);
            record.indexed("work", work(shard), format!("{}#{}", keys::instant(due), place(run)))
        }
        None => record,
    })
}

/// The record of a run that only its customer's list shows.
pub fn unlisted_run_record(run: &Run) -> Result<Record, StoreError> {
    let key = keys::run(&run.event, &run.automation, run.version);
    // A run that waits longer than the log is kept must not be gone before it goes on.
    let kept_from = run.due_at().map_or(run.started_at, |due| due.max(run.started_at));
    Ok(Record::new(Table::Core, key, run)?.expiring(kept_from + run::KEPT))
}
