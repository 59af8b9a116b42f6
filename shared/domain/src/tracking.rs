//! Segment's tracking calls: what a request holds, what each call means, and why one cannot be used.
//!
//! SDKs send far more than we read, so that unknown fields are ignored here, as nowhere else. What we do read is checked; an item
//! that is wrong is named with everything that is wrong about it, and the others count all the same.

mod item;
pub mod people;
pub mod placing;
mod time;
mod traits;
mod wire;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use wire::{Envelope, Fields, Object};

pub use item::{Act, Tracked, Use};
pub use time::corrected;
pub use traits::{Company, Person};

/// Most items in a request.
pub const MAX_ITEMS: usize = 2_500;

/// Largest item, in bytes.
pub const MAX_ITEM: usize = 32 * 1024;

crate::words! {
    /// The calls.
    pub enum Call {
        /// Who a user is.
        Identify = "identify",
        /// Which customer a user belongs to, and what the customer is.
        Group = "group",
        /// A user did something.
        Track = "track",
        /// A user looked at a page.
        Page = "page",
        /// A user looked at a screen of an app.
        Screen = "screen",
        /// One user was known under two ids.
        Alias = "alias",
    }
}

/// An item that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "TrackingRejection")]
pub struct Rejection {
    /// Its place in the request, from 0.
    pub index: usize,
    /// Everything that is wrong about it, and what would be right.
    pub reason: String,
}

/// A request, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// The items that can be used.
    pub items: Vec<Tracked>,
    /// The others.
    pub rejected: Vec<Rejection>,
}

/// A request of which nothing can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is not JSON of the right shape.
    #[error("{0}")]
    Malformed(String),
    /// It has more than [`MAX_ITEMS`] items.
    #[error("a request has at most {MAX_ITEMS} items")]
    TooManyItems,
    /// Its only item is larger than [`MAX_ITEM`].
    #[error("an item has at most {MAX_ITEM} bytes")]
    ItemTooLarge,
}

/// Reads a request that holds one call.
pub fn read_one(call: Call, body: &[u8], received_at: DateTime<Utc>) -> Result<Request, Unreadable> {
    let item: &RawValue = parse(body)?;
    if item.get().len() > MAX_ITEM {
        return Err(Unreadable::ItemTooLarge);
    }
    let read = item::read(item.get(), Some(call), &item::OfAll::default(), received_at, 0);
    Ok(Request::of(std::iter::once(read)))
}

/// Reads a request that holds calls of any kind: `{"batch": […], "sentAt": …}`.
pub fn read_batch(body: &[u8], received_at: DateTime<Utc>) -> Result<Request, Unreadable> {
    // Where no item can be too large, each has an id and each can be parsed, the text of an item is of no interest: one pass
    // over the body is enough.
    if body.len() <= MAX_ITEM
        && let Ok(envelope) = parse::<Envelope<'_, Object<Box<Fields<'_>>>>>(body)
        && envelope.batch.iter().flatten().all(Object::has_id)
    {
        let of_all = item::OfAll::new(&envelope);
        let fields = calls(&envelope)?.iter().map(|item| item.get().map(Box::as_ref)).enumerate();
        let check = |(index, fields)| item::check(fields, "", None, &of_all, received_at, index);
        return Ok(Request::of(fields.map(check)));
    }
    let envelope: Envelope<'_, &RawValue> = parse(body)?;
    let of_all = item::OfAll::new(&envelope);
    let read = |(index, item): (usize, &&RawValue)| item::read(item.get(), None, &of_all, received_at, index);
    Ok(Request::of(calls(&envelope)?.iter().enumerate().map(read)))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Unreadable> {
    let unreadable = |error: &dyn std::fmt::Display| Unreadable::Malformed(format!("the body cannot be read: {error}"));
    // Checked once as a whole, and not each text again.
    let text = std::str::from_utf8(body).map_err(|error| unreadable(&error))?;
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// The calls of a batch, at least one and not too many.
fn calls<'b, Item>(envelope: &'b Envelope<'_, Item>) -> Result<&'b [Item], Unreadable> {
    match envelope.batch.as_deref() {
        None => Err(Unreadable::Malformed("batch must be a list of calls".to_owned())),
        Some([]) => Err(Unreadable::Malformed("batch must not be empty".to_owned())),
        Some(batch) if batch.len() > MAX_ITEMS => Err(Unreadable::TooManyItems),
        Some(batch) => Ok(batch),
    }
}

impl Request {
    /// The items in their order, as they were read.
    fn of(read: impl Iterator<Item = Result<Tracked, Vec<String>>>) -> Self {
        let mut request = Self { items: Vec::with_capacity(read.size_hint().0), rejected: Vec::new() };
        for (index, item) in read.enumerate() {
            match item {
                Ok(item) => request.items.push(item),
                Err(reasons) => request.rejected.push(Rejection { index, reason: reasons.join("; ") }),
            }
        }
        request
    }
}
