//! A file's rows, turned into chunks of rows that the API takes. Pure but for reading the file.

use std::collections::VecDeque;
use std::io::Read;

use keepwell_domain::import::ImportKind;

use crate::import::ImportError;
use crate::import::chunk::{Chunker, Step};
use crate::import::source::{Cells, Source};

/// A row of the API's: what it is, and its cells in the order of its kind's header.
pub(super) type Made = (ImportKind, Vec<String>);

/// The conversion of one file. `convert` makes any number of the API's rows from one of the file's; when it notes a
/// problem, the row is rejected and nothing of it is sent.
pub(super) struct Conversion<R, F> {
    source: Source<R>,
    chunkers: Vec<Chunker>,
    convert: F,
    ready: VecDeque<Step>,
    ended: bool,
}

impl<R: Read, F: FnMut(&mut Cells) -> Vec<Made>> Conversion<R, F> {
    /// Converts `source` to the kinds of `chunkers`.
    pub(super) fn new(source: Source<R>, chunkers: Vec<Chunker>, convert: F) -> Self {
        Self { source, chunkers, convert, ready: VecDeque::new(), ended: false }
    }

    pub(super) fn file(&self) -> &str {
        self.source.file()
    }

    /// How many rows of the file were read so far.
    pub(super) fn rows(&self) -> usize {
        self.source.rows()
    }

    /// The kinds it makes.
    pub(super) fn kinds(&self) -> impl Iterator<Item = ImportKind> {
        self.chunkers.iter().map(Chunker::kind)
    }

    fn take(&mut self, mut cells: Cells) {
        let row = cells.row;
        let made = if cells.problems.is_empty() { (self.convert)(&mut cells) } else { Vec::new() };
        if !cells.problems.is_empty() {
            self.ready.push_back(Step::Reject { row, problems: cells.problems });
            return;
        }
        for (kind, made) in made {
            let chunker = self.chunkers.iter_mut().find(|chunker| chunker.kind() == kind);
            debug_assert!(chunker.is_some(), "{kind} was made, and its chunker not");
            self.ready.extend(chunker.into_iter().flat_map(|chunker| chunker.push(row, &made)));
        }
    }
}

impl<R: Read, F: FnMut(&mut Cells) -> Vec<Made>> Iterator for Conversion<R, F> {
    type Item = Result<Step, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Some(Ok(step));
            }
            if self.ended {
                return None;
            }
            match self.source.next() {
                Some(Ok(cells)) => self.take(cells),
                Some(Err(error)) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                None => {
                    self.ended = true;
                    self.ready.extend(self.chunkers.iter_mut().flat_map(Chunker::cut));
                }
            }
        }
    }
}
