// Where we are: the address bar is the only store of page, filters, sort, tab and open panel.

export interface Place {
  path: string;
  query: URLSearchParams;
}

function read(): Place {
  // Tests of what a page computes run without a browser.
  if (typeof location === 'undefined') return { path: '/', query: new URLSearchParams() };
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

let current = $state.raw(read());

/** The current place; reading it in a component follows it. */
export const here = {
  get path(): string {
    return current.path;
  },
  get query(): URLSearchParams {
    return current.query;
  },
  /** The whole address behind the host. */
  get href(): string {
    const query = current.query.toString();
    return current.path + (query ? `?${query}` : '');
  },
};

let guard: ((href: string) => boolean) | null = null;

/** Asks before the page is left for another path; `false` stays. `null` asks no more. One page asks at a time. */
export function guardLeaving(ask: ((href: string) => boolean) | null): void {
  guard = ask;
}

function stays(href: string): boolean {
  return guard !== null && new URL(href, location.origin).pathname !== current.path && !guard(href);
}

if (typeof window !== 'undefined') {
  window.addEventListener('popstate', () => {
    const back = location.pathname + location.search;
    // The browser has gone already: come back to where the draft is.
    if (stays(back)) history.pushState(null, '', here.href);
    else current = read();
  });
}

/** Goes to an address of the console. `replace` leaves no step for the back button. */
export function go(href: string, options: { replace?: boolean } = {}): void {
  if (href === here.href || stays(href)) return;
  if (options.replace) history.replaceState(history.state, '', href);
  else history.pushState(null, '', href);
  current = read();
}

/** Where one was on the page of this step of the history: found again by the back button and after a reload. */
export const place = {
  get row(): number {
    const state: unknown = history.state;
    return typeof state === 'object' && state !== null && 'row' in state && typeof state.row === 'number' ? state.row : 0;
  },
  set row(row: number) {
    if (row !== place.row) history.replaceState({ row }, '');
  },
};

/** The current address with some parameters changed; `null` or an empty text takes one away. */
export function withQuery(changes: Record<string, string | null | undefined>): string {
  const query = new URLSearchParams(current.query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return current.path + (text ? `?${text}` : '');
}

/** Changes parameters of the current address. */
export function setQuery(changes: Record<string, string | null | undefined>, options: { replace?: boolean } = {}): void {
  go(withQuery(changes), options);
}

/** Makes plain clicks on links of the console change the place instead of loading a page. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (!link || link.target || link.hasAttribute('download')) return;
  const url = new URL(link.href, location.href);
  if (url.origin !== location.origin || /^\/(v1|f|u|_local)(\/|$)/.test(url.pathname)) return;
  if (url.hash && url.pathname === location.pathname) return;
  event.preventDefault();
  go(url.pathname + url.search);
}
