// Drafts that somebody has not saved: kept in this tab, so that a reload does not lose them, and for this person alone.
import { session } from '../api/session.svelte';

const keyOf = (name: string) => `keepwell.draft.${session.person?.email ?? ''}.${name}`;

/** The draft of that name, or null. */
export function readDraft<T>(name: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(name)) ?? 'null') as T | null;
  } catch {
    return null;
  }
}

/** Keeps it, or drops it with `null`. */
export function keepDraft(name: string, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(keyOf(name));
    else sessionStorage.setItem(keyOf(name), JSON.stringify(draft));
  } catch {
    // A browser without storage keeps it on the screen alone.
  }
}
