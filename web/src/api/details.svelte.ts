// What a row of the portfolio shows beyond the list: the score's way over 30 days and what moved it most. Asked for rows in sight
// alone, a few at a time, and kept by the query cache.
import { useQueryClient } from '@tanstack/svelte-query';
import { SvelteMap } from 'svelte/reactivity';
import { now } from '../lib/clock.svelte';
import { addDays } from '../lib/format';
import { api, take } from './client';
import { keys } from './queries';
import type { Explanation } from './types';

export const ROW_DAYS = 30;
const AT_ONCE = 4;

export interface RowDetail {
  values: number[];
  change: number | null;
  driver: Explanation['items'][number] | null;
}

/** The cause that weighs most in the direction in which the score went. */
export function topDriver(explanation: Explanation): Explanation['items'][number] | null {
  const change = explanation.change ?? 0;
  const size = (delta: number) => (change < 0 ? -delta : change > 0 ? delta : Math.abs(delta));
  const [first] = [...explanation.items].sort((a, b) => size(b.delta) - size(a.delta));
  return first && Math.abs(first.delta) >= 0.5 && size(first.delta) > 0 ? first : null;
}

/** Details by customer, and a way to ask for more. */
export function useRowDetails() {
  const client = useQueryClient();
  const known = new SvelteMap<string, RowDetail>();
  let wanted: string[] = [];
  let running = 0;

  async function load(id: string): Promise<void> {
    const from = addDays(now(), -ROW_DAYS).toISOString();
    const path = { id };
    const [history, explanation] = await Promise.all([
      client.fetchQuery({
        queryKey: [...keys.customer(id), 'history', ROW_DAYS],
        queryFn: () => take(api.GET('/v1/customers/{id}/score/history', { params: { path, query: { from } } })),
        staleTime: 60_000,
      }),
      client.fetchQuery({
        queryKey: [...keys.customer(id), 'explain', ROW_DAYS],
        queryFn: () => take(api.GET('/v1/customers/{id}/score/explain', { params: { path, query: { from } } })),
        staleTime: 60_000,
      }),
    ]);
    const before = explanation.from.value;
    const values = history.items.map((item) => item.value).filter((value) => value !== null);
    known.set(id, {
      values: before === null ? values : [before, ...values],
      change: explanation.change,
      driver: topDriver(explanation),
    });
  }

  function next(): void {
    while (running < AT_ONCE) {
      const id = wanted.shift();
      if (id === undefined) return;
      if (known.has(id)) continue;
      running += 1;
      load(id)
        // A row without its line still has its numbers; the page of the customer says what is wrong.
        .catch(() => known.set(id, { values: [], change: null, driver: null }))
        .finally(() => {
          running -= 1;
          next();
        });
    }
  }

  return {
    of: (id: string): RowDetail | undefined => known.get(id),
    /** These rows are in sight now; what was waiting for others is dropped. */
    want(ids: string[]): void {
      wanted = ids.filter((id) => !known.has(id));
      next();
    },
    /** The customer changed: ask again when it is in sight. */
    forget(id: string): void {
      known.delete(id);
    },
  };
}
