//! The team's automations: which there are, and every version that was ever set.

use keepwell_domain::automation::library::{Library, shipped_edition};
use keepwell_domain::automation::{Automation, shipped_documents};
use keepwell_domain::edition::Edition;
use keepwell_domain::problem::Problems;

use super::record::{Record, Table};
use super::{Expect, Page, Range, Store, StoreError, Stored, Transaction, keys};

/// An automation cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum AutomationsError {
    /// The store failed.
    #[error("the automations cannot be read")]
    Store(#[from] StoreError),
    /// A stored automation is not valid any more: our data or code is wrong.
    #[error("automation {id} version {version} is not valid: {problems}")]
    Invalid {
        /// Its id.
        id: String,
        /// Its version.
        version: u64,
        /// What is wrong.
        problems: Problems,
    },
    /// A version that something points to is not there: our data is wrong.
    #[error("automation {id} has no version {version}")]
    Missing {
        /// Its id.
        id: String,
        /// Its version.
        version: u64,
    },
}

/// An automation in its newest version.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// Its version.
    pub version: u64,
    /// Whether the version is stored; a shipped one that nobody changed is not.
    pub stored: bool,
    /// The automation.
    pub automation: Automation,
}

impl Store {
    /// What the team changed of the automations; revision 0 while nothing.
    pub async fn automation_library(&self) -> Result<Stored<Library>, StoreError> {
        let stored = self.get(Table::Core, &keys::automation_library()).await?;
        Ok(stored.unwrap_or(Stored { value: Library::default(), revision: 0 }))
    }

    /// A version of an automation. A shipped one is there from the beginning.
    pub async fn automation_edition(&self, id: &str, version: u64) -> Result<Option<Edition>, StoreError> {
        let stored = self.get(Table::Core, &keys::automation_edition(id, version)).await?;
        Ok(match stored {
            Some(stored) => Some(stored.value),
            None => shipped_edition(id).filter(|_| version == 1),
        })
    }

    /// A page of an automation's versions, newest first, as they are stored.
    pub async fn automation_editions(
        &self,
        id: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<Edition>>, StoreError> {
        let pk = keys::automation_partition(id);
        let range = Range { table: Table::Core, pk, prefix: keys::EDITIONS, descending: true };
        self.query_page(&range, limit, after).await
    }

    /// A version of an automation that must be there.
    pub async fn automation(&self, id: &str, version: u64) -> Result<Automation, AutomationsError> {
        let edition = self.automation_edition(id, version).await?;
        let edition = edition.ok_or_else(|| AutomationsError::Missing { id: id.to_owned(), version })?;
        edition.automation().map_err(|problems| AutomationsError::Invalid { id: id.to_owned(), version, problems })
    }

    /// Every automation in its newest version, switched on or not.
    pub async fn automations(&self, library: &Library) -> Result<Vec<Current>, AutomationsError> {
        let mut automations = Vec::new();
        for (id, version) in library.entries() {
            let shipped = || shipped_documents().iter().find(|(automation, _)| automation.id == id);
            let stored = library.is_stored(id);
            let automation = match shipped() {
                Some((automation, _)) if !stored => automation.clone(),
                _ => self.automation(id, version).await?,
            };
            automations.push(Current { version, stored, automation });
        }
        Ok(automations)
    }
}

impl Transaction {
    /// Writes what the team changed of the automations, over what was read as `before`. A shipped one that is changed for the first
    /// time is stored too: from now on it is the team's own, and another release may ship another text.
    pub fn put_automation_library(&mut self, library: &Library, before: &Stored<Library>) {
        let expect = if before.revision == 0 { Expect::Absent } else { Expect::Revision(before.revision) };
        self.put(Record::new(Table::Core, keys::automation_library(), library), expect);
        for entry in library.changed.iter().filter(|entry| !before.value.is_stored(entry.id.as_str())) {
            if let Some(edition) = shipped_edition(entry.id.as_str()) {
                self.put_automation_edition(&edition);
            }
        }
    }

    /// Adds a version of an automation.
    pub fn put_automation_edition(&mut self, edition: &Edition) {
        let key = keys::automation_edition(edition.id.as_str(), edition.version);
        self.put(Record::new(Table::Core, key, edition), Expect::Absent);
    }
}
