//! The scorecards in use, read again only when they changed.

use std::sync::{Arc, Mutex, PoisonError};

use keepwell_aws::store::scorecards::{Applied, ScorecardsError};
use keepwell_aws::store::{CommitError, Store, Stored, Transaction};
use keepwell_domain::score::library::Selection;
use keepwell_domain::settings::Settings;

/// The scorecards in use, as they were read last. Clones share what they know.
#[derive(Clone, Default)]
pub(crate) struct Scorecards(Arc<Mutex<Option<Known>>>);

/// A selection, and the revision of the library that it comes from.
type Known = (u64, Arc<Selection>);

/// The scorecards cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SelectionError {
    /// They cannot be read.
    #[error(transparent)]
    Scorecards(#[from] ScorecardsError),
    /// The shipped one cannot be stored.
    #[error("the shipped scorecard cannot be stored")]
    Commit(#[from] CommitError),
}

/// That all customers are computed by these.
pub(crate) fn applied(library: u64, settings: &Stored<Settings>) -> Applied {
    let feedback_interval_days = Some(settings.value.feedback_interval_days);
    Applied { library, settings: settings.revision, feedback_interval_days }
}

impl Scorecards {
    /// The selection with the revision of the library that it comes from: one small read, unless something changed.
    pub(crate) async fn current(&self, store: &Store) -> Result<Known, SelectionError> {
        let library = store.library().await.map_err(ScorecardsError::from)?;
        if library.revision == 0 {
            // What scores point to must be stored before the first score is: another release may ship another scorecard.
            let settings = store.settings().await.map_err(ScorecardsError::from)?;
            let mut transaction = Transaction::default();
            transaction.put_library(&library.value, &library);
            transaction.put_applied(&applied(1, &settings));
            match transaction.commit(store).await {
                // Somebody else did.
                Ok(()) | Err(CommitError::Unexpected { .. }) => return Box::pin(self.current(store)).await,
                Err(error) => return Err(error.into()),
            }
        }
        if let Some((revision, selection)) = &*self.known()
            && *revision == library.revision
        {
            return Ok((*revision, Arc::clone(selection)));
        }
        let selection = Arc::new(store.selection(&library.value).await?);
        *self.known() = Some((library.revision, Arc::clone(&selection)));
        Ok((library.revision, selection))
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
