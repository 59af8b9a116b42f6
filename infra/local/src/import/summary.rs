//! What an import did: a table, the first problems, and what to do about them.

use std::fmt;
use std::ops::AddAssign;

use indicatif::HumanCount;
use keepwell_domain::import::{ImportKind, Report};

/// So many problems are printed; the rest is a number.
const PRINTED_ERRORS: usize = 20;

/// So many problems are kept: however bad a file is, the memory for it stays the same.
const KEPT_ERRORS: usize = 1_000;

/// What an import did. `Display` is what the command prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// One line per file and kind, in the order in which they were sent.
    pub lines: Vec<Line>,
    /// The rejected rows' first problems; a row can have several.
    pub errors: Vec<RowProblem>,
    /// How many problems there were beside those.
    pub more_errors: usize,
}

/// What became of a file's rows of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The file's name.
    pub file: String,
    /// What its rows became; `None` when they were joined to another file's.
    pub kind: Option<ImportKind>,
    /// How many.
    pub counts: Counts,
}

/// Numbers of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that were there. Without a join this is the sum of the other four.
    pub rows: usize,
    /// Rows that made something new.
    pub created: usize,
    /// Rows that changed something.
    pub updated: usize,
    /// Rows that were known already.
    pub unchanged: usize,
    /// Rows that were not imported.
    pub rejected: usize,
}

/// A problem of a row of one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The file's name.
    pub file: String,
    /// The row as a spreadsheet counts: the header is 1.
    pub row: usize,
    /// The column: the file's when this machine found the problem, the API's when the server did. Empty for the whole row.
    pub column: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl Summary {
    /// Keeps problems, as long as they are not too many.
    pub(super) fn note(&mut self, problems: impl IntoIterator<Item = RowProblem>) {
        for problem in problems {
            if self.errors.len() < KEPT_ERRORS {
                self.errors.push(problem);
            } else {
                self.more_errors += 1;
            }
        }
    }

    /// The sum of all lines.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        for line in &self.lines {
            total += line.counts;
        }
        total
    }

    /// The counts of the rows that became `kind`.
    pub fn of(&self, kind: ImportKind) -> Counts {
        let mut total = Counts::default();
        for line in self.lines.iter().filter(|line| line.kind == Some(kind)) {
            total += line.counts;
        }
        total
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
    }
}

impl From<&Report> for Counts {
    fn from(report: &Report) -> Self {
        let Report { rows, created, updated, unchanged, rejected, .. } = *report;
        Self { rows, created, updated, unchanged, rejected }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, row, column, detail } = self;
        if column.is_empty() {
            write!(f, "{file} row {row}: {detail}")
        } else {
            write!(f, "{file} row {row}, {column}: {detail}")
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table: Vec<_> = self.lines.iter().map(|line| (line.name(), line.counts)).collect();
        let width = table.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max("file".len());
        let heads = ["rows", "created", "updated", "unchanged", "rejected"];
        write_row(f, width, "file", heads.map(str::to_owned))?;
        for (name, counts) in
            table.iter().map(|(name, counts)| (name.as_str(), *counts)).chain([("total", self.total())])
        {
            let Counts { rows, created, updated, unchanged, rejected } = counts;
            let cells = [rows, created, updated, unchanged, rejected];
            write_row(f, width, name, cells.map(|count| HumanCount(count as u64).to_string()))?;
        }
        self.write_errors(f)
    }
}

impl Summary {
    fn write_errors(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rejected = self.total().rejected;
        if rejected == 0 {
            return Ok(());
        }
        writeln!(f)?;
        for error in self.errors.iter().take(PRINTED_ERRORS) {
            writeln!(f, "{error}")?;
        }
        if let Some(more @ 1..) = (self.errors.len() + self.more_errors).checked_sub(PRINTED_ERRORS) {
            writeln!(f, "and {} more", HumanCount(more as u64))?;
        }
        let rows = if rejected == 1 { "row was" } else { "rows were" };
        let rejected = HumanCount(rejected as u64);
        writeln!(
            f,
            "\n{rejected} {rows} not imported: correct the files and import them again; what is imported already stays as it is."
        )
    }
}

impl Line {
    fn name(&self) -> String {
        match self.kind {
            Some(kind) if self.file == super::own_file_name(kind) => self.file.clone(),
            Some(kind) => format!("{} -> {kind}", self.file),
            None => format!("{} (joined)", self.file),
        }
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, width: usize, name: &str, cells: [String; 5]) -> fmt::Result {
    write!(f, "{name:width$}")?;
    for cell in cells {
        write!(f, "  {cell:>9}")?;
    }
    writeln!(f)
}
