// A table as a file for spreadsheets: RFC 4180, UTF-8, as the exports of the API write it (docs/exports.md).

export type Cell = string | number | boolean | null | undefined;

/** A cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers are what they are. */
function text(cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  return /^[=+\-@\t\r\n]/.test(cell) && !/^[+-]?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Rows with their header line. */
export function csv(header: string[], rows: Cell[][]): string {
  return [header, ...rows].map((row) => `${row.map((cell) => quoted(text(cell))).join(',')}\r\n`).join('');
}

/** Gives a text to the browser as a file. */
export function download(name: string, content: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
