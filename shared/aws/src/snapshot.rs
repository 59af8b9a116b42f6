//! The portfolio as of now: the newest snapshot, and the rows that were written since in the place of its own.
//!
//! A snapshot is an object `portfolio/<moment>`; the last name is the newest. One that is damaged or of another release's format is
//! reported and left aside: then everything is read from the tables, which costs a question for each customer.

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::snapshot::{Row, Snapshot, SnapshotError};

use crate::cloud::Cloud;
use crate::days;
use crate::s3::ObjectError;
use crate::store::scorecards::ScorecardsError;
use crate::store::{StoreError, keys};

/// Where the snapshots are.
const PREFIX: &str = "portfolio/";

/// How many customers are read at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 32;

/// The portfolio cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PortfolioError {
    /// The tables cannot be read.
    #[error("the portfolio cannot be read")]
    Store(#[from] StoreError),
    /// The snapshots cannot be read or written.
    #[error("the snapshot of the portfolio cannot be reached")]
    Object(#[from] ObjectError),
    /// The scorecards cannot be read.
    #[error("the scorecards cannot be read")]
    Scorecards(#[from] ScorecardsError),
    /// A snapshot cannot be written: our code is wrong.
    #[error(transparent)]
    Unwritable(SnapshotError),
}

/// The portfolio as of now.
#[derive(Debug)]
pub struct Current {
    /// Rows and measures; its `taken_at` is now.
    pub portfolio: Snapshot,
    /// When the snapshot was taken on which this rests; `None` when there was none, or none that could be used.
    pub snapshot_at: Option<DateTime<Utc>>,
    /// Why the newest snapshot could not be used.
    pub unusable: Option<SnapshotError>,
    /// How many customers were read from the tables.
    pub read_again: usize,
}

/// A snapshot that was written.
#[derive(Debug)]
pub struct Taken {
    /// What it shows.
    pub current: Current,
    /// Its name.
    pub key: String,
    /// Its size.
    pub bytes: usize,
}

/// Everybody's row and measures as of now.
pub async fn current(cloud: &Cloud) -> Result<Current, PortfolioError> {
    let (as_of, looked_at) = (cloud.now(), Utc::now());
    let (mut portfolio, snapshot_at, unusable) = match newest(cloud).await? {
        None => (Snapshot::empty(as_of), None, None),
        Some(Ok(snapshot)) => {
            let taken_at = snapshot.taken_at;
            (snapshot, Some(taken_at), None)
        }
        Some(Err(error)) => {
            tracing::error!(%error, "the newest snapshot is left aside, and the tables are read");
            (Snapshot::empty(as_of), None, Some(error))
        }
    };
    let marks = cloud.store.marks().await?;
    let outdated = portfolio.outdated(&marks);
    let read_again = outdated.len();
    let fresh: Vec<Option<(Row, MeasureValues)>> =
        stream::iter(outdated).map(|id| read(cloud, id)).buffer_unordered(AT_ONCE).try_collect().await?;
    let mut fresh: Vec<(Row, MeasureValues)> = fresh.into_iter().flatten().collect();
    fresh.sort_by(|(a, _), (b, _)| a.customer.id.cmp(&b.customer.id));
    portfolio.overlay(&marks, fresh, as_of);
    portfolio.looked_at = Some(looked_at);
    Ok(Current { portfolio, snapshot_at, unusable, read_again })
}

/// Takes a snapshot. It starts from the one before, so that who did not change is not read. The first of a day is kept for a year too
/// ([`days`]), before the snapshot, so that the next one does so if this one breaks off.
pub async fn take(cloud: &Cloud) -> Result<Taken, PortfolioError> {
    let current = current(cloud).await?;
    let today = current.portfolio.taken_at.date_naive();
    if current.snapshot_at.is_none_or(|before| before.date_naive() < today) {
        days::keep(cloud, &current.portfolio).await?;
    }
    let bytes = current.portfolio.to_bytes().map_err(PortfolioError::Unwritable)?;
    let (key, size) = (format!("{PREFIX}{}", keys::instant(current.portfolio.taken_at)), bytes.len());
    cloud.snapshots.put(&key, bytes).await?;
    Ok(Taken { current, key, bytes: size })
}

/// The newest snapshot, or why it cannot be used; `None` when there is none.
pub(crate) async fn newest(cloud: &Cloud) -> Result<Option<Result<Snapshot, SnapshotError>>, ObjectError> {
    let Some(key) = cloud.snapshots.last_key(PREFIX).await? else { return Ok(None) };
    let bytes = cloud.snapshots.get(&key).await?;
    Ok(bytes.map(|bytes| Snapshot::from_bytes(&bytes)))
}

/// A customer's row and what was measured last; `None` when it was erased meanwhile. The row comes first: what is measured after it
/// counts the row up, so that the next look finds it outdated.
async fn read(cloud: &Cloud, id: CustomerId) -> Result<Option<(Row, MeasureValues)>, StoreError> {
    let Some(stored) = cloud.store.customer(&id).await? else { return Ok(None) };
    let measures = cloud.store.newest_measures(&id).await?.unwrap_or_default();
    Ok(Some((Row { customer: stored.value, revision: stored.revision }, measures)))
}
