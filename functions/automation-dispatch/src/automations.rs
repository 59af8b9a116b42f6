//! The automations that there are, read again only when they changed.

use std::sync::{Arc, Mutex, PoisonError};

use keepwell_aws::store::Store;
use keepwell_aws::store::automations::{AutomationsError, Current};

/// The automations as they were read last. Clones share what they know.
#[derive(Clone, Default)]
pub(crate) struct Automations(Arc<Mutex<Option<Known>>>);

/// The automations, and the revision of the library that they come from.
type Known = (u64, Arc<Vec<Current>>);

impl Automations {
    /// Every automation in its newest version: one small read, unless something changed.
    pub(crate) async fn current(&self, store: &Store) -> Result<Arc<Vec<Current>>, AutomationsError> {
        let library = store.automation_library().await?;
        if let Some((revision, automations)) = &*self.known()
            && *revision == library.revision
        {
            return Ok(Arc::clone(automations));
        }
        let automations = Arc::new(store.automations(&library.value).await?);
        *self.known() = Some((library.revision, Arc::clone(&automations)));
        Ok(automations)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
