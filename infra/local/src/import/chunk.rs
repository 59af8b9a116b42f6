//! Rows on their way to the server, collected into CSV documents of a size that it takes at once.

use keepwell_domain::import::ImportKind;

/// Most rows in a chunk.
pub(super) const MAX_ROWS: usize = 2_000;
/// Most bytes in a chunk: below what a Lambda function takes (6 MB), with room for its envelope.
pub(super) const MAX_BYTES: usize = 4_000_000;

/// What comes out of a conversion.
#[derive(Debug)]
pub(super) enum Step {
    /// Rows to post.
    Post(Chunk),
    /// A row that cannot be posted, and everything that is wrong with it.
    Reject {
        /// The row in its file; the header is 1.
        row: usize,
        /// Column and problem.
        problems: Vec<Problem>,
    },
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The column; empty when it is the row as a whole.
    pub(super) column: String,
    /// What is wrong and what would be right.
    pub(super) detail: String,
}

impl Problem {
    pub(super) fn new(column: &str, detail: impl Into<String>) -> Self {
        Self { column: column.to_owned(), detail: detail.into() }
    }
}

/// A CSV document of one kind.
#[derive(Debug)]
pub(super) struct Chunk {
    /// What its rows are.
    pub(super) kind: ImportKind,
    /// Header and rows.
    pub(super) csv: Vec<u8>,
    /// For each of its rows, the row of the file from which it was made.
    pub(super) rows: Vec<usize>,
}

/// Collects the rows of one kind.
#[derive(Debug)]
pub(super) struct Chunker {
    kind: ImportKind,
    header: Vec<u8>,
    csv: Vec<u8>,
    rows: Vec<usize>,
}

impl Chunker {
    pub(super) fn new<'a>(kind: ImportKind, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let header = encode(columns).unwrap_or_default();
        Self { kind, csv: header.clone(), header, rows: Vec::new() }
    }

    pub(super) fn kind(&self) -> ImportKind {
        self.kind
    }

    /// Takes a row made from row `row` of the file. Gives back the chunk that is full, or the row that is too large for any.
    pub(super) fn push(&mut self, row: usize, cells: &[String]) -> Option<Step> {
        let line = encode(cells.iter().map(String::as_str));
        let Some(line) = line.filter(|line| self.header.len() + line.len() <= MAX_BYTES) else {
            let detail = format!("the row is larger than the {MAX_BYTES} bytes that can be sent at once");
            return Some(Step::Reject { row, problems: vec![Problem::new("", detail)] });
        };
        let full = self.rows.len() == MAX_ROWS || self.csv.len() + line.len() > MAX_BYTES;
        let chunk = if full { self.cut() } else { None };
        self.csv.extend(line);
        self.rows.push(row);
        chunk.map(Step::Post)
    }

    /// The rows collected so far, if any.
    pub(super) fn cut(&mut self) -> Option<Chunk> {
        if self.rows.is_empty() {
            return None;
        }
        let csv = std::mem::replace(&mut self.csv, self.header.clone());
        Some(Chunk { kind: self.kind, csv, rows: std::mem::take(&mut self.rows) })
    }
}

/// One line of CSV. Writing to memory does not fail, so `None` is never seen; it costs less than a claim that it cannot be.
fn encode<'a>(cells: impl IntoIterator<Item = &'a str>) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(256).from_writer(Vec::new());
    writer.write_record(cells).ok()?;
    writer.into_inner().ok()
}
