//! Columns of plain kinds, in and out of sections.

use std::borrow::Cow;
use std::collections::HashMap;
use std::vec::IntoIter;

use serde_json::Value;

use super::file::{Reader, Writer};
use super::{SnapshotError, damaged};

/// Stands for "nothing" in a column of whole numbers.
pub(super) const NONE: i64 = i64::MIN;

impl Writer {
    /// Whole numbers: 64 bits each.
    pub(super) fn whole(&mut self, name: &str, numbers: impl Iterator<Item = Option<i64>>) {
        let bytes: Vec<u8> = numbers.flat_map(|number| number.unwrap_or(NONE).to_le_bytes()).collect();
        self.add(name, Value::Null, &bytes);
    }

    /// Numbers: 64 bits each; "not a number" is nothing.
    pub(super) fn numbers(&mut self, name: &str, numbers: impl Iterator<Item = Option<f64>>) {
        let bytes: Vec<u8> = numbers.flat_map(|number| number.unwrap_or(f64::NAN).to_le_bytes()).collect();
        self.add(name, Value::Null, &bytes);
    }

    /// Texts that are mostly different: the length plus one of each in 32 bits, 0 for nothing, and then all of them in UTF-8.
    pub(super) fn texts<'a>(
        &mut self,
        name: &str,
        texts: impl Iterator<Item = Option<Cow<'a, str>>>,
    ) -> Result<(), SnapshotError> {
        let (mut lengths, mut all) = (Vec::new(), Vec::new());
        for text in texts {
            let length = text.as_ref().map_or(0, |text| text.len() + 1);
            lengths.extend(short(length)?.to_le_bytes());
            all.extend(text.iter().flat_map(|text| text.bytes()));
        }
        lengths.extend(all);
        self.add(name, Value::Null, &lengths);
        Ok(())
    }

    /// Texts that are mostly the same: the position plus one of each in 32 bits, 0 for nothing; the section `<name>.words` has what
    /// they stand for.
    pub(super) fn words<'a>(
        &mut self,
        name: &str,
        words: impl Iterator<Item = Option<Cow<'a, str>>>,
    ) -> Result<(), SnapshotError> {
        let mut places: HashMap<Cow<'a, str>, usize> = HashMap::new();
        let mut known: Vec<Cow<'a, str>> = Vec::new();
        let mut positions = Vec::new();
        for word in words {
            let position = match word {
                None => 0,
                Some(word) => *places.entry(word).or_insert_with_key(|word| {
                    known.push(word.clone());
                    known.len()
                }),
            };
            positions.extend(short(position)?.to_le_bytes());
        }
        self.add(name, Value::Null, &positions);
        self.texts(&format!("{name}.words"), known.into_iter().map(Some))
    }
}

fn short(number: usize) -> Result<u32, SnapshotError> {
    u32::try_from(number).map_err(|error| SnapshotError::Unwritable { what: error.to_string() })
}

impl Reader<'_> {
    /// A column of whole numbers.
    pub(super) fn whole(&self, name: &str) -> Result<IntoIter<Option<i64>>, SnapshotError> {
        let bytes = self.section(name)?.bytes;
        let numbers: Vec<Option<i64>> =
            eights(&bytes).map(|bytes| Some(i64::from_le_bytes(bytes)).filter(|number| *number != NONE)).collect();
        self.whole_length(name, numbers)
    }

    /// A column of numbers.
    pub(super) fn numbers(&self, name: &str) -> Result<IntoIter<Option<f64>>, SnapshotError> {
        let bytes = self.section(name)?.bytes;
        let numbers: Vec<Option<f64>> =
            eights(&bytes).map(|bytes| Some(f64::from_le_bytes(bytes)).filter(|number| !number.is_nan())).collect();
        self.whole_length(name, numbers)
    }

    /// A column of texts, each as what it stands for.
    pub(super) fn texts<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<IntoIter<Option<T>>, SnapshotError> {
        let bytes = self.section(name)?.bytes;
        self.whole_length(name, texts(name, &bytes, self.customers(), parse)?)
    }

    /// A column of words, each as what it stands for.
    pub(super) fn words<T: Clone>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<IntoIter<Option<T>>, SnapshotError> {
        let dictionary = format!("{name}.words");
        let bytes = self.section(&dictionary)?.bytes;
        // Every word has its length in front: as many as the lengths, read one by one, leave room for.
        let known = count_of(&bytes);
        let known = texts(&dictionary, &bytes, known, parse)?;
        let positions = self.section(name)?.bytes;
        let (positions, _) = positions.as_chunks::<4>();
        let word = |position: &[u8; 4]| match u32::from_le_bytes(*position) {
            0 => Ok(None),
            position => known
                .get(position as usize - 1)
                .cloned()
                .ok_or_else(|| damaged(format!("section {name} names a word that is not there"))),
        };
        self.whole_length(name, positions.iter().map(word).collect::<Result<_, _>>()?)
    }

    /// The column, if it is as long as there are customers.
    fn whole_length<T>(&self, name: &str, column: Vec<T>) -> Result<IntoIter<T>, SnapshotError> {
        if column.len() == self.customers() {
            Ok(column.into_iter())
        } else {
            Err(damaged(format!("section {name} has {} rows instead of {}", column.len(), self.customers())))
        }
    }
}

/// Groups of eight bytes.
pub(super) fn eights(bytes: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    bytes.as_chunks::<8>().0.iter().copied()
}

/// How many texts a section of texts holds: each adds four bytes and what its length says.
fn count_of(bytes: &[u8]) -> usize {
    let (mut count, mut size) = (0, 0);
    for length in bytes.as_chunks::<4>().0 {
        if size == bytes.len() {
            break;
        }
        count += 1;
        size += 4 + (u32::from_le_bytes(*length) as usize).saturating_sub(1);
    }
    count
}

fn texts<T>(
    name: &str,
    bytes: &[u8],
    count: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>, SnapshotError> {
    let short = || damaged(format!("section {name} is too short"));
    let (lengths, mut rest) = bytes.split_at_checked(4 * count).ok_or_else(short)?;
    let mut all = Vec::with_capacity(count);
    for length in lengths.as_chunks::<4>().0 {
        let Some(length) = (u32::from_le_bytes(*length) as usize).checked_sub(1) else {
            all.push(None);
            continue;
        };
        let (text, tail) = rest.split_at_checked(length).ok_or_else(short)?;
        rest = tail;
        let read = str::from_utf8(text).ok().and_then(&parse);
        all.push(Some(read.ok_or_else(|| damaged(format!("section {name} holds what it cannot hold")))?));
    }
    Ok(all)
}
