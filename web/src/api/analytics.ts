// What Quadrant, Analytics and the customer's trend read, and the one thing they write: where happiness and status are high.
import { createMutation, createQuery, useQueryClient } from '@tanstack/svelte-query';
import { now } from '../lib/clock.svelte';
import { addDays } from '../lib/format';
import type { Status } from '../lib/words';
import { api, take } from './client';
import { ApiProblem } from './errors';
import { pagesQuery } from './pages';
import { type CustomerQuery, keys } from './queries';
import type { paths } from './schema';
import type { Customer } from './types';

type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer T } } } };
}
  ? T
  : never;

export type Trend = Answer<'/v1/analytics/trend'>;
export type TrendPoint = Trend['items'][number];
export type Segments = Answer<'/v1/analytics/segments'>;
export type SegmentFigures = Segments['items'][number];
export type Movement = Answer<'/v1/analytics/movement'>;
export type Place = Movement['cells'][number]['from'];
export type Drivers = Answer<'/v1/analytics/drivers'>;
export type Driver = Drivers['drivers'][number];
export type Renewals = Answer<'/v1/analytics/renewals'>;
export type Responses = Answer<'/v1/analytics/responses'>;
export type Cohorts = Answer<'/v1/analytics/cohorts'>;
export type Settings = Answer<'/v1/settings'>;
export type InsightCustomer = Answer<'/v1/insights'>['cells'][number]['customers'][number];

/** `owner`, `segment.<attribute>`, `from`, `to` and what else a question takes, as the address has them. */
export type Question = Record<string, string>;

const ANALYTICS = 'analytics';

// The description has the attributes as one parameter; over the wire each is one of its own.
type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;
const asQuery = <P extends keyof paths>(_path: P, question: Question) => question as unknown as Query<P>;

/** One answer of analytics, kept while its question is the same: what is behind it takes seconds to add up. */
function question<P extends keyof paths, T>(
  name: P,
  ask: (query: Question) => Promise<T>,
  query: () => Question,
  on: () => boolean,
) {
  return createQuery(() => ({
    queryKey: [ANALYTICS, name, query()],
    queryFn: () => ask(query()),
    enabled: on(),
    staleTime: 60_000,
  }));
}
const always = () => true;

export const trendQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/trend',
    (asked) => take(api.GET('/v1/analytics/trend', { params: { query: asQuery('/v1/analytics/trend', asked) } })),
    query,
    on,
  );

export const segmentsQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/segments',
    (asked) => take(api.GET('/v1/analytics/segments', { params: { query: asQuery('/v1/analytics/segments', asked) } })),
    query,
    on,
  );

/** Who looks after customers: the addresses in use, in order. */
export function useOwners(on = always): () => string[] {
  const found = segmentsQuery(() => ({ by: 'owner' }), on);
  return () => (found.data?.items ?? []).flatMap((item) => item.value ?? []).sort();
}

export const renewalsQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/renewals',
    (asked) => take(api.GET('/v1/analytics/renewals', { params: { query: asQuery('/v1/analytics/renewals', asked) } })),
    query,
    on,
  );

export const responsesQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/responses',
    (asked) => take(api.GET('/v1/analytics/responses', { params: { query: asQuery('/v1/analytics/responses', asked) } })),
    query,
    on,
  );

export const movementQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/movement',
    (asked) => take(api.GET('/v1/analytics/movement', { params: { query: asQuery('/v1/analytics/movement', asked) } })),
    query,
    on,
  );

export const driversQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/drivers',
    (asked) => take(api.GET('/v1/analytics/drivers', { params: { query: asQuery('/v1/analytics/drivers', asked) } })),
    query,
    on,
  );

/** The customers behind cells of the movement, page after page. */
export const movedQuery = (query: () => Question, on: () => boolean) =>
  pagesQuery(() => ({
    queryKey: [ANALYTICS, 'moved', query()],
    read: (behind) =>
      take(
        api.GET('/v1/analytics/movement', {
          params: {
            query: asQuery('/v1/analytics/movement', { limit: '100', ...query(), ...behind }),
          },
        }),
      ),
    enabled: on(),
    staleTime: 60_000,
  }));

