//! Pages of lists.

use schemars::JsonSchema;
use serde::Serialize;

use super::query::cursor;

/// A page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<'a, T> {
    /// The items, in the list's order.
    pub items: &'a [T],
    /// What to send as `cursor` for the next page; `null` on the last one.
    pub next_cursor: Option<String>,
}

impl<'a, T> Page<'a, T> {
    /// A page, and the place of the list after which the next one begins.
    pub fn new(items: &'a [T], next: Option<&str>) -> Self {
        Self { items, next_cursor: next.map(cursor) }
    }
}
