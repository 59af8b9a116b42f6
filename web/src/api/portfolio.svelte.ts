// The rows of the portfolio, however many: only the pages in sight are kept up to date. A page begins behind a cursor, so that nobody is
// missed or shown twice when the list changes meanwhile; the cursor of a page far down comes with the row before it.
import { createQueries, useQueryClient } from '@tanstack/svelte-query';
import { untrack } from 'svelte';
import { arrived, DETAILS } from '../lib/early';
import { pageOf, pagesOf, sizeOf, startOf, stepTo } from '../lib/paging';
import { api, take } from './client';
import { behind } from './pages';
import { type CustomerQuery, keys } from './queries';
import type { Customers } from './types';

export type CustomerRow = Customers['items'][number];

const read = (query: CustomerQuery, more: CustomerQuery, signal?: AbortSignal): Promise<Customers> =>
  take(api.GET('/v1/customers', { params: { query: { ...query, ...more } }, ...(signal ? { signal } : {}) }));

/** What is known of a list beside its rows. */
interface Way {
  hash: string;
  cursors: (string | undefined)[];
  total: number | null;
  /** When the answer came that says the total: pages that were read before somebody came or went say another. */
  at: number;
}

export function usePortfolio(query: () => CustomerQuery) {
  const client = useQueryClient();
  const hash = $derived(JSON.stringify(query()));
  const remembered = (of: string): Way =>
    client.getQueryData<Way>(['way', of]) ?? { hash: of, cursors: [''], total: null, at: 0 };
  let newest = $state.raw<Way | null>(null);
  const way = $derived(newest?.hash === hash ? newest : remembered(hash));
  let sight = $state.raw({ hash: '', from: 0, to: 0 });
  const wanted = $derived(sight.hash === hash && way.total !== null ? pagesOf(sight.from, sight.to, way.total) : [0]);
  const reachable = $derived(wanted.filter((page) => way.cursors[page] !== undefined));
  let failure = $state.raw<unknown>(null);

  const keyOf = (asked: CustomerQuery, page: number, cursor: string | undefined) => [
    ...keys.customers,
    'page',
    asked,
    page,
    cursor,
  ];
  // What was asked for before there was any page is shown at once when it is there.
  untrack(() => {
    const asked = query();
    const first = arrived<Customers>('/v1/customers', { ...asked, limit: sizeOf(0), with: DETAILS });
    if (first) client.setQueryData(keyOf(asked, 0, ''), first);
  });

  const queries = createQueries(() => ({
    queries: reachable.map((page) => {
      const cursor = way.cursors[page];
      const asked = query();
      const more = { limit: sizeOf(page), with: DETAILS, ...behind(cursor) };
      return {
        queryKey: keyOf(asked, page, cursor),
        queryFn: ({ signal }: { signal: AbortSignal }) => read(asked, more, signal),
      };
    }),
  }));
  /** The last answer of each page: shown until a new one is there. */
  let before = new Map<number, Customers>();
  let beforeOf = '';
  const pages = $derived.by(() => {
    if (beforeOf !== hash) {
      before = new Map();
      beforeOf = hash;
    }
    const found = new Map<number, Customers>();
    reachable.forEach((page, index) => {
      const data = queries[index]?.data ?? before.get(page);
      if (!data) return;
      found.set(page, data);
      before.delete(page);
      before.set(page, data);
      for (const old of before.keys()) if (before.size > 12) before.delete(old);
    });
    return found;
  });

  /** An answer leads to this page. */
  function learn(page: number, answer: Customers, at: number): void {
    const cursors = [...way.cursors];
    cursors[page] = answer.next_cursor ?? undefined;
    const total = at > way.at ? { total: answer.total, at } : { total: way.total, at: way.at };
    newest = { hash, cursors, ...total };
    client.setQueryData<Way>(['way', hash], newest);
  }
  $effect(() => {
    for (const [page, data] of pages) {
      const at = queries[reachable.indexOf(page)]?.dataUpdatedAt ?? 0;
      const news = at > way.at && way.total !== data.total;
      if (news || way.cursors[page + 1] !== (data.next_cursor ?? undefined)) untrack(() => learn(page + 1, data, at));
    }
  });

  let busy = false;
  /** Asks for the cursors that pages in sight lack, each by the row before the page. */
  async function reach(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (;;) {
        const goal = wanted.find((page) => way.cursors[page] === undefined && startOf(page) < (way.total ?? 0));
        // When the page before is on its way with its rows, it brings the cursor.
        if (goal === undefined || wanted.includes(goal - 1)) break;
        const of = hash;
        const { from, skip } = stepTo(startOf(goal) - 1, way.cursors);
        const answer = await read(query(), { limit: 1, skip, ...behind(way.cursors[from]) });
        if (of !== hash) continue;
        learn(goal, answer, Date.now());
        if (answer.next_cursor === null) break;
      }
      failure = null;
    } catch (error) {
      failure = error;
    } finally {
      busy = false;
    }
  }
  $effect(() => {
    if (wanted.some((page) => way.cursors[page] === undefined) && way.total !== null) untrack(() => void reach());
  });

  return {
    get total(): number {
      return way.total ?? 0;
    },
    /** Nothing is known yet. */
    get isPending(): boolean {
      return pages.size === 0 && way.total === null && !this.error;
    },
    get isFetching(): boolean {
      return queries.some((one) => one.isFetching);
    },
    get error(): unknown {
      return queries.find((one) => one.isError)?.error ?? failure;
    },
    /** The row at a place, when it is there. */
    row(index: number): CustomerRow | undefined {
      const page = pageOf(index);
      return pages.get(page)?.items[index - startOf(page)];
    },
    /** All rows that are there now. */
    get rows(): CustomerRow[] {
      return [...pages.values()].flatMap((page) => page.items);
    },
    /** These rows are in sight: they are loaded and kept up to date. */
    want(from: number, to: number): void {
      if (sight.hash !== hash || sight.from !== from || sight.to !== to) sight = { hash, from, to };
    },
    refetch(): void {
      failure = null;
      for (const one of queries) if (one.isError) void one.refetch();
      void reach();
    },
    /** Rows of a range, read now, whether in sight or not. */
    async range(from: number, to: number): Promise<CustomerRow[]> {
      const last = Math.min(to, (way.total ?? 0) - 1);
      const step = stepTo(from, way.cursors);
      let { skip } = step;
      let cursor = way.cursors[step.from];
      const found: CustomerRow[] = [];
      while (from + found.length <= last) {
        const limit = Math.min(1000, last + 1 - from - found.length);
        const answer = await read(query(), { limit, skip, ...behind(cursor) });
        found.push(...answer.items);
        if (!answer.next_cursor) break;
        cursor = answer.next_cursor;
        skip = 0;
      }
      return found;
    },
  };
}
