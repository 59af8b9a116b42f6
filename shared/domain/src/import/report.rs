//! What became of the items.

use serde::{Deserialize, Serialize};

use crate::problem::FieldProblem;

/// Why a row was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RowError {
    /// Row in the file as a spreadsheet counts: the header is 1.
    pub row: usize,
    /// The column, in our name; empty when it is the row as a whole.
    pub column: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// What an import did, or (dry run) would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ImportReport")]
pub struct Report {
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Rows in the file, without the header.
    pub rows: usize,
    /// Rows that made something new.
    pub created: usize,
    /// Rows that changed something.
    pub updated: usize,
    /// Rows that were known already.
    pub unchanged: usize,
    /// Rows that were not imported; `errors` says why.
    pub rejected: usize,
    /// Problems by row.
    pub errors: Vec<RowError>,
    /// Columns of the file that are not ours.
    pub ignored_columns: Vec<String>,
}

crate::words! {
    /// What became of an item of an array.
    #[derive(schemars::JsonSchema)]
    pub enum ItemResult {
        /// It made something new.
        Created = "created",
        /// It changed something.
        Updated = "updated",
        /// It was known already, or something newer was.
        Unchanged = "unchanged",
        /// It is wrong; `errors` says why.
        Rejected = "rejected",
    }
}

/// What became of one item of an array.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ItemReport {
    /// Its place in the array, from 0.
    pub index: usize,
    /// Its id, as far as it has one.
    pub id: Option<String>,
    /// What became of it.
    pub result: ItemResult,
    /// What is wrong with it, with JSON pointers into the array; empty unless it was rejected.
    pub errors: Vec<FieldProblem>,
}

/// What became of an array.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArrayReport {
    /// Each item, in the order of the array.
    pub items: Vec<ItemReport>,
    /// Items that made something new.
    pub created: usize,
    /// Items that changed something.
    pub updated: usize,
    /// Items that were known already.
    pub unchanged: usize,
    /// Items that are wrong.
    pub rejected: usize,
}

impl ArrayReport {
    /// The report of these items, counted.
    pub fn of(items: Vec<ItemReport>) -> Self {
        let count = |result| items.iter().filter(|item| item.result == result).count();
        Self {
            created: count(ItemResult::Created),
            updated: count(ItemResult::Updated),
            unchanged: count(ItemResult::Unchanged),
            rejected: count(ItemResult::Rejected),
            items,
        }
    }
}
