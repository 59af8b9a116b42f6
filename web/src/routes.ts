// Which page stands at which path, and how links to them are written.
import type { Component } from 'svelte';

export interface Route {
  name: string;
  /** What the browser's tab says before the page has a better word. */
  title: string;
  load: () => Promise<{ default: Component<{ id: string }> }>;
}

interface Pattern extends Route {
  pattern: RegExp;
}

const page = (name: string, title: string, pattern: RegExp, load: () => Promise<unknown>): Pattern => ({
  name,
  title,
  pattern,
  load: load as Route['load'],
});

/** The frame of the pages. */
export const loadShell = () => import('./Shell.svelte');

// A page that is added needs a line here, and one in `navigation` when it stands in the rail.
const PAGES: Pattern[] = [
  page('home', 'Home', /^\/$/, () => import('./pages/Home.svelte')),
  page('portfolio', 'Portfolio', /^\/customers$/, () => import('./pages/Portfolio.svelte')),
  page('quadrant', 'Quadrant', /^\/quadrant$/, () => import('./pages/Quadrant.svelte')),
  page('analytics', 'Analytics', /^\/analytics$/, () => import('./pages/analytics/Analytics.svelte')),
  page('tasks', 'Tasks', /^\/tasks$/, () => import('./pages/Tasks.svelte')),
  page('inbox', 'Inbox', /^\/inbox$/, () => import('./pages/Inbox.svelte')),
  page('scorecards', 'Scorecards', /^\/scorecards$/, () => import('./pages/scorecards/Scorecards.svelte')),
  page('scorecard', 'Scorecard', /^\/scorecards\/([^/]+)$/, () => import('./pages/scorecards/Scorecard.svelte')),
  page('automations', 'Automations', /^\/automations$/, () => import('./pages/automations/Automations.svelte')),
  page('automation', 'Automation', /^\/automations\/([^/]+)$/, () => import('./pages/automations/Editor.svelte')),
  page('endpoints', 'Endpoints', /^\/endpoints$/, () => import('./pages/automations/Endpoints.svelte')),
  page('mailbox', 'Mailbox', /^\/mailbox$/, () => import('./pages/Mailbox.svelte')),
  page('clock', 'Clock', /^\/clock$/, () => import('./pages/Clock.svelte')),
  page('settings', 'Settings', /^\/settings(?:\/([^/]+))?$/, () => import('./pages/settings/Settings.svelte')),
  page('start', 'Set up Keepwell', /^\/start$/, () => import('./pages/FirstRun.svelte')),
  page('customer', 'Customer', /^\/customers\/([^/]+)$/, () => import('./pages/customer/Customer.svelte')),
];

const NOT_FOUND: Route = {
  name: 'not-found',
  title: 'Not found',
  load: () => import('./pages/NotFound.svelte') as ReturnType<Route['load']>,
};

/** The page at a path, with the id that the path names. */
export function find(path: string): { route: Route; id: string } {
  for (const route of PAGES) {
    const match = route.pattern.exec(path);
    if (match) return { route, id: decode(match[1] ?? '') };
  }
  return { route: NOT_FOUND, id: '' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The page of a customer. */
export function customerHref(id: string, query: Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `/customers/${encodeURIComponent(id)}${text ? `?${text}` : ''}`;
}

/** The editor of a scorecard. */
export function scorecardHref(id: string, query: Record<string, string> = {}): string {
  const text = new URLSearchParams(query).toString();
  return `/scorecards/${encodeURIComponent(id)}${text ? `?${text}` : ''}`;
}

export interface Destination {
  href: string;
  label: string;
  icon: string;
  /** The second key after `g`. */
  key: string;
  /** Not part of the product: the local system alone has it. */
  local?: boolean;
}

/** The rail, in order. */
export const navigation: Destination[] = [
  { href: '/', label: 'Home', icon: 'home', key: 'h' },
  { href: '/customers', label: 'Portfolio', icon: 'portfolio', key: 'p' },
  { href: '/quadrant', label: 'Quadrant', icon: 'quadrant', key: 'q' },
  { href: '/analytics', label: 'Analytics', icon: 'analytics', key: 'a' },
  { href: '/tasks', label: 'Tasks', icon: 'tasks', key: 't' },
  { href: '/inbox', label: 'Inbox', icon: 'inbox', key: 'i' },
  { href: '/scorecards', label: 'Scorecards', icon: 'scorecards', key: 's' },
  { href: '/automations', label: 'Automations', icon: 'automations', key: 'u' },
  { href: '/settings', label: 'Settings', icon: 'settings', key: ',' },
  { href: '/mailbox', label: 'Mailbox', icon: 'mail', key: 'm', local: true },
  { href: '/clock', label: 'Clock', icon: 'clock', key: 'c', local: true },
];
