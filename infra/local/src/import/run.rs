//! Sends the chunks of one file after the other, and keeps count.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use keepwell_domain::import::{ImportKind, Report};

use crate::import::ImportError;
use crate::import::chunk::{Chunk, Step};
use crate::import::conversion::{Conversion, Made};
use crate::import::post::PostError;
use crate::import::source::Cells;
use crate::import::summary::{Counts, Line, RowProblem, Summary};

/// An import under way. `S` posts a CSV document of a kind.
///
/// A function that gives a future, not an `AsyncFnMut`: the compiler cannot yet tell that an import with one is `Send`.
pub(super) struct Run<'a, S> {
    progress: &'a MultiProgress,
    sink: S,
    /// What was done so far.
    pub(super) summary: Summary,
}

impl<'a, S, A> Run<'a, S>
where
    S: FnMut(ImportKind, Vec<u8>) -> A,
    A: Future<Output = Result<Report, PostError>>,
{
    pub(super) fn new(progress: &'a MultiProgress, sink: S) -> Self {
        Self { progress, sink, summary: Summary::default() }
    }

    /// Sends what the conversion of the file at `path` gives.
    pub(super) async fn file<R: Read, F: FnMut(&mut Cells) -> Vec<Made>>(
        &mut self,
        path: &Path,
        mut conversion: Conversion<R, F>,
    ) -> Result<(), ImportError> {
        let bar = self.progress.add(bar(conversion.file(), lines(path)));
        let mut tally = Tally::new(&conversion);
        let main_kind = conversion.kinds().next();
        let errors_before = self.summary.errors.len();
        while let Some(step) = conversion.next().transpose()? {
            match step {
                Step::Reject { row, problems } => {
                    let file = &tally.file;
                    self.summary.note(problems.into_iter().map(|problem| RowProblem {
                        file: file.clone(),
                        row,
                        column: problem.column,
                        detail: problem.detail,
                    }));
                    tally.rejected += 1;
                    bar.inc(1);
                }
                Step::Post(chunk) => {
                    let rows = if Some(chunk.kind) == main_kind { chunk.rows.len() as u64 } else { 0 };
                    self.post(&mut tally, chunk).await?;
                    bar.inc(rows);
                }
            }
        }
        // Rows travel customer by customer; people look for them in the order of the file.
        if let Some(errors) = self.summary.errors.get_mut(errors_before..) {
            errors.sort_by_key(|error| error.row);
        }
        bar.set_length(conversion.rows() as u64);
        bar.finish();
        self.summary.lines.extend(tally.into_lines(conversion.rows()));
        Ok(())
    }

    async fn post(&mut self, tally: &mut Tally, chunk: Chunk) -> Result<(), ImportError> {
        let Chunk { kind, csv, rows } = chunk;
        let report = (self.sink)(kind, csv).await;
        let report = report.map_err(|source| ImportError::Post { file: tally.file.clone(), kind, source })?;
        tally.add(kind, &report);
        self.summary.note(report.errors.into_iter().map(|error| RowProblem {
            file: tally.file.clone(),
            row: original(&rows, error.row),
            column: error.column,
            detail: error.detail,
        }));
        Ok(())
    }
}

/// The row of the file from which row `row` of the chunk was made; the header of a chunk is its row 1.
fn original(rows: &[usize], row: usize) -> usize {
    row.checked_sub(2).and_then(|index| rows.get(index)).copied().unwrap_or(row)
}

/// What became of one file.
struct Tally {
    file: String,
    by_kind: Vec<(ImportKind, Counts)>,
    /// Rows that were not sent at all.
    rejected: usize,
}

impl Tally {
    fn new<R: Read, F: FnMut(&mut Cells) -> Vec<Made>>(conversion: &Conversion<R, F>) -> Self {
        let by_kind = conversion.kinds().map(|kind| (kind, Counts::default())).collect();
        Self { file: conversion.file().to_owned(), by_kind, rejected: 0 }
    }

    fn add(&mut self, kind: ImportKind, report: &Report) {
        for (_, counts) in self.by_kind.iter_mut().filter(|(of, _)| *of == kind) {
            *counts += Counts::from(report);
        }
    }

    /// Rows that were not sent count for the first kind, which every row of the file makes.
    fn into_lines(self, read: usize) -> Vec<Line> {
        let Self { file, by_kind, rejected } = self;
        if by_kind.is_empty() {
            return vec![Line { file, kind: None, counts: Counts { rows: read, rejected, ..Counts::default() } }];
        }
        let unsent = [rejected].into_iter().chain(std::iter::repeat(0));
        let with_unsent = by_kind.into_iter().zip(unsent);
        with_unsent
            .map(|((kind, mut counts), unsent)| {
                counts += Counts { rows: unsent, rejected: unsent, ..Counts::default() };
                Line { file: file.clone(), kind: Some(kind), counts }
            })
            .collect()
    }
}

fn bar(file: &str, rows: u64) -> ProgressBar {
    let template = "{prefix:24} {bar:30} {human_pos:>10}/{human_len} rows  {per_sec}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Drawn on nothing until `MultiProgress::add`, which draws it where the caller wants.
    ProgressBar::with_draw_target(Some(rows), ProgressDrawTarget::hidden())
        .with_style(style)
        .with_prefix(file.to_owned())
}

/// About how many rows the file has: its lines. Good enough for a bar, so that a problem with it is not one.
fn lines(path: &Path) -> u64 {
    let Ok(mut file) = File::open(path).map(BufReader::new) else { return 0 };
    let mut lines: u64 = 0;
    while matches!(file.skip_until(b'\n'), Ok(1..)) {
        lines += 1;
    }
    lines.saturating_sub(1)
}
