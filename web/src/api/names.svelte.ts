// Names of customers for lists that carry ids alone: all that a page needs are asked for together.
import { SvelteMap } from 'svelte/reactivity';
import { api, take } from './client';

/** As many ids as one question may name. */
const MOST = 100;
/** What is shown again after so long is asked again: a customer may have another name. */
const FRESH_MS = 60_000;

const names = new SvelteMap<string, string>();
const asked = new Map<string, number>();
let waiting: string[] = [];

/** The name of a customer; its id until the name is known, or when there is no such customer any more. */
export function nameOf(id: string): string {
  if (performance.now() > (asked.get(id) ?? -FRESH_MS) + FRESH_MS) {
    asked.set(id, performance.now());
    if (waiting.push(id) === 1) setTimeout(askAll);
  }
  return names.get(id) ?? id;
}

/** A customer has another name from now on. */
export function renamed(id: string, name: string): void {
  names.set(id, name);
}

function askAll(): void {
  for (let at = 0; at < waiting.length; at += MOST) void ask(waiting.slice(at, at + MOST));
  waiting = [];
}

async function ask(ids: string[]): Promise<void> {
  try {
    const query = { ids: ids.join(','), limit: MOST };
    const { items } = await take(api.GET('/v1/customers', { params: { query } }));
    for (const { id, name } of items) names.set(id, name);
  } catch {
    // The list that shows them tells of what is wrong; the next time that they are shown they are asked for again.
    for (const id of ids) asked.delete(id);
  }
}
