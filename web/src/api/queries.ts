// Every read of the API, each under one key: what was read once is shown at once and read again in the background.
import { createQuery } from '@tanstack/svelte-query';
import { now } from '../lib/clock.svelte';
import { addDays, isoDate } from '../lib/format';
import { api, take } from './client';
import { problemOf } from './errors';
import { pagesQuery } from './pages';
import type { components, paths } from './schema';

export type CustomerQuery = NonNullable<paths['/v1/customers']['get']['parameters']['query']>;
export type TaskQuery = NonNullable<paths['/v1/tasks']['get']['parameters']['query']>;
export type TimelineKind = NonNullable<NonNullable<paths['/v1/customers/{id}/timeline']['get']['parameters']['query']>['kind']>;
export type FeedbackQuery = NonNullable<paths['/v1/feedback']['get']['parameters']['query']>;

/** How many rows a page of the portfolio has. */
const ROWS = 200;

export const keys = {
  customers: ['customers'] as const,
  customer: (id: string) => ['customer', id] as const,
  tasks: ['tasks'] as const,
  feedback: ['feedback'] as const,
  insights: ['insights'] as const,
};

/** The portfolio, page after page. */
export const customersQuery = (query: () => CustomerQuery) =>
  pagesQuery(() => ({
    queryKey: [...keys.customers, query()],
    read: (behind) => take(api.GET('/v1/customers', { params: { query: { ...query(), limit: ROWS, ...behind } } })),
  }));

/** A short list of customers: the palette's search, the home page's groups. */
export const someCustomersQuery = (query: () => CustomerQuery, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customers, 'some', query()],
    queryFn: () => take(api.GET('/v1/customers', { params: { query: query() } })),
    enabled: enabled(),
  }));

export const customerQuery = (id: () => string) =>
  createQuery(() => ({
    queryKey: keys.customer(id()),
    queryFn: () => take(api.GET('/v1/customers/{id}', { params: { path: { id: id() } } })),
    enabled: id() !== '',
  }));

export const scoreQuery = (id: () => string, asOf: () => string | null = () => null) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'score', asOf()],
    queryFn: () => {
      const moment = asOf();
      // The client's types leave out what is always null, as all of a score that is not there yet.
      return take(
        api.GET('/v1/customers/{id}/score', { params: { path: { id: id() }, query: moment ? { as_of: moment } : {} } }),
      ) as Promise<components['schemas']['ScoreOrNone']>;
    },
    enabled: id() !== '',
  }));

/** The change since that many days ago. Asked by days, not by moment, so that it is found again. */
export const explainQuery = (id: () => string, days: () => number, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'explain', days()],
    queryFn: () =>
      take(
        api.GET('/v1/customers/{id}/score/explain', {
          params: { path: { id: id() }, query: { from: addDays(now(), -days()).toISOString() } },
        }),
      ),
    enabled: id() !== '' && enabled(),
  }));

export const historyQuery = (id: () => string, days: () => number, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'history', days()],
    queryFn: () =>
      take(
        api.GET('/v1/customers/{id}/score/history', {
          params: { path: { id: id() }, query: { from: addDays(now(), -days()).toISOString() } },
        }),
      ),
    enabled: id() !== '' && enabled(),
  }));

export const timelineQuery = (id: () => string, kind: () => TimelineKind | null, limit = 40) =>
  pagesQuery(() => ({
    queryKey: [...keys.customer(id()), 'timeline', kind(), limit],
    read: (behind) => {
      const wanted = kind();
      return take(
        api.GET('/v1/customers/{id}/timeline', {
          params: {
            path: { id: id() },
            query: { limit, ...(wanted ? { kind: wanted } : {}), ...behind },
          },
        }),
      );
    },
  }));

export const happinessQuery = (id: () => string, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'happiness'],
    queryFn: () => take(api.GET('/v1/customers/{id}/happiness', { params: { path: { id: id() } } })),
    enabled: enabled(),
  }));

export const contactsQuery = (id: () => string, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'contacts'],
    queryFn: () => take(api.GET('/v1/customers/{id}/contacts', { params: { path: { id: id() }, query: { limit: 1000 } } })),
    enabled: enabled(),
  }));

