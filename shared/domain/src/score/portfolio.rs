//! The measures of many customers, side by side: what a [scorecard](super::columns) is applied to at once.
//!
//! Customers stand in blocks; in a block, each measure is a column, so that arithmetic runs over neighbours. The columns
//! of a block lie together in memory, which is then read from front to back (docs/performance.md). What is not known is "not a
//! number". Words and booleans are positions in the list of what they mean. Nothing here knows of a scorecard: the same portfolio
//! serves a scorecard and its draft.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};

use super::manual_override::ManualOverride;
use super::scorecard::Limit;
use crate::measure::{Kind, MeasureValue, MeasureValues, Observed, Resolved, days_between};

/// Customers in a block: few enough for the sums to stay in registers, enough to fill them (measured: 16 and 64 take longer).
pub(super) const LANES: usize = 32;

/// A number for each customer of a block. Begins at a line of the cache, so that no register's load touches two.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [f64; LANES]);

impl Lanes {
    /// A column about which nothing is known.
    pub(super) const NOTHING: Self = Self([f64::NAN; LANES]);

    /// A sum of nothing; the ages of a column that was observed today.
    pub(super) const ZERO: Self = Self([0.0; LANES]);
}

impl Deref for Lanes {
    type Target = [f64; LANES];

    #[inline]
    fn deref(&self) -> &[f64; LANES] {
        &self.0
    }
}

impl DerefMut for Lanes {
    #[inline]
    fn deref_mut(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }
}

/// What was known about many customers, each at a moment of its own. Start with [`Portfolio::default`] and [`push`](Self::push).
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    customers: usize,
    /// A custom measure can be a number for one customer and a word for the next: it has a column of each kind.
    columns: BTreeMap<(Resolved, Kind), Column>,
    pub(super) blocks: Vec<Columns>,
    /// The limits set by hand that act, by customer, ascending.
    pub(super) by_hand: Vec<(usize, Limit)>,
}

/// Where a column is found, and what it means.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its place in every block.
    pub(super) place: usize,
    /// What its numbers stand for, by position; empty when they are the numbers themselves.
    pub(super) meanings: Vec<MeasureValue>,
}

/// The columns of a block. Of a column that is not there nothing is known; of ages that are not there everything is of today.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Numbers, or positions.
    pub(super) values: Vec<Lanes>,
    /// How many days ago each was observed; infinitely many when it is stale by itself.
    pub(super) ages: Vec<Lanes>,
}

impl Portfolio {
    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Adds a customer: what was known as of `as_of`, and the override set by hand, if any. Values observed later are not seen.
    pub fn push(&mut self, values: &MeasureValues, manual_override: Option<&ManualOverride>, as_of: DateTime<Utc>) {
        let customer = self.customers;
        self.grow(customer + 1);
        for (measure, observed) in values.iter().filter(|(_, observed)| observed.observed_at <= as_of) {
            let column = column(&mut self.columns, measure, observed.value.kind());
            let (value, age) = (column.number(&observed.value), age(observed, as_of));
            if let Some(block) = self.blocks.get_mut(customer / LANES) {
                set(&mut block.values, column.place, customer % LANES, value, &Lanes::NOTHING);
                set(&mut block.ages, column.place, customer % LANES, age, &Lanes::ZERO);
            }
        }
        self.set_override(customer, manual_override, as_of);
    }

    /// Customers about whom nothing is known yet, with room for so many columns: for [`Self::set_column`].
    pub fn of(customers: usize, columns: usize) -> Self {
        let blocks = customers.div_ceil(LANES);
        let room = || Columns { values: Vec::with_capacity(columns), ages: Vec::with_capacity(columns) };
        Self { customers, blocks: std::iter::repeat_with(room).take(blocks).collect(), ..Self::default() }
    }

