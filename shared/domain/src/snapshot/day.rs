//! What is kept of the portfolio for a year: how everybody stood at the beginning of a day, without saying who they are.
//!
//! A customer is a number that only its id and the moment of its creation give. So a customer that is erased needs no line taken out of
//! old objects, and one that comes again under its id is another one. Two objects: [`Day`], small, and the measures of the same
//! customers in the same order, which only explanations need.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::file::{Reader, Writer};
use super::measures::Measures;
use super::{Snapshot, SnapshotError, damaged};
use crate::analytics::StoodAt;
use crate::customer::Customer;
use crate::health_status::HealthStatus;
use crate::measure::{MeasureValues, Name};
use crate::score::breakdown::ScorecardVersion;
use crate::score::library::Selection;
use crate::score::manual_override::ManualOverride;
use crate::score::number::PointValue;
use crate::score::scorecard::{Limit, LimitKind};

/// The format of a day's objects. It is not that of snapshots, which may change with every release: a day must be readable for a year, so
/// that a release that writes another format still reads this one.
const FORMAT: u32 = 1_001;

/// A customer at the beginning of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct DayRow {
    /// [`key_of`] the customer.
    pub key: i64,
    /// How it stood.
    pub stood: StoodAt,
    /// By which scorecard it was to be computed.
    pub scorecard: ScorecardVersion,
    /// The override by hand that acted.
    pub limit: Option<Limit>,
}

/// Everybody at the beginning of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// The moment.
    pub taken_at: DateTime<Utc>,
    /// The customers.
    pub rows: Vec<DayRow>,
}

/// The number that stands for a customer.
pub fn key_of(customer: &Customer) -> i64 {
    let created_at = customer.created_at.timestamp_millis();
    let digest = Sha256::digest(format!("{}\n{created_at}", customer.id));
    // 63 bits: one value is taken for "nothing".
    digest.iter().take(8).fold(0_i64, |bits, byte| (bits << 8) | i64::from(*byte)) & i64::MAX
}

impl Day {
    /// What is kept of a snapshot. Customers are in its order.
    pub fn of(snapshot: &Snapshot, selection: &Selection) -> Self {
        let at = snapshot.taken_at;
        let row = |customer: &Customer| DayRow {
            key: key_of(customer),
            stood: StoodAt::now(customer),
            scorecard: selection.for_customer(customer).version().clone(),
            limit: customer.manual_override.as_ref().filter(|manual| manual.acts_at(at)).map(ManualOverride::limit),
        };
        Self { taken_at: at, rows: snapshot.rows().iter().map(|of| row(&of.customer)).collect() }
    }

    /// Where each customer is.
    pub fn places(&self) -> HashMap<i64, usize> {
        self.rows.iter().enumerate().map(|(place, row)| (row.key, place)).collect()
    }

    /// The object that [`Self::from_bytes`] reads.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let mut file = Writer::new(FORMAT, self.taken_at, self.rows.len());
        let stood = || self.rows.iter().map(|row| row.stood);
        file.whole("key", self.rows.iter().map(|row| Some(row.key)));
        file.numbers("score", stood().map(|stood| stood.score));
        file.words("band", stood().map(|stood| stood.band.map(|band| band.as_str().into())))?;
        file.numbers("happiness", stood().map(|stood| stood.happiness));
        file.whole("churned", stood().map(|stood| Some(i64::from(stood.churned))));
        file.words("scorecard", self.rows.iter().map(|row| Some(row.scorecard.id.as_str().into())))?;
        let version = |row: &DayRow| row.scorecard.version.and_then(|version| i64::try_from(version).ok());
        file.whole("scorecard_version", self.rows.iter().map(version));
        file.words("limit", self.rows.iter().map(|row| row.limit.map(|limit| limit.kind().as_str().into())))?;
        file.numbers("limit_value", self.rows.iter().map(|row| row.limit.map(Limit::value)));
        file.finish()
    }

    /// Reads an object. Every checksum is looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let file = Reader::new(FORMAT, bytes)?;
        let next_key = file.whole("key")?;
        let mut score = file.numbers("score")?;
        let mut band = file.words("band", HealthStatus::parse)?;
        let mut happiness = file.numbers("happiness")?;
        let mut churned = file.whole("churned")?;
        let mut scorecard = file.words("scorecard", |id| Some(Name::from(id)))?;
        let mut version = file.whole("scorecard_version")?;
        let mut limit = file.words("limit", LimitKind::parse)?;
        let mut limit_value = file.numbers("limit_value")?;
        let row = |key: Option<i64>| {
            let whole = || damaged("a customer of a day is not whole");
            let version = version.next().flatten().map(u64::try_from).transpose().map_err(|_| whole())?;
            let (kind, value) = (limit.next().flatten(), limit_value.next().flatten());
            Ok(DayRow {
                key: key.ok_or_else(whole)?,
                stood: StoodAt {
                    score: score.next().flatten(),
                    band: band.next().flatten(),
                    happiness: happiness.next().flatten(),
                    churned: churned.next().flatten() == Some(1),
                },
                scorecard: ScorecardVersion { id: scorecard.next().flatten().ok_or_else(whole)?, version },
                limit: kind.zip(value).map(|(kind, value)| Limit::new(kind, PointValue(value))),
            })
        };
        Ok(Self { taken_at: file.taken_at(), rows: next_key.map(row).collect::<Result<_, _>>()? })
    }
}

/// The measures of a day's customers, in their order.
#[derive(Debug, Clone)]
pub struct DayMeasures {
    taken_at: DateTime<Utc>,
    measures: Measures,
}

impl DayMeasures {
    /// The object of a snapshot's measures that [`Self::from_bytes`] reads.
    pub fn to_bytes(snapshot: &Snapshot) -> Result<Vec<u8>, SnapshotError> {
        let mut file = Writer::new(FORMAT, snapshot.taken_at, snapshot.rows().len());
        snapshot.measures().write(&mut file)?;
        file.finish()
    }

    /// Reads an object. Every checksum is looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let file = Reader::new(FORMAT, bytes)?;
        Ok(Self { taken_at: file.taken_at(), measures: Measures::read(&file)? })
    }

    /// The moment.
    pub fn taken_at(&self) -> DateTime<Utc> {
        self.taken_at
    }

    /// What was known about the customer at this place.
    pub fn of(&self, place: usize) -> MeasureValues {
        self.measures.of(place)
    }
}
