//! Measures, column by column.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::columns::{NONE, eights};
use super::file::{Reader, Writer};
use super::{SnapshotError, damaged};
use crate::measure::{Kind, MeasureValue, MeasureValues, Observed, Resolved};
use crate::score::manual_override::ManualOverride;
use crate::score::portfolio::Portfolio;

/// The measures of many customers. A measure that is a number for one customer and a word for another has a column of each kind.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    customers: usize,
    columns: BTreeMap<(Resolved, Kind), Column>,
}

/// One measure. Entries that are not there are like those about which nothing is known.
#[derive(Debug, Clone, Default)]
struct Column {
    /// What the numbers stand for, by position; empty when they are the numbers themselves.
    meanings: Vec<MeasureValue>,
    /// "Not a number" where nothing is known.
    numbers: Vec<f64>,
    /// Milliseconds since 1970.
    observed_at: Vec<i64>,
    /// The same; [`NONE`] where a value does not grow stale by itself. Empty when none does.
    stale_from: Vec<i64>,
}

impl Measures {
    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Everything that is known about the customer at this place.
    pub fn of(&self, customer: usize) -> MeasureValues {
        let mut values = MeasureValues::default();
        for ((measure, _), column) in &self.columns {
            if let Some(observed) = column.get(customer) {
                values.set(measure.clone(), Some(observed));
            }
        }
        values
    }

    pub(super) fn push(&mut self, values: &MeasureValues) {
        let customer = self.customers;
        self.customers += 1;
        for (measure, observed) in values.iter() {
            let column = self.columns.entry((measure, observed.value.kind())).or_default();
            column.set(customer, observed);
        }
    }

    /// Keeps the customers whose flag is set.
    pub(super) fn retain(&mut self, stays: &[bool]) {
        self.customers = stays.iter().filter(|stays| **stays).count();
        for column in self.columns.values_mut() {
            keep(&mut column.numbers, stays);
            keep(&mut column.observed_at, stays);
            keep(&mut column.stale_from, stays);
        }
    }

    /// The measures as they are seen at `as_of`.
    pub(super) fn portfolio<'a>(
        &self,
        overrides: impl Iterator<Item = Option<&'a ManualOverride>>,
        as_of: DateTime<Utc>,
    ) -> Portfolio {
        let mut portfolio = Portfolio::of(self.customers, self.columns.len());
        let now = as_of.timestamp_millis();
        for ((measure, kind), column) in &self.columns {
            let mut numbers = column.numbers.clone();
            let mut days = vec![0.0; numbers.len()];
            let times = column.observed_at.iter().enumerate();
            for ((customer, observed_at), (number, days)) in times.zip(numbers.iter_mut().zip(&mut days)) {
                if *observed_at > now {
                    *number = f64::NAN;
                }
                let stale = column.stale_from.get(customer).is_some_and(|from| *from != NONE && *from <= now);
                // The whole seconds of `days_between`.
                *days = if stale { f64::INFINITY } else { ((now - observed_at) / 1000) as f64 / 86_400.0 };
            }
            portfolio.set_column(measure.clone(), *kind, column.meanings.clone(), &numbers, &days);
        }
        for (customer, manual) in overrides.enumerate() {
            portfolio.set_override(customer, manual, as_of);
        }
        portfolio
    }

    pub(super) fn write(&self, file: &mut Writer) -> Result<(), SnapshotError> {
        for (place, ((measure, kind), column)) in self.columns.iter().enumerate() {
            let about = About {
                measure: id(measure).to_owned(),
                kind: *kind,
                meanings: column.meanings.clone(),
                grows_stale: !column.stale_from.is_empty(),
            };
            let about =
                serde_json::to_value(about).map_err(|error| SnapshotError::Unwritable { what: error.to_string() })?;
            file.add(format!("{PREFIX}{place}"), about, &column.bytes(self.customers));
        }
        Ok(())
    }

    /// A measure that the catalogue no longer has is left out.
    pub(super) fn read(file: &Reader<'_>) -> Result<Self, SnapshotError> {
        let mut columns = BTreeMap::new();
        for name in file.names().filter(|name| name.starts_with(PREFIX)) {
            let section = file.section(name)?;
            let about: About =
                serde_json::from_value(section.about).map_err(|error| damaged(format!("section {name}: {error}")))?;
            if let Some(measure) = Resolved::find(&about.measure) {
                let kind = about.kind;
                let column = Column::read(about, &section.bytes, file.customers())
                    .ok_or_else(|| damaged(format!("section {name} has another length than its header says")))?;
                columns.insert((measure, kind), column);
            }
        }
        Ok(Self { customers: file.customers(), columns })
    }
}

