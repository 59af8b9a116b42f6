//! Reading a JSON array, item by item.

use std::collections::HashMap;

use serde_json::Value;

use super::ImportKind;
use super::item::{Item, read};
use crate::id::CustomerId;
use crate::problem::Problems;

/// Most items of an array.
const MAX_ITEMS: usize = 1_000;

/// An item of an array, read.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayItem {
    /// Its id as it was sent, if it has one: the name, for a custom measure.
    pub id: Option<String>,
    /// The item and its customer, or everything that is wrong with it, with pointers into the array.
    pub read: Result<(CustomerId, Item), Problems>,
}

/// Reads an array of 1 to 1,000 items. A bad item does not spoil the others.
///
/// An id that stood in the array before is refused: nobody could say which of the two is meant.
pub fn read_array(kind: ImportKind, value: &Value) -> Result<Vec<ArrayItem>, Problems> {
    let array = value.as_array().ok_or_else(|| Problems::one("", "must be an array of items"))?;
    if !(1..=MAX_ITEMS).contains(&array.len()) {
        return Err(Problems::one("", format!("must have 1 to {MAX_ITEMS} items, not {}", array.len())));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let items = array.iter().enumerate().map(|(index, value)| {
        let id_field = if kind == ImportKind::CustomMeasures { "name" } else { "id" };
        let id = value.get(id_field).and_then(Value::as_str).map(str::to_owned);
        let identity = kind.identity().iter().map(|field| value.get(field).unwrap_or(&Value::Null).to_string());
        let read = read(kind, value, &format!("/{index}")).and_then(|read| {
            let first = *seen.entry(identity.collect::<Vec<_>>().join("\n")).or_insert(index);
            if first == index {
                Ok(read)
            } else {
                let detail = format!("is used by item {first} already");
                Err(Problems::one(format!("/{index}/{id_field}"), detail))
            }
        });
        ArrayItem { id, read }
    });
    Ok(items.collect())
}
