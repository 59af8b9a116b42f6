//! What changes over a year, and the dice.

use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};

/// A number over time: straight lines between points `(days ago, value)`, oldest first, level before and after them.
#[derive(Debug, Clone)]
pub(super) struct Curve(Vec<(i64, f64)>);

impl Curve {
    /// The same number all the time.
    pub(super) fn flat(value: f64) -> Self {
        Self(vec![(0, value)])
    }

    /// Through these points.
    pub(super) fn through(points: &[(i64, f64)]) -> Self {
        Self(points.to_vec())
    }

    /// The value on a day.
    pub(super) fn at(&self, days_ago: i64) -> f64 {
        let older = self.0.iter().rev().find(|(day, _)| *day >= days_ago);
        let newer = self.0.iter().find(|(day, _)| *day <= days_ago);
        match (older, newer) {
            (Some((from, start)), Some((to, end))) if from > to => {
                let passed = (from - days_ago) as f64 / (from - to) as f64;
                start + (end - start) * passed
            }
            (Some((_, value)), _) | (_, Some((_, value))) => *value,
            (None, None) => 0.0,
        }
    }
}

/// One customer's chance.
#[derive(Debug, Clone)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The dice of the customer `id` in the portfolio `seed` (the id is hashed with 64-bit FNV-1a).
    pub(super) fn of(seed: u64, id: &str) -> Self {
        let hash = id
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(Xoshiro256PlusPlus::seed_from_u64(hash ^ seed))
    }

    /// From 0 up to, not including, 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// True in `share` of all throws.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A whole number, both ends included.
    pub(super) fn whole(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// A fraction between `low` and `high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// `mean` rounded up or down by chance, so that the average stays `mean`.
    pub(super) fn rounded(&mut self, mean: f64) -> u32 {
        (mean + self.share()).max(0.0) as u32
    }

    /// One of `items`; `None` only when there are none.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.choose(&mut self.0)
    }

    /// One of `texts`.
    pub(super) fn text(&mut self, texts: &[&'static str]) -> &'static str {
        self.pick(texts).copied().unwrap_or_default()
    }

    /// All of `items` in a random order.
    pub(super) fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut shuffled = items.to_vec();
        shuffled.shuffle(&mut self.0);
        shuffled
    }

    /// Deals `items` forever; none comes again before all were dealt.
    pub(super) fn deck<T: Clone>(&mut self, items: &[T]) -> std::iter::Cycle<std::vec::IntoIter<T>> {
        self.shuffled(items).into_iter().cycle()
    }
}

/// A small count as a number of days or throws.
pub(super) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
