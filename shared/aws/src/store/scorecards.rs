//! The team's scorecards: which are in use, and every version that was ever set.

use keepwell_domain::customer::Customer;
use keepwell_domain::edition::Edition;
use keepwell_domain::problem::Problems;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::library::{DEFAULT_ID, Library, Selection};
use serde::{Deserialize, Serialize};

use super::record::{Record, Table};
use super::{Expect, Page, Range, Store, StoreError, Stored, Transaction, keys};

/// The scorecards in use cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ScorecardsError {
    /// The store failed.
    #[error("the scorecards cannot be read")]
    Store(#[from] StoreError),
    /// A stored scorecard is not valid any more: our data or code is wrong.
    #[error("scorecard {id} version {version} is not valid: {problems}")]
    Invalid {
        /// Its id.
        id: String,
        /// Its version.
        version: u64,
        /// What is wrong.
        problems: Problems,
    },
    /// A version that something points to is not there: our data is wrong.
    #[error("scorecard {id} has no version {version}")]
    Missing {
        /// Its id.
        id: String,
        /// Its version.
        version: u64,
    },
}

/// By which rules every customer was computed last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Revision of the library of scorecards.
    pub library: u64,
    /// Revision of the settings.
    pub settings: u64,
    /// How often those settings let contacts be asked; `None` = nobody noted it.
    #[serde(default)]
    pub feedback_interval_days: Option<u32>,
}

impl Store {
    /// Which scorecards there are; revision 0 while it is the shipped one alone.
    pub async fn library(&self) -> Result<Stored<Library>, StoreError> {
        let stored = self.get(Table::Core, &keys::scorecard_library()).await?;
        Ok(stored.unwrap_or(Stored { value: Library::default(), revision: 0 }))
    }

    /// A version of a scorecard. The shipped one is there from the beginning.
    pub async fn edition(&self, id: &str, version: u64) -> Result<Option<Edition>, StoreError> {
        let stored = self.get(Table::Core, &keys::scorecard_edition(id, version)).await?;
        Ok(match stored {
            Some(stored) => Some(stored.value),
            None => Some(Edition::shipped()).filter(|_| (id, version) == (DEFAULT_ID, 1)),
        })
    }

    /// A page of a scorecard's versions, newest first, as they are stored.
    pub async fn editions(
        &self,
        id: &str,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<Stored<Edition>>, StoreError> {
        let range =
            Range { table: Table::Core, pk: keys::scorecard_partition(id), prefix: keys::EDITIONS, descending: true };
        self.query_page(&range, limit, after).await
    }

    /// A version of a scorecard that must be there, ready to be applied.
    pub async fn compiled(&self, id: &str, version: u64) -> Result<Compiled, ScorecardsError> {
        let edition = self.existing_edition(id, version).await?;
        edition.compiled().map_err(|problems| ScorecardsError::Invalid { id: id.to_owned(), version, problems })
    }

    /// The scorecards in use, ready to be applied.
    pub async fn selection(&self, library: &Library) -> Result<Selection, ScorecardsError> {
        let mut editions = Vec::with_capacity(library.in_use.len());
        for entry in &library.in_use {
            editions.push(self.existing_edition(entry.id.as_str(), entry.version).await?);
        }
        Selection::new(&editions).map_err(|problems| ScorecardsError::Invalid {
            id: library.in_use.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>().join(", "),
            version: 0,
            problems,
        })
    }

    /// The scorecard that the customer has now.
    pub async fn scorecard_of(&self, customer: &Customer) -> Result<Compiled, ScorecardsError> {
        let library = self.library().await?.value;
        Ok(self.selection(&library).await?.for_customer(customer).clone())
    }

    async fn existing_edition(&self, id: &str, version: u64) -> Result<Edition, ScorecardsError> {
        let edition = self.edition(id, version).await?;
        edition.ok_or_else(|| ScorecardsError::Missing { id: id.to_owned(), version })
    }

    /// By which rules every customer was computed last.
    pub async fn applied(&self) -> Result<Stored<Applied>, StoreError> {
        let stored = self.get(Table::Core, &keys::applied()).await?;
        Ok(stored.unwrap_or(Stored { value: Applied::default(), revision: 0 }))
    }
}

impl Transaction {
    /// Writes which scorecards there are, over what was read as `before`.
    pub fn put_library(&mut self, library: &Library, before: &Stored<Library>) {
        let record = Record::new(Table::Core, keys::scorecard_library(), library);
        if before.revision > 0 {
            self.put(record, Expect::Revision(before.revision));
            return;
        }
        // From now on the shipped scorecard is the team's own: another release may ship another one.
        self.put(record, Expect::Absent);
        self.put_edition(&Edition::shipped());
    }

    /// Adds a version of a scorecard.
    pub fn put_edition(&mut self, edition: &Edition) {
        let key = keys::scorecard_edition(edition.id.as_str(), edition.version);
        self.put(Record::new(Table::Core, key, edition), Expect::Absent);
    }

    /// Notes by which rules every customer was computed.
    pub fn put_applied(&mut self, applied: &Applied) {
        self.put(Record::new(Table::Core, keys::applied(), applied), Expect::Anything);
    }
}
