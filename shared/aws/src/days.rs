//! How the portfolio stood at the beginning of each day, for a year: objects `days/<date>/standings` and `days/<date>/measures`.
//!
//! They are written with the first snapshot of a day. Where there is none, because Keepwell had no snapshots yet or missed some, the
//! histories of scores tell it, customer by customer, which suits some thousand ([`histories`]).

pub mod histories;

use std::collections::BTreeSet;

use chrono::{Days as Span, NaiveDate};
use keepwell_domain::snapshot::day::{Day, DayMeasures};
use keepwell_domain::snapshot::{Snapshot, SnapshotError};

use crate::cloud::Cloud;
use crate::s3::ObjectError;
use crate::snapshot::PortfolioError;

/// Where the days are.
const PREFIX: &str = "days/";

/// How many days before the wanted one stand for it, when a snapshot was missed.
const NEAR_DAYS: u64 = 3;

fn standings_key(day: NaiveDate) -> String {
    format!("{PREFIX}{day}/standings")
}

fn measures_key(day: NaiveDate) -> String {
    format!("{PREFIX}{day}/measures")
}

/// Keeps how the snapshot's customers stand, as the beginning of its day. The standings come last: a day that has them is whole.
pub async fn keep(cloud: &Cloud, snapshot: &Snapshot) -> Result<(), PortfolioError> {
    let library = cloud.store.library().await?.value;
    let selection = cloud.store.selection(&library).await?;
    let day = snapshot.taken_at.date_naive();
    let measures = DayMeasures::to_bytes(snapshot).map_err(PortfolioError::Unwritable)?;
    let standings = Day::of(snapshot, &selection).to_bytes().map_err(PortfolioError::Unwritable)?;
    cloud.snapshots.put(&measures_key(day), measures).await?;
    cloud.snapshots.put(&standings_key(day), standings).await?;
    Ok(())
}

/// The days that are kept.
#[derive(Debug, Clone, Default)]
pub struct Kept(BTreeSet<NaiveDate>);

impl Kept {
    /// Looks which there are.
    pub async fn list(cloud: &Cloud) -> Result<Self, ObjectError> {
        let keys = cloud.snapshots.keys(PREFIX).await?;
        let day = |key: &String| key.strip_prefix(PREFIX)?.strip_suffix("/standings")?.parse().ok();
        Ok(Self(keys.iter().filter_map(day).collect()))
    }

    /// The first of them.
    pub fn first(&self) -> Option<NaiveDate> {
        self.0.first().copied()
    }

    /// The day that stands for `day`: itself, or one of the three before.
    pub fn near(&self, day: NaiveDate) -> Option<NaiveDate> {
        let from = day.checked_sub_days(Span::new(NEAR_DAYS))?;
        self.0.range(from..=day).next_back().copied()
    }
}

/// A kept day; `None` when it is not there, or cannot be used, which is reported.
pub async fn read(cloud: &Cloud, day: NaiveDate) -> Result<Option<Day>, ObjectError> {
    let key = standings_key(day);
    Ok(cloud.snapshots.get(&key).await?.and_then(|bytes| usable(&key, &bytes, Day::from_bytes)))
}

/// The measures of a kept day's customers, in the order of its rows.
pub async fn read_measures(cloud: &Cloud, day: NaiveDate) -> Result<Option<DayMeasures>, ObjectError> {
    let key = measures_key(day);
    Ok(cloud.snapshots.get(&key).await?.and_then(|bytes| usable(&key, &bytes, DayMeasures::from_bytes)))
}

fn usable<T>(key: &str, bytes: &[u8], read: impl FnOnce(&[u8]) -> Result<T, SnapshotError>) -> Option<T> {
    read(bytes).inspect_err(|error| tracing::error!(%error, key, "a kept day is left aside")).ok()
}
