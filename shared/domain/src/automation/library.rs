//! The team's automations: which there are, and in which version.
//!
//! Only what the team changed is written down. A shipped automation that nobody touched is version 1, whatever release ships it; one
//! that a later release brings is there at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parse::Slug;
use super::{Automation, shipped_documents};
use crate::edition::Edition;
use crate::fields::FromField as _;
use crate::measure::Name;
use crate::problem::Problems;

/// An automation that the team changed, and its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: Name,
    /// Its newest version.
    pub version: u64,
    /// Whether it was deleted since. Its versions are kept.
    #[serde(default)]
    pub deleted: bool,
}

/// Which automations there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Those that the team changed, made or deleted, in the order in which it first did so.
    pub changed: Vec<Entry>,
}

impl Library {
    /// Every automation with its newest version: the shipped ones in their order, then the team's own.
    pub fn entries(&self) -> Vec<(&str, u64)> {
        let shipped = shipped_documents().iter().map(|(automation, _)| automation.id.as_str());
        let own = self.changed.iter().map(|entry| entry.id.as_str()).filter(|id| shipped_text(id).is_none());
        shipped.chain(own).filter_map(|id| Some((id, self.newest(id)?))).collect()
    }

    /// The newest version of an automation; `None` when there is no such automation, or no longer.
    pub fn newest(&self, id: &str) -> Option<u64> {
        match self.entry(id) {
            Some(entry) => (!entry.deleted).then_some(entry.version),
            None => shipped_text(id).map(|_| 1),
        }
    }

    /// Whether the team changed, made or deleted it: then its versions are stored.
    pub fn is_stored(&self, id: &str) -> bool {
        self.entry(id).is_some()
    }

    /// Counts a new version and answers its number. Numbers go on where a deleted automation of the id ended.
    pub fn add_version(&mut self, id: &str) -> u64 {
        let entry = self.touch(id);
        entry.version += 1;
        entry.deleted = false;
        entry.version
    }

    /// Takes an automation away. A shipped one does not come back with the next release.
    pub fn delete(&mut self, id: &str) {
        self.touch(id).deleted = true;
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        self.changed.iter().find(|entry| entry.id.as_str() == id)
    }

    fn touch(&mut self, id: &str) -> &mut Entry {
        let index = self.changed.iter().position(|entry| entry.id.as_str() == id).unwrap_or_else(|| {
            let version = u64::from(shipped_text(id).is_some());
            self.changed.push(Entry { id: Name::from(id), version, deleted: false });
            self.changed.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index was just found or made")]
        &mut self.changed[index]
    }
}

impl Edition {
    /// The automation that stands in it.
    pub fn automation(&self) -> Result<Automation, Problems> {
        Automation::parse(&self.value()?)
    }
}

/// A shipped automation's document, to the letter.
pub fn shipped_text(id: &str) -> Option<&'static str> {
    shipped_documents().iter().find(|(automation, _)| automation.id == id).map(|(_, text)| *text)
}

/// A shipped automation, as it is while nobody changed it.
pub fn shipped_edition(id: &str) -> Option<Edition> {
    shipped_text(id).map(|text| Edition::of_shipped(id, text))
}

/// Whether the automation says something else than the shipped one of its id; never for one that is not shipped.
pub fn is_changed(automation: &Automation) -> bool {
    shipped_documents().iter().any(|(shipped, _)| shipped.id == automation.id && shipped != automation)
}

/// Whether the automation can be set under `id`.
pub fn check_set(automation: &Automation, id: &str) -> Result<(), Problems> {
    if automation.id == id { Ok(()) } else { Err(Problems::one("/id", format!("must be {id}, as in the path"))) }
}

/// Whether an automation may have the id.
pub fn is_id(text: &str) -> bool {
    Slug::from_field(&Value::from(text)).is_ok()
}
