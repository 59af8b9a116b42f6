//! The clock that can be turned: 30 days pass in a click or in a line of a test.
//!
//! Everything local that stamps a time asks this clock, so that mails, events and stored rows agree on what day it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};

/// A clock shared by all its clones: turning one turns them all.
#[derive(Debug, Clone)]
pub struct Clock {
    face: Arc<Mutex<Face>>,
}

#[derive(Debug, Clone, Copy)]
enum Face {
    /// Real time, moved by an offset.
    Ticking(Duration),
    /// Stands still until it is turned.
    Frozen(DateTime<Utc>),
}

impl Clock {
    /// Real time, until it is turned.
    pub fn system() -> Self {
        Self::with(Face::Ticking(Duration::zero()))
    }

    /// Starts at `start` and runs on at the speed of real time.
    pub fn ticking_from(start: DateTime<Utc>) -> Self {
        Self::with(Face::Ticking(start.signed_duration_since(Utc::now())))
    }

    /// Stands at `instant` and moves only by [`Clock::set`] and [`Clock::advance`].
    pub fn frozen_at(instant: DateTime<Utc>) -> Self {
        Self::with(Face::Frozen(instant))
    }

    fn with(face: Face) -> Self {
        Self { face: Arc::new(Mutex::new(face)) }
    }

    /// What time it is here.
    pub fn now(&self) -> DateTime<Utc> {
        match *self.face() {
            Face::Ticking(offset) => Utc::now() + offset,
            Face::Frozen(instant) => instant,
        }
    }

    /// Turns the clock to `instant`. A frozen clock stays frozen, a ticking one ticks on from there.
    pub fn set(&self, instant: DateTime<Utc>) {
        let mut face = self.face();
        *face = match *face {
            Face::Ticking(_) => Face::Ticking(instant.signed_duration_since(Utc::now())),
            Face::Frozen(_) => Face::Frozen(instant),
        };
    }

    /// Turns the clock forward by `step` (back, if it is negative).
    pub fn advance(&self, step: Duration) {
        let mut face = self.face();
        *face = match *face {
            Face::Ticking(offset) => Face::Ticking(offset + step),
            Face::Frozen(instant) => Face::Frozen(instant + step),
        };
    }

    fn face(&self) -> MutexGuard<'_, Face> {
        self.face.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_it_is_turned() {
        let start = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let clock = Clock::frozen_at(start);
        let the_same = clock.clone();
        assert_eq!(the_same.now(), start);
        clock.advance(Duration::days(30));
        assert_eq!(the_same.now(), start + Duration::days(30));
        clock.set(start);
        assert_eq!(the_same.now(), start);
    }

    #[test]
    fn a_ticking_clock_ticks_on_from_where_it_was_set() {
        let start = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let clock = Clock::ticking_from(start);
        assert!(clock.now() >= start);
        assert!(clock.now() < start + Duration::hours(1));
        clock.advance(Duration::days(2));
        assert!(clock.now() >= start + Duration::days(2));
        clock.set(start + Duration::days(9));
        assert!(clock.now() >= start + Duration::days(9));
    }
}