    /// Sets a whole column, as it comes out of a snapshot: numbers, or positions in `meanings`; "not a number" where nothing is known,
    /// and how many days ago each was observed, infinitely many when it is stale by itself.
    pub fn set_column(
        &mut self,
        measure: Resolved,
        kind: Kind,
        meanings: Vec<MeasureValue>,
        numbers: &[f64],
        days: &[f64],
    ) {
        self.grow(numbers.len());
        let column = column(&mut self.columns, measure, kind);
        column.meanings = meanings;
        let place = column.place;
        for ((block, numbers), days) in self.blocks.iter_mut().zip(numbers.chunks(LANES)).zip(days.chunks(LANES)) {
            set_all(&mut block.values, place, numbers, &Lanes::NOTHING);
            set_all(&mut block.ages, place, days, &Lanes::ZERO);
        }
    }

    /// Sets the override by hand of a customer, if it acts at `as_of`. Customers come in order.
    pub fn set_override(&mut self, customer: usize, manual_override: Option<&ManualOverride>, as_of: DateTime<Utc>) {
        if let Some(manual) = manual_override.filter(|manual| manual.acts_at(as_of)) {
            self.by_hand.push((customer, manual.limit()));
        }
    }

    /// Sets a whole column of numbers, as they come out of a file of columns: "not a number" where nothing is known, and how many
    /// days ago each was observed. Customers beyond `days` were observed today.
    pub fn set_numbers(&mut self, measure: Resolved, numbers: &[f64], days: &[f64]) {
        self.grow(numbers.len());
        let place = column(&mut self.columns, measure, Kind::Number).place;
        for (block, numbers) in self.blocks.iter_mut().zip(numbers.chunks(LANES)) {
            for (lane, number) in numbers.iter().enumerate() {
                set(&mut block.values, place, lane, *number, &Lanes::NOTHING);
            }
        }
        for (block, days) in self.blocks.iter_mut().zip(days.chunks(LANES)) {
            for (lane, age) in days.iter().enumerate() {
                set(&mut block.ages, place, lane, *age, &Lanes::ZERO);
            }
        }
    }

    /// The column of a measure, as far as its values are of this kind.
    pub(super) fn column(&self, measure: &Resolved, kind: Kind) -> Option<&Column> {
        self.columns.get(&(measure.clone(), kind))
    }

    /// Makes room for so many customers.
    fn grow(&mut self, customers: usize) {
        self.customers = self.customers.max(customers);
        self.blocks.resize_with(self.customers.div_ceil(LANES), Columns::default);
    }
}

/// The column of a measure; a new one gets the next place.
fn column(columns: &mut BTreeMap<(Resolved, Kind), Column>, measure: Resolved, kind: Kind) -> &mut Column {
    let place = columns.len();
    columns.entry((measure, kind)).or_insert_with(|| Column { place, meanings: Vec::new() })
}

impl Column {
    /// The number that stands for a value: itself, or the position of a word or boolean, which gets one when it is new.
    fn number(&mut self, value: &MeasureValue) -> f64 {
        if let MeasureValue::Number(number) = value {
            return *number;
        }
        let position = self.meanings.iter().position(|meaning| meaning == value).unwrap_or_else(|| {
            self.meanings.push(value.clone());
            self.meanings.len() - 1
        });
        position as f64
    }
}

fn age(observed: &Observed, as_of: DateTime<Utc>) -> f64 {
    let stale = observed.stale_from.is_some_and(|from| from <= as_of);
    if stale { f64::INFINITY } else { days_between(observed.observed_at, as_of) }
}

/// Sets the first lanes of a column; what was not there is `empty`.
fn set_all(columns: &mut Vec<Lanes>, place: usize, numbers: &[f64], empty: &Lanes) {
    if columns.len() <= place {
        columns.resize(place + 1, *empty);
    }
    if let Some(column) = columns.get_mut(place) {
        for (slot, number) in column.iter_mut().zip(numbers) {
            *slot = *number;
        }
    }
}

/// Sets a number; columns that were not there are `empty`.
fn set(columns: &mut Vec<Lanes>, place: usize, lane: usize, number: f64, empty: &Lanes) {
    if columns.len() <= place {
        columns.resize(place + 1, *empty);
    }
    if let Some(slot) = columns.get_mut(place).and_then(|column| column.get_mut(lane)) {
        *slot = number;
    }
}