/// What the sections of measures are named by.
const PREFIX: &str = "measures/";

/// What a reader must know of a section.
#[derive(Serialize, Deserialize)]
struct About {
    measure: String,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    meanings: Vec<MeasureValue>,
    grows_stale: bool,
}

fn id(measure: &Resolved) -> &str {
    match measure {
        Resolved::Custom(id) => id.as_str(),
        Resolved::Catalogue(_) => measure.definition().map_or("", |definition| definition.id),
    }
}

fn keep<T>(column: &mut Vec<T>, stays: &[bool]) {
    let mut flags = stays.iter();
    column.retain(|_| flags.next().copied().unwrap_or_default());
}

impl Column {
    fn get(&self, customer: usize) -> Option<Observed> {
        let number = *self.numbers.get(customer).filter(|number| !number.is_nan())?;
        let value = if self.meanings.is_empty() {
            MeasureValue::Number(number)
        } else {
            self.meanings.get(number as usize)?.clone()
        };
        let stale_from = self.stale_from.get(customer).filter(|from| **from != NONE);
        Some(Observed {
            value,
            observed_at: DateTime::from_timestamp_millis(*self.observed_at.get(customer)?)?,
            stale_from: stale_from.and_then(|from| DateTime::from_timestamp_millis(*from)),
        })
    }

    fn set(&mut self, customer: usize, observed: &Observed) {
        let number = match &observed.value {
            MeasureValue::Number(number) => *number,
            meaning => self.position(meaning) as f64,
        };
        self.numbers.resize(customer, f64::NAN);
        self.numbers.push(number);
        self.observed_at.resize(customer, 0);
        self.observed_at.push(observed.observed_at.timestamp_millis());
        if let Some(from) = observed.stale_from {
            self.stale_from.resize(customer, NONE);
            self.stale_from.push(from.timestamp_millis());
        }
    }

    fn position(&mut self, meaning: &MeasureValue) -> usize {
        let known = self.meanings.iter().position(|known| known == meaning);
        known.unwrap_or_else(|| {
            self.meanings.push(meaning.clone());
            self.meanings.len() - 1
        })
    }

    fn bytes(&self, customers: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(24 * customers);
        let padded = |column: &[i64], empty: i64| {
            let missing = customers.saturating_sub(column.len());
            let all = column.iter().copied().chain(std::iter::repeat_n(empty, missing));
            all.flat_map(i64::to_le_bytes).collect::<Vec<u8>>()
        };
        bytes.extend(self.numbers.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(
            std::iter::repeat_n(f64::NAN, customers.saturating_sub(self.numbers.len())).flat_map(f64::to_le_bytes),
        );
        bytes.extend(padded(&self.observed_at, 0));
        if !self.stale_from.is_empty() {
            bytes.extend(padded(&self.stale_from, NONE));
        }
        bytes
    }

    fn read(about: About, bytes: &[u8], customers: usize) -> Option<Self> {
        let (numbers, bytes) = bytes.split_at_checked(8 * customers)?;
        let (observed_at, stale_from) = bytes.split_at_checked(8 * customers)?;
        let expected = if about.grows_stale { 8 * customers } else { 0 };
        (stale_from.len() == expected).then(|| Self {
            meanings: about.meanings,
            numbers: eights(numbers).map(f64::from_le_bytes).collect(),
            observed_at: eights(observed_at).map(i64::from_le_bytes).collect(),
            stale_from: eights(stale_from).map(i64::from_le_bytes).collect(),
        })
    }
}
