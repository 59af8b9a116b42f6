// The portfolio is read in pages, each behind the cursor that the page before gave. The first page is short, so that it is there soon.

const FIRST = 20;
const NEXT = 100;
/** Rows of one step over pages that nobody looks at: the most that the API gives. */
const STEP = 1000;

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
  /** The page whose cursor the answer brings. */
  to: number;
  limit: number;
}

/** The next step towards a page whose cursor is not known. */
export function stepTowards(page: number, cursors: readonly (string | undefined)[]): Step {
  let from = page;
  while (from > 0 && cursors[from] === undefined) from -= 1;
  const to = Math.min(page, pageOf(startOf(from) + STEP));
  return { from, to, limit: startOf(to) - startOf(from) };
}
