//! A CSV file, read row by row; and the cells of a row, read one by one with every problem noted.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, Read};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use csv::{ErrorKind, ReaderBuilder, StringRecord, StringRecordsIntoIter};

use crate::import::ImportError;
use crate::import::chunk::Problem;

/// A CSV file with a header.
pub(super) struct Source<R> {
    file: String,
    header: StringRecord,
    positions: Arc<HashMap<String, usize>>,
    records: StringRecordsIntoIter<R>,
    row: usize,
}

impl Source<BufReader<File>> {
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(|source| ImportError::Open { path: path.to_owned(), source })?;
        Self::read(&file_name(path), BufReader::new(file))
    }
}

impl<R: Read> Source<R> {
    pub(super) fn read(file: &str, reader: R) -> Result<Self, ImportError> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(reader);
        let header = reader.headers().map_err(|source| ImportError::Read { file: file.to_owned(), source })?.clone();
        let positions = header.iter().enumerate().map(|(index, name)| (name.trim().to_owned(), index)).collect();
        let records = reader.into_records();
        Ok(Self { file: file.to_owned(), header, positions: Arc::new(positions), records, row: 1 })
    }

    /// Refuses a file that lacks one of `columns`.
    pub(super) fn with_columns(self, columns: &[&'static str]) -> Result<Self, ImportError> {
        let missing: Vec<_> = columns.iter().copied().filter(|name| !self.positions.contains_key(*name)).collect();
        if missing.is_empty() { Ok(self) } else { Err(ImportError::Columns { file: self.file, missing }) }
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// How many rows were read so far.
    pub(super) fn rows(&self) -> usize {
        self.row - 1
    }

    pub(super) fn header(&self) -> impl Iterator<Item = &str> {
        self.header.iter()
    }
}

impl<R: Read> Iterator for Source<R> {
    type Item = Result<Cells, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        self.row += 1;
        let (record, problems) = match record {
            Ok(record) if record.len() == self.header.len() => (record, Vec::new()),
            Ok(record) => {
                let detail = format!("the row has {} cells, the header {}", record.len(), self.header.len());
                (record, vec![Problem::new("", detail)])
            }
            // The reader goes on behind such a row; it does not after other errors.
            Err(error) if matches!(error.kind(), ErrorKind::Utf8 { .. }) => {
                (StringRecord::new(), vec![Problem::new("", "the row is not UTF-8")])
            }
            Err(source) => return Some(Err(ImportError::Read { file: self.file.clone(), source })),
        };
        Some(Ok(Cells { row: self.row, positions: Arc::clone(&self.positions), record, problems }))
    }
}

/// The name by which people know a file.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// A row. A cell that cannot be read is `None`, and noted as a problem.
pub(super) struct Cells {
    pub(super) row: usize,
    positions: Arc<HashMap<String, usize>>,
    record: StringRecord,
    pub(super) problems: Vec<Problem>,
}

impl Cells {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }

    /// The cell without surrounding space; empty when it is not there.
    pub(super) fn text(&self, column: &str) -> &str {
        self.positions.get(column).and_then(|index| self.record.get(*index)).unwrap_or_default().trim()
    }

    pub(super) fn problem(&mut self, column: &str, detail: impl Into<String>) {
        self.problems.push(Problem::new(column, detail));
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, column: &str) -> Option<String> {
        self.cell(column, "must not be empty", |text| (!text.is_empty()).then(|| text.to_owned()))
    }

    /// A whole number.
    pub(super) fn whole(&mut self, column: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let right = format!("must be a whole number from {} to {}", range.start(), range.end());
        self.cell(column, &right, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// `TRUE` or `FALSE`, in any case.
    pub(super) fn flag(&mut self, column: &str) -> Option<bool> {
        self.cell(column, "must be TRUE or FALSE", |text| text.to_ascii_lowercase().parse().ok())
    }

    /// A date `2024-12-31`.
    pub(super) fn date(&mut self, column: &str) -> Option<NaiveDate> {
        self.cell(column, "must be a date such as 2024-12-31", |text| text.parse().ok())
    }

    /// A time `2024-12-31 9:30`, or a date, which means its midnight.
    pub(super) fn time(&mut self, column: &str) -> Option<NaiveDateTime> {
        self.cell(column, "must be a time such as 2024-12-31 9:30, or a date", |text| {
            let date = text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN));
            date.or_else(|| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok())
        })
    }

    /// Reads a cell that may be empty.
    pub(super) fn optional<T>(&mut self, column: &str, read: impl FnOnce(&mut Self, &str) -> Option<T>) -> Option<T> {
        if self.text(column).is_empty() { None } else { read(self, column) }
    }

    fn cell<T>(&mut self, column: &str, right: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = read(self.text(column));
        if value.is_none() {
            self.problem(column, format!("{right}, not {:?}", self.text(column)));
        }
        value
    }
}

/// How many rows back an id that comes twice is noticed, at least.
pub(super) const REMEMBERED_IDS: usize = 50_000;

/// The ids of a file's newest rows: an id that comes twice is an error of the second row.
///
/// The server looks for this within a document; a file is sent as several. A row that repeats one from further back is left to
/// the server, which knows the event, or keeps the later of the two: however long the file is, the memory for it stays the same.
#[derive(Debug, Default)]
pub(super) struct Ids {
    newest: Rows,
    before: Rows,
}

/// By 64 bits of the id: its row and 64 bits of its cells.
type Rows = HashMap<u64, (usize, u64)>;

impl Ids {
    /// Whether the row is the first with this id; if not, that is noted as a problem.
    pub(super) fn claim(&mut self, cells: &mut Cells, column: &str, id: &str) -> bool {
        let (id, content) = (hash([id]), hash(cells.iter().map(str::trim)));
        if let Some((first, same)) = self.newest.get(&id).or_else(|| self.before.get(&id)).copied() {
            cells.problem(
                column,
                if same == content {
                    format!("the same row stands in row {first} already")
                } else {
                    format!("the id is used in row {first} already, with other content")
                },
            );
            return false;
        }
        if self.newest.len() == REMEMBERED_IDS {
            self.before = std::mem::take(&mut self.newest);
        }
        self.newest.insert(id, (cells.row, content));
        true
    }
}

fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    texts.into_iter().for_each(|text| text.hash(&mut hasher));
    hasher.finish()
}
