// Short notices at the edge: what was done, or what could not be.
import { announce } from './announce.svelte';

export interface Notice {
  id: number;
  text: string;
  kind: 'done' | 'failed';
  href?: string | undefined;
  link?: string | undefined;
}

let next = 1;
const notices = $state<Notice[]>([]);

export const toasts = {
  get all(): Notice[] {
    return notices;
  },
  drop(id: number): void {
    const index = notices.findIndex((notice) => notice.id === id);
    if (index >= 0) notices.splice(index, 1);
  },
};

function show(notice: Omit<Notice, 'id'>, forMs: number | null): void {
  const id = next++;
  notices.push({ ...notice, id });
  announce(notice.text);
  if (forMs !== null) setTimeout(() => toasts.drop(id), forMs);
}

/** Says that something was done. */
export function done(text: string, link?: { href: string; text: string }): void {
  show({ kind: 'done', text, href: link?.href, link: link?.text }, 8000);
}

/** Says that something failed; it stays until it is closed. */
export function failed(text: string): void {
  show({ kind: 'failed', text }, null);
}
