// The table that every chart has beside it, and the file that is made of the same rows.
import { type Cell, csv } from '../lib/csv';

export interface TableColumn<R> {
  label: string;
  /** What a person reads. */
  text: (row: R) => string;
  /** What stands in the file; the text when absent. */
  value?: (row: R) => Cell;
  /** Where the cell leads. */
  href?: (row: R) => string | undefined;
  /** Numbers stand right. */
  end?: boolean;
}

export function tableCsv<R>(columns: TableColumn<R>[], rows: R[]): string {
  return csv(
    columns.map((column) => column.label),
    rows.map((row) => columns.map((column) => (column.value ? column.value(row) : column.text(row)))),
  );
}
