//! The latest score with its breakdown, and the history of scores.

use chrono::{DateTime, Utc};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::breakdown::Score;
use serde::{Deserialize, Serialize};

use super::customers::core;
use super::record::{Record, Table};
use super::{Store, StoreError, Stored, keys};

/// A point of the score history: written when the score changes, and each week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorePoint {
    /// When.
    pub at: DateTime<Utc>,
    /// Unrounded score; `None` = unknown.
    pub value: Option<f64>,
    /// Band.
    pub band: Option<HealthStatus>,
    /// Which scorecard, `id@version`.
    pub scorecard: String,
}

impl Store {
    /// A customer's latest score.
    pub async fn latest_score(&self, customer: &CustomerId) -> Result<Option<Stored<Score>>, StoreError> {
        self.get(Table::Core, &keys::latest_score(customer)).await
    }

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
}

/// The record of the latest score.
pub fn latest_score_record(customer: &CustomerId, score: &Score) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::latest_score(customer), score)
}

/// The record of a history point.
pub fn score_point_record(customer: &CustomerId, point: &ScorePoint) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::score_point(customer, point.at), point)
}
