// The portfolio is read in pages, each behind the cursor that the page before gave. The first page is short, so that it is there soon.

const FIRST = 20;
const NEXT = 100;

/** The row with which a page begins. */
export function startOf(page: number): number {
  return page === 0 ? 0 : FIRST + (page - 1) * NEXT;
}

/** How many rows a page has. */
export function sizeOf(page: number): number {
  return page === 0 ? FIRST : NEXT;
}

/** The page in which a row stands. */
export function pageOf(row: number): number {
  return row < FIRST ? 0 : 1 + Math.floor((row - FIRST) / NEXT);
}

/** The pages that hold the rows, and the one after when the end of the last is near. */
export function pagesOf(from: number, to: number, total: number): number[] {
  const last = pageOf(Math.min(Math.max(0, total - 1), to + 30));
  const pages: number[] = [];
  for (let page = pageOf(Math.max(0, from)); page <= last; page += 1) pages.push(page);
  return pages;
}

export interface Step {
  /** The page from whose cursor to read on. */
  from: number;
  /** So many rows lie between. */
  skip: number;
}

/** From where the row is read in one question: the nearest page above it whose cursor is known. */
export function stepTo(row: number, cursors: readonly (string | undefined)[]): Step {
  let from = pageOf(row);
  while (from > 0 && cursors[from] === undefined) from -= 1;
  return { from, skip: row - startOf(from) };
}
