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
use serde_json::value::RawValue;

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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
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
    let item: &RawValue = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    if item.get().len() > MAX_ITEM {
        return Err(Unreadable::ItemTooLarge);
    }
    let mut request = Request::default();
    request.take(0, item::read(item.get(), Some(call), &wire::Envelope::default(), received_at, 0));
    Ok(request)
}

/// Reads a request that holds calls of any kind: `{"batch": […], "sentAt": …}`.
pub fn read_batch(body: &[u8], received_at: DateTime<Utc>) -> Result<Request, Unreadable> {
    let envelope: wire::Envelope<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    let Some(batch) = &envelope.batch else {
        return Err(Unreadable::Malformed("batch must be a list of calls".to_owned()));
    };
    if batch.is_empty() {
        return Err(Unreadable::Malformed("batch must not be empty".to_owned()));
    }
    if batch.len() > MAX_ITEMS {
        return Err(Unreadable::TooManyItems);
    }
    let mut request = Request { items: Vec::with_capacity(batch.len()), rejected: Vec::new() };
    for (index, item) in batch.iter().enumerate() {
        request.take(index, item::read(item.get(), None, &envelope, received_at, index));
    }
    Ok(request)
}

impl Request {
    fn take(&mut self, index: usize, read: Result<Tracked, Vec<String>>) {
        match read {
            Ok(item) => self.items.push(item),
            Err(reasons) => self.rejected.push(Rejection { index, reason: reasons.join("; ") }),
        }
    }
}

fn malformed(error: &serde_json::Error) -> Unreadable {
    Unreadable::Malformed(format!("the body cannot be read: {error}"))
}
