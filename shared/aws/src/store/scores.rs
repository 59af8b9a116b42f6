//! The history of scores: a compact point each time, and beside it everything that was known then.

use chrono::{DateTime, Utc};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::score::history::{ScorePoint, Snapshot};

use super::change::CustomerChange;
use super::customers::core;
use super::record::{Record, Table};
use super::{Expect, Range, Store, StoreError, keys};

impl Store {
    /// The score history between two moments, both inclusive, oldest first.
    pub async fn score_points(
        &self,
        customer: &CustomerId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ScorePoint>, StoreError> {
        let from = format!("{}{}", keys::SCORE_POINTS, keys::instant(from));
        let to = format!("{}{}", keys::SCORE_POINTS, keys::instant(to));
        let points = self.query_between(&core(customer, keys::SCORE_POINTS), &from, &to).await?;
        Ok(points.into_iter().map(|stored| stored.value).collect())
    }

    /// The newest point at or before `at`; `None` when there was no score yet.
    pub async fn score_point_at(
        &self,
        customer: &CustomerId,
        at: DateTime<Utc>,
    ) -> Result<Option<ScorePoint>, StoreError> {
        let range = Range { descending: true, ..core(customer, keys::SCORE_POINTS) };
        let until = format!("{}{}", keys::SCORE_POINTS, keys::instant(at));
        let points = self.query_first_between(&range, keys::SCORE_POINTS, &until).await?;
        Ok(points.map(|stored| stored.value))
    }

    /// What was known at the newest point; `None` when there was no score yet.
    pub async fn newest_measures(&self, customer: &CustomerId) -> Result<Option<MeasureValues>, StoreError> {
        let range = Range { descending: true, ..core(customer, keys::SCORE_MEASURES) };
        let newest = self.query_page(&range, 1, None).await?.items.into_iter().next();
        Ok(newest.map(|stored| stored.value))
    }

    /// The newest point at or before `at`, with everything that was known then.
    pub async fn score_snapshot_at(
        &self,
        customer: &CustomerId,
        at: DateTime<Utc>,
    ) -> Result<Option<Snapshot>, StoreError> {
        let Some(point) = self.score_point_at(customer, at).await? else { return Ok(None) };
        let measures = self.get::<MeasureValues>(Table::Core, &keys::score_measures(customer, point.at)).await?;
        Ok(measures.map(|measures| Snapshot { point, measures: measures.value }))
    }
}

/// The records of a point of the history: the point and what was known.
pub fn snapshot_records(customer: &CustomerId, snapshot: &Snapshot) -> Result<[Record; 2], StoreError> {
    let point = &snapshot.point;
    Ok([
        Record::new(Table::Core, keys::score_point(customer, point.at), point)?,
        Record::new(Table::Core, keys::score_measures(customer, point.at), &snapshot.measures)?,
    ])
}

impl CustomerChange {
    /// Adds a point to the customer's score history.
    pub fn snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        for record in snapshot_records(&self.customer.id, snapshot)? {
            self.put(Ok(record), Expect::Anything);
        }
        Ok(())
    }
}