export const goalsQuery = (id: () => string) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'goals'],
    queryFn: () => take(api.GET('/v1/customers/{id}/goals', { params: { path: { id: id() }, query: { limit: 1000 } } })),
  }));

/** What a customer asked support for, the last opened first. */
export const ticketsQuery = (id: () => string) =>
  pagesQuery(() => ({
    queryKey: [...keys.customer(id()), 'tickets'],
    read: (behind) =>
      take(
        api.GET('/v1/customers/{id}/tickets', {
          params: { path: { id: id() }, query: { limit: 100, ...behind } },
        }),
      ),
  }));

export const statusHistoryQuery = (id: () => string, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'status'],
    queryFn: () => take(api.GET('/v1/customers/{id}/status/history', { params: { path: { id: id() }, query: { limit: 100 } } })),
    enabled: enabled(),
  }));

export const tasksQuery = (query: () => TaskQuery, enabled: () => boolean = () => true) =>
  pagesQuery(() => ({
    queryKey: [...keys.tasks, query()],
    read: (behind) => take(api.GET('/v1/tasks', { params: { query: { limit: 200, ...query(), ...behind } } })),
    enabled: enabled(),
  }));

export const feedbackQuery = (query: () => FeedbackQuery, limit = 60) =>
  pagesQuery(() => ({
    queryKey: [...keys.feedback, query(), limit],
    read: (behind) => take(api.GET('/v1/feedback', { params: { query: { limit, ...query(), ...behind } } })),
  }));

export const insightsQuery = () =>
  createQuery(() => ({ queryKey: keys.insights, queryFn: () => take(api.GET('/v1/insights', {})) }));

/** What each insight means and what to do next, without any customer. */
export const meaningsQuery = () =>
  createQuery(() => ({
    queryKey: ['meanings'],
    queryFn: () => take(api.GET('/v1/insights', { params: { query: { limit: 0 } } })),
    staleTime: Number.POSITIVE_INFINITY,
  }));

/** How all customers stand together: by Health Status, happiness. */
export const togetherQuery = (owner: () => string | undefined, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.insights, 'together', owner()],
    queryFn: async () => {
      const of = owner();
      return (await take(api.GET('/v1/analytics/segments', { params: { query: of ? { owner: of } : {} } }))).all;
    },
    enabled: enabled(),
  }));

/** Renewals and what is at risk. One month: the sums are over everybody, whenever they renew. */
export const renewalsQuery = (owner: () => string | undefined, enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.insights, 'renewals', owner()],
    queryFn: () => {
      const of = owner();
      return take(api.GET('/v1/analytics/renewals', { params: { query: { months: 1, ...(of ? { owner: of } : {}) } } }));
    },
    enabled: enabled(),
  }));

/** Customers by band, now and a week ago. */
export const weekQuery = (owner: () => string | undefined) =>
  createQuery(() => ({
    queryKey: [...keys.insights, 'week', owner()],
    queryFn: () => {
      const of = owner();
      const query = { from: isoDate(addDays(now(), -7)), to: isoDate(now()), ...(of ? { owner: of } : {}) };
      return take(api.GET('/v1/analytics/trend', { params: { query } }));
    },
    staleTime: 300_000,
  }));

/** The catalogue changes with the server's version alone. */
export const measuresQuery = () =>
  createQuery(() => ({
    queryKey: ['measures'],
    queryFn: () => take(api.GET('/v1/measures', {})),
    staleTime: Number.POSITIVE_INFINITY,
  }));

export interface LocalMail {
  to: string;
  from: string;
  subject: string;
  text: string;
  links: string[];
  sent_at: string;
}

export interface LocalHealth {
  status: string;
  now: string;
  /** Whether the demo portfolio can be loaded: nothing is there yet. */
  demo_available?: boolean;
  queues: Record<string, { depth: number; dead_letters: number }>;
}

/** What only the local system has: not part of the API's description. */
async function local<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null));
  return (await response.json()) as T;
}

export const mailboxQuery = (enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: ['local', 'mailbox'],
    queryFn: () => local<LocalMail[]>('/_local/mailbox'),
    enabled: enabled(),
  }));

export const healthQuery = (enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: ['local', 'health'],
    queryFn: () => local<LocalHealth>('/_local/health'),
    enabled: enabled(),
  }));