/** The customers whose score a rule moved, page after page. */
export const drivenQuery = (query: () => Question, on: () => boolean) =>
  pagesQuery(() => ({
    queryKey: [ANALYTICS, 'driven', query()],
    read: (behind) =>
      take(
        api.GET('/v1/analytics/drivers', {
          params: {
            query: asQuery('/v1/analytics/drivers', { limit: '100', ...query(), ...behind }),
          },
        }),
      ),
    enabled: on(),
    staleTime: 60_000,
  }));

/** Which customers the filters find: all their ids, read in large pages. Null while no filter is on. */
export const idsQuery = (query: () => CustomerQuery | null) =>
  createQuery(() => ({
    queryKey: [...keys.customers, 'ids', query()],
    queryFn: async () => {
      const found = new Set<string>();
      let cursor = '';
      do {
        const page = await take(
          api.GET('/v1/customers', { params: { query: { ...query(), limit: 1000, ...(cursor ? { cursor } : {}) } } }),
        );
        for (const customer of page.items as Customer[]) found.add(customer.id);
        cursor = page.next_cursor ?? '';
      } while (cursor);
      return found;
    },
    enabled: query() !== null,
  }));

/** The settings with the version that a change must name. */
export const thresholdsQuery = () =>
  createQuery(() => ({
    queryKey: ['settings', 'with-version'],
    queryFn: async () => {
      const call = await api.GET('/v1/settings', {});
      const settings = await take(Promise.resolve(call));
      return { settings, etag: call.response.headers.get('etag') ?? '"0"' };
    },
  }));

/** Saves from where on happiness and status are high, and leaves every other setting as it is. */
export const saveThresholdsMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({
      read,
      happiness,
      status,
    }: {
      read: { settings: Settings; etag: string };
      happiness: number;
      status: Status;
    }) =>
      take(
        api.PUT('/v1/settings', {
          params: { header: { 'If-Match': read.etag } },
          body: { ...read.settings, high_happiness: happiness, high_status: status },
        }),
      ),
    onSettled: async (_answer, error) => {
      // Somebody else was faster: their lines are read.
      if (error && !(error instanceof ApiProblem && error.stale)) return;
      await Promise.all([
        client.invalidateQueries({ queryKey: ['settings'] }),
        client.invalidateQueries({ queryKey: keys.insights }),
        client.invalidateQueries({ queryKey: keys.customers }),
      ]);
    },
  }));
};

/** The bands of a scorecard as it is now. */
export const bandsQuery = (scorecard: () => string) =>
  createQuery(() => ({
    queryKey: ['scorecards', 'bands', scorecard()],
    queryFn: async () =>
      (await take(api.GET('/v1/scorecards/{id}', { params: { path: { id: scorecard() } } }))).bands as Record<
        'thriving' | 'healthy' | 'steady',
        number
      >,
    enabled: scorecard() !== '',
    staleTime: 300_000,
  }));

/** What happened to a customer that belongs beside its score and is no part of the score's history: tickets and automations. */
export const happenedQuery = (id: () => string, days: () => number) =>
  createQuery(() => ({
    queryKey: [...keys.customer(id()), 'happened', days()],
    queryFn: async () => {
      const since = addDays(now(), -days()).toISOString();
      const read = async (kind: 'ticket' | 'automation') => {
        const page = await take(
          api.GET('/v1/customers/{id}/timeline', { params: { path: { id: id() }, query: { kind, limit: 500 } } }),
        );
        return page.items.filter((line) => line.at >= since);
      };
      const [tickets, automations] = await Promise.all([read('ticket'), read('automation')]);
      return { tickets, automations };
    },
  }));

export const cohortsQuery = (query: () => Question, on = always) =>
  question(
    '/v1/analytics/cohorts',
    (asked) => take(api.GET('/v1/analytics/cohorts', { params: { query: asQuery('/v1/analytics/cohorts', asked) } })),
    query,
    on,
  );
