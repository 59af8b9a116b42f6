//! Reading a CSV file, row by row.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::columns::{Cell, Mapping, object};
use super::item::{Row, read};
use super::{ImportKind, RowError};
use crate::problem::Problems;

/// A file, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Number of rows, good and bad, without the header.
    pub rows: usize,
    /// The good rows.
    pub good: Vec<Row>,
    /// The problems of the bad ones.
    pub errors: Vec<RowError>,
    /// Columns of the file that are not ours.
    pub ignored_columns: Vec<String>,
}

/// Reads a CSV file with a header (RFC 4180, UTF-8, with or without a byte order mark).
///
/// A file without the columns that identify a row is refused whole; a bad row is reported and left out.
pub fn parse(kind: ImportKind, csv: &[u8], mapping: &Mapping) -> Result<Parsed, Problems> {
    let csv = csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv);
    let header =
        reader.headers().map_err(|error| Problems::one("", format!("the header cannot be read: {error}")))?.clone();
    let position: HashMap<&str, usize> = header.iter().enumerate().map(|(index, name)| (name.trim(), index)).collect();
    let mut problems = Problems::default();
    for ours in kind.identity() {
        if !position.contains_key(mapping.theirs(ours)) {
            problems
                .add("", format!("the file has no column {:?}; use mapping={ours}:<its name>", mapping.theirs(ours)));
        }
    }
    for theirs in mapping.named().filter(|theirs| !position.contains_key(theirs)) {
        problems.add("?mapping", format!("the file has no column {theirs:?}"));
    }
    problems.into_result(())?;

    let columns: Vec<(&str, Cell, usize)> = kind
        .columns()
        .iter()
        .filter_map(|(ours, cell)| Some((*ours, *cell, *position.get(mapping.theirs(ours))?)))
        .collect();
    let used: Vec<usize> = columns.iter().map(|(_, _, index)| *index).collect();
    let ignored_columns =
        header.iter().enumerate().filter(|(index, _)| !used.contains(index)).map(|(_, name)| name.to_owned()).collect();

    let mut parsed = Parsed { ignored_columns, ..Parsed::default() };
    let mut seen: HashMap<u64, (usize, u64)> = HashMap::new();
    for (index, record) in reader.records().enumerate() {
        let row = index + 2;
        parsed.rows += 1;
        let refuse = |column: &str, detail: String| RowError { row, column: column.to_owned(), detail };
        let record = match record {
            Ok(record) if record.len() == header.len() => record,
            Ok(record) => {
                let detail = format!("the row has {} cells, the header {}", record.len(), header.len());
                parsed.errors.push(refuse("", detail));
                continue;
            }
            Err(error) => {
                parsed.errors.push(refuse("", error.to_string()));
                continue;
            }
        };
        match object(&columns, &record) {
            Ok(value) => {
                let (identity, content) =
                    (hash_of(kind.identity().iter().map(|ours| value.get(ours))), hash_of([Some(&value)]));
                match seen.get(&identity) {
                    Some((first, same)) if *same == content => {
                        parsed.errors.push(refuse("id", format!("the same row stands in row {first} already")));
                        continue;
                    }
                    Some((first, _)) => {
                        parsed
                            .errors
                            .push(refuse("id", format!("the id is used in row {first} already, with other content")));
                        continue;
                    }
                    None => {}
                }
                match read(kind, &value, "") {
                    Ok((customer, item)) => parsed.good.push(Row { row, customer, item }),
                    Err(Problems(found)) => parsed.errors.extend(
                        found
                            .into_iter()
                            .map(|problem| refuse(problem.pointer.trim_start_matches('/'), problem.detail)),
                    ),
                }
                seen.insert(identity, (row, content));
            }
            Err(errors) => parsed.errors.extend(errors.into_iter().map(|(column, detail)| refuse(column, detail))),
        }
    }
    Ok(parsed)
}

/// 64 bits of these values: the rows of a file are many, and a collision among 300,000 of them is once in 400 million files.
fn hash_of<'a>(values: impl IntoIterator<Item = Option<&'a Value>>) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        value.map(Value::to_string).hash(&mut hasher);
    }
    hasher.finish()
}
