// Keys: `ctrl+k` works everywhere, single keys and `g p` only while nobody types and when they are switched on.
import { onMount } from 'svelte';
import { preferences } from './preferences.svelte';

export interface Shortcut {
  /** `ctrl+k` (also ⌘), `j`, `?`, or two keys with a space between: `g p`. */
  keys: string;
  label: string;
  run: () => void;
}

const PAIR_MS = 1200;

let active = $state.raw<Shortcut[]>([]);

/** Those of the page and of the shell, for the help sheet. */
export const shortcuts = {
  get all(): Shortcut[] {
    return active;
  },
};

/** Adds shortcuts while the component lives. A later one wins over an earlier one with the same keys. */
export function useShortcuts(mine: Shortcut[]): void {
  onMount(() => {
    active = [...active, ...mine];
    return () => {
      active = active.filter((shortcut) => !mine.includes(shortcut));
    };
  });
}

/** Set while a sheet is on its way that is not on the screen yet: its keys must not act on the page. */
export const keyboard = { held: false };

let first: { key: string; at: number } | null = null;

/** Whether a key pressed there is text rather than a command. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.closest) return false;
  return (
    element.isContentEditable ||
    element.closest('input:not([type="checkbox"]), textarea, select, [role="listbox"], [role="menu"], [role="tablist"]') !== null
  );
}

/** Runs what the key stands for. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const run = (keys: string): boolean => {
    const found = active.findLast((shortcut) => shortcut.keys === keys);
    if (!found) return false;
    event.preventDefault();
    found.run();
    return true;
  };
  if (event.ctrlKey || event.metaKey) {
    if (!event.altKey && !event.shiftKey) run(`ctrl+${event.key.toLowerCase()}`);
    return;
  }
  if (
    event.altKey ||
    keyboard.held ||
    !preferences.singleKeys ||
    isTyping(event.target) ||
    document.querySelector('dialog[open]:modal')
  )
    return;
  const now = event.timeStamp;
  if (first && now - first.at < PAIR_MS && run(`${first.key} ${event.key}`)) {
    first = null;
    return;
  }
  first = { key: event.key, at: now };
  run(event.key);
}
