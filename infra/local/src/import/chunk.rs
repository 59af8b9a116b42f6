//! Rows on their way to the server, collected into CSV documents of a size that it takes at once.

use keepwell_domain::import::ImportKind;

/// Most rows in a chunk.
pub(super) const MAX_ROWS: usize = 2_000;
/// Most bytes in a chunk: below what a Lambda function takes (6 MB), with room for its envelope.
pub(super) const MAX_BYTES: usize = 4_000_000;

/// Most rows and bytes that wait to be brought together: what an import holds in memory, however large its file is.
const WINDOW_ROWS: usize = 50_000;
const WINDOW_BYTES: usize = 32_000_000;

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

/// Collects the rows of one kind, and brings those of a customer together: the server writes each customer of a chunk in a
/// transaction of its own and computes its score once for it, so a file in the order of time would cost many times as much.
#[derive(Debug)]
pub(super) struct Chunker {
    kind: ImportKind,
    header: Vec<u8>,
    /// Position of the customer's id among the cells; `None` keeps the order of the file.
    customer: Option<usize>,
    waiting: Vec<Waiting>,
    waiting_bytes: usize,
}

/// A row that is not in a chunk yet.
#[derive(Debug)]
struct Waiting {
    customer: String,
    row: usize,
    line: Vec<u8>,
}

impl Chunker {
    pub(super) fn new<'a>(kind: ImportKind, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let columns: Vec<&str> = columns.into_iter().collect();
        let customer = columns.iter().position(|column| *column == "customer");
        let header = encode(columns).unwrap_or_default();
        Self { kind, header, customer, waiting: Vec::new(), waiting_bytes: 0 }
    }

    pub(super) fn kind(&self) -> ImportKind {
        self.kind
    }

    /// Takes a row made from row `row` of the file. Gives back the chunks of a full window, or the row that is too large for any.
    pub(super) fn push(&mut self, row: usize, cells: &[String]) -> Vec<Step> {
        let line = encode(cells.iter().map(String::as_str));
        let Some(line) = line.filter(|line| self.header.len() + line.len() <= MAX_BYTES) else {
            let detail = format!("the row is larger than the {MAX_BYTES} bytes that can be sent at once");
            return vec![Step::Reject { row, problems: vec![Problem::new("", detail)] }];
        };
        let full = self.waiting.len() == WINDOW_ROWS || self.waiting_bytes + line.len() > WINDOW_BYTES;
        let steps = if full { self.cut() } else { Vec::new() };
        let customer = self.customer.and_then(|index| cells.get(index)).cloned().unwrap_or_default();
        self.waiting_bytes += line.len();
        self.waiting.push(Waiting { customer, row, line });
        steps
    }

    /// The rows collected so far as chunks, customer by customer, each customer's in the order of the file.
    pub(super) fn cut(&mut self) -> Vec<Step> {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        waiting.sort_by(|a, b| a.customer.cmp(&b.customer));
        let mut chunks: Vec<Chunk> = Vec::new();
        for Waiting { row, line, .. } in waiting {
            let room = |chunk: &Chunk| chunk.rows.len() < MAX_ROWS && chunk.csv.len() + line.len() <= MAX_BYTES;
            match chunks.last_mut().filter(|chunk| room(chunk)) {
                Some(chunk) => {
                    chunk.csv.extend(line);
                    chunk.rows.push(row);
                }
                None => chunks.push(Chunk {
                    kind: self.kind,
                    csv: [self.header.as_slice(), &line].concat(),
                    rows: vec![row],
                }),
            }
        }
        chunks.into_iter().map(Step::Post).collect()
    }
}

/// One line of CSV. Writing to memory does not fail, so `None` is never seen; it costs less than a claim that it cannot be.
fn encode<'a>(cells: impl IntoIterator<Item = &'a str>) -> Option<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().buffer_capacity(256).from_writer(Vec::new());
    writer.write_record(cells).ok()?;
    writer.into_inner().ok()
}
