// Reads a CSV file in the browser as far as an import needs it: its header, and where each row begins. What a row says is the API's
// business; here rows stay texts.

/** A row of the file that was picked. */
export interface Line {
  /** As a spreadsheet counts: the header is 1, empty lines count. */
  row: number;
  /** As CSV with commas, without its line end. */
  text: string;
}

export interface CsvFile {
  header: string[];
  lines: Line[];
  /** What separates the cells in the file. */
  delimiter: string;
  encoding: 'UTF-8' | 'Windows-1252';
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The text of a file: UTF-8, or what spreadsheets on Windows write when it is not. */
export function decode(bytes: ArrayBuffer | Uint8Array): { text: string; encoding: CsvFile['encoding'] } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'Windows-1252' };
  }
}

/** Reads a whole file. Empty lines are left out. */
export function readCsv(text: string): Omit<CsvFile, 'encoding'> {
  const delimiter = delimiterOf(text);
  const lines: Line[] = [];
  let header: string[] | null = null;
  let row = 0;
  for (const { start, end } of records(text)) {
    row += 1;
    const raw = text.slice(start, end);
    if (raw === '') continue;
    if (header === null) header = cells(raw, delimiter).map((name) => name.trim());
    else lines.push({ row, text: delimiter === ',' ? raw : line(cells(raw, delimiter)) });
  }
  return { header: header ?? [], lines, delimiter };
}

/** Where each row stands in the text. A line end between quotes is part of its cell. */
function* records(text: string): Generator<{ start: number; end: number }> {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    if (letter === 34) quoted = !quoted;
    else if (!quoted && (letter === 10 || letter === 13)) {
      yield { start, end: at };
      if (letter === 13 && text.charCodeAt(at + 1) === 10) at += 1;
      start = at + 1;
    }
  }
  if (start < text.length) yield { start, end: text.length };
}

/** The cells of one row (RFC 4180). */
export function cells(raw: string, delimiter = ','): string[] {
  const found: string[] = [];
  let at = 0;
  for (;;) {
    let cell = '';
    if (raw[at] === '"') {
      at += 1;
      for (; at < raw.length; at += 1) {
        if (raw[at] !== '"') cell += raw[at];
        else if (raw[at + 1] === '"') {
          cell += '"';
          at += 1;
        } else break;
      }
      at += 1;
    }
    const end = raw.indexOf(delimiter, at);
    cell += raw.slice(at, end < 0 ? raw.length : end);
    found.push(cell);
    if (end < 0) return found;
    at = end + delimiter.length;
  }
}

/** Cells as one row with commas. */
export function line(values: readonly string[]): string {
  return values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

function delimiterOf(text: string): string {
  const first = records(text).next().value;
  const header = first ? text.slice(first.start, first.end) : '';
  const [best = ','] = [...DELIMITERS].sort((a, b) => cells(header, b).length - cells(header, a).length);
  return best;
}

/** Most rows and bytes of a request: as `keepwell import` sends, below what a Lambda function takes. */
const MOST_ROWS = 2_000;
const MOST_BYTES = 4_000_000;

/**
 * Lines in parts that can be sent. Those of a customer stand together, since the API writes each customer of a part at once;
 * `customer` is the position of its column, -1 keeps the order of the file.
 */
export function parts(lines: readonly Line[], customer: number, most = { rows: MOST_ROWS, bytes: MOST_BYTES }): Line[][] {
  let ordered = lines;
  if (customer >= 0 && lines.length > most.rows) {
    const keyed = lines.map((one) => ({ one, key: cells(one.text)[customer] ?? '' }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    ordered = keyed.map(({ one }) => one);
  }
  const found: Line[][] = [];
  let bytes = 0;
  for (const one of ordered) {
    const size = bytesOf(one.text) + 2;
    const last = found.at(-1);
    if (last && last.length < most.rows && bytes + size <= most.bytes) {
      last.push(one);
      bytes += size;
    } else {
      found.push([one]);
      bytes = size;
    }
  }
  return found;
}

/** At most so many bytes in UTF-8; exact where there are no letters beyond ASCII. */
function bytesOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  return /^[\x00-\x7f]*$/.test(text) ? text.length : text.length * 3;
}
