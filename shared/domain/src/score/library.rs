//! The team's scorecards: every version that was ever set, which ones are in use, and which one a customer gets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::evaluate::Compiled;
use super::scorecard::Scorecard;
use crate::customer::Customer;
use crate::edition::Edition;
use crate::fields::Fields;
use crate::measure::Name;
use crate::problem::Problems;

/// The scorecard of every customer that no other one takes.
pub const DEFAULT_ID: &str = "default";

impl Edition {
    /// The scorecard that Keepwell ships: version 1 of [`DEFAULT_ID`].
    pub fn shipped() -> Self {
        Self::of_shipped(DEFAULT_ID, Scorecard::default_document())
    }

    /// The scorecard that stands in it.
    pub fn scorecard(&self) -> Result<Scorecard, Problems> {
        Scorecard::parse(&self.value()?)
    }

    /// The scorecard that stands in it, ready to be applied.
    pub fn compiled(&self) -> Result<Compiled, Problems> {
        Ok(Compiled::new(&self.scorecard()?, Some(self.version)))
    }
}

/// A scorecard and its newest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: Name,
    /// Its newest version.
    pub version: u64,
}

/// Which scorecards there are. A customer gets the first one in use that applies to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// Those in use, in order; [`DEFAULT_ID`] is the last.
    pub in_use: Vec<Entry>,
    /// Those that are kept for the scores of the past alone.
    pub retired: Vec<Entry>,
}

impl Default for Library {
    /// The shipped scorecard alone.
    fn default() -> Self {
        Self { in_use: vec![Entry { id: Name::from(DEFAULT_ID), version: 1 }], retired: Vec::new() }
    }
}

impl Library {
    /// Every scorecard, those in use first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.in_use.iter().chain(&self.retired)
    }

    /// The newest version of a scorecard; `None` when there is no such scorecard.
    pub fn newest(&self, id: &str) -> Option<u64> {
        self.entries().find(|entry| entry.id.as_str() == id).map(|entry| entry.version)
    }

    /// Where a scorecard stands among those in use, from 1.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.in_use.iter().position(|entry| entry.id.as_str() == id).map(|index| index + 1)
    }

    /// Counts a new version and answers its number. A new scorecard comes last before the default one.
    pub fn add_version(&mut self, id: &Name) -> u64 {
        if let Some(entry) = self.in_use.iter_mut().chain(&mut self.retired).find(|entry| entry.id == *id) {
            entry.version += 1;
            return entry.version;
        }
        let place = self.in_use.len().saturating_sub(1);
        self.in_use.insert(place, Entry { id: id.clone(), version: 1 });
        1
    }

    /// Reads `{"order": ["enterprise", "default"]}`: the scorecards in use, in order. Those that it leaves out are retired.
    pub fn reorder(&self, body: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(body, "")?;
        let order: Option<Vec<Name>> = fields.required("order");
        let mut in_use: Vec<Entry> = Vec::new();
        for (index, id) in order.iter().flatten().enumerate() {
            let pointer = format!("{}/{index}", fields.pointer("order"));
            match self.entries().find(|entry| entry.id == *id) {
                None => fields.problems.add(pointer, format!("there is no scorecard {id}")),
                Some(_) if in_use.iter().any(|entry| entry.id == *id) => {
                    fields.problems.add(pointer, format!("{id} is named twice"));
                }
                Some(entry) => in_use.push(entry.clone()),
            }
        }
        if order.is_some_and(|order| order.last().is_none_or(|last| last.as_str() != DEFAULT_ID)) {
            fields.problem("order", format!("must end with {DEFAULT_ID}, for every customer that no other one takes"));
        }
        let retired = self.entries().filter(|entry| !in_use.contains(entry)).cloned().collect();
        fields.finish(Some(Self { in_use, retired }))
    }
}

/// The scorecards in use, ready to be applied.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Those for some customers, in order.
    special: Vec<(Scorecard, Compiled)>,
    /// The one for all others.
    default: Compiled,
}

impl Selection {
    /// The newest editions of the scorecards in use, in their order; the last one is for everybody.
    pub fn new(editions: &[Edition]) -> Result<Self, Problems> {
        let (last, special) = editions.split_last().ok_or_else(|| Problems::one("", "no scorecard is in use"))?;
        let special = special.iter().map(|edition| {
            let scorecard = edition.scorecard()?;
            let compiled = Compiled::new(&scorecard, Some(edition.version));
            Ok((scorecard, compiled))
        });
        Ok(Self { special: special.collect::<Result<_, Problems>>()?, default: last.compiled()? })
    }

    /// The first one that applies to the customer.
    pub fn for_customer(&self, customer: &Customer) -> &Compiled {
        self.at(self.place(customer))
    }

    /// The place of the first one that applies to the customer, from 0.
    pub fn place(&self, customer: &Customer) -> usize {
        let special = self.special.iter().position(|(scorecard, _)| scorecard.applies_to(customer));
        special.unwrap_or(self.special.len())
    }

    /// The one at this place; beyond the last, the last.
    pub fn at(&self, place: usize) -> &Compiled {
        self.special.get(place).map_or(&self.default, |(_, compiled)| compiled)
    }

    /// How many there are.
    pub fn places(&self) -> usize {
        self.special.len() + 1
    }

    /// The scorecards with a draft among them, in place of the one with its id. One that is not in use comes last before the default
    /// one, as when it is set. `position` (from 1) puts it elsewhere.
    pub fn with_draft(&self, draft: Scorecard, position: Option<usize>) -> Result<Self, Problems> {
        let compiled = Compiled::new(&draft, None);
        let mut after = self.clone();
        let found = after.special.iter().position(|(scorecard, _)| scorecard.id == draft.id);
        let is_default = draft.id.as_str() == DEFAULT_ID;
        if let Some(found) = found {
            after.special.remove(found);
        }
        let last = after.special.len() + 1;
        let allowed = if is_default { last..=last } else { 1..=last };
        if position.is_some_and(|position| !allowed.contains(&position)) {
            let detail = if is_default {
                format!("must be {last}: {DEFAULT_ID} is the last, for every customer that no other one takes")
            } else {
                format!("must be from 1 to {last}, before {DEFAULT_ID}")
            };
            return Err(Problems::one("?position", detail));
        }
        if is_default {
            after.default = compiled;
        } else {
            let place = position.map(|position| position - 1).or(found).unwrap_or(last - 1);
            after.special.insert(place, (draft, compiled));
        }
        Ok(after)
    }
}

/// Whether the scorecard can be set under `id`.
pub fn check_set(scorecard: &Scorecard, id: &str) -> Result<(), Problems> {
    let mut problems = Problems::default();
    if scorecard.id.as_str() != id {
        problems.add("/id", format!("must be {id}, as in the path"));
    }
    if id == DEFAULT_ID && !scorecard.is_for_everyone() {
        let detail = format!("must be empty: {DEFAULT_ID} is for every customer that no other one takes");
        problems.add("/applies_to", detail);
    }
    problems.into_result(())
}
