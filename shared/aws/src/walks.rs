//! The order of long lists, remembered for a while: the next page then reads its own rows, and not the whole list again.
//!
//! It is remembered by the process that made it. Another one, or a later one, makes it anew from where the page before ended.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::id::CustomerId;

/// How long an order is remembered. Values of rows are always those of now.
const REMEMBERED: Duration = Duration::minutes(5);

/// Most orders of one process: a hundred thousand ids are some megabytes.
const MOST: usize = 8;

struct Walk {
    id: String,
    begun_at: DateTime<Utc>,
    order: Arc<[CustomerId]>,
}

/// The orders that this process remembers.
#[derive(Default)]
pub struct Walks(Mutex<VecDeque<Walk>>);

impl Walks {
    /// Remembers an order under a fresh id.
    pub fn begin(&self, id: String, order: Vec<CustomerId>, now: DateTime<Utc>) {
        let mut walks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        walks.retain(|walk| now - walk.begun_at < REMEMBERED);
        while walks.len() >= MOST {
            walks.pop_front();
        }
        walks.push_back(Walk { id, begun_at: now, order: order.into() });
    }

    /// The order of that id; `None` when it is too old, or another process has it.
    pub fn order(&self, id: &str, now: DateTime<Utc>) -> Option<Arc<[CustomerId]>> {
        let walks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let walk = walks.iter().find(|walk| walk.id == id && now - walk.begun_at < REMEMBERED)?;
        Some(Arc::clone(&walk.order))
    }
}
