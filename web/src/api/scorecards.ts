// Reads and writes of scorecards. A document is read twice: as JSON for the form, and as YAML to the letter, comments and all.
import { createMutation, createQuery, keepPreviousData, useQueryClient } from '@tanstack/svelte-query';
import { api, matches, take } from './client';
import { problemOf } from './errors';
import { pagesQuery } from './pages';
import { keys } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type Scorecard = Schemas['Scorecard'];
export type Rule = Schemas['Rule'];
export type Dimension = Schemas['Dimension'];
export type Override = Schemas['Override'];
export type AppliesTo = Schemas['AppliesTo'];
export type ScorecardSummary = Schemas['ScorecardSummary'];
export type ScorecardPlan = Schemas['ScorecardPlan'];
export type ScorecardEdition = Schemas['ScorecardEdition'];
export type Backtest = Schemas['Backtest'];
export type WeightSuggestion = Schemas['WeightSuggestion'];
export type Evaluation = Schemas['Score'];

/** A version as somebody set it; version 0 is a document that is not stored yet. */
export interface Edition {
  version: number;
  text: string;
  document: Scorecard;
}

export const scorecardKeys = {
  all: ['scorecards'] as const,
  list: ['scorecards', 'list'] as const,
  one: (id: string) => ['scorecards', 'one', id] as const,
};

/**
 * Components read one of these before the other, or none of its parts yet: without this a query tells only of parts that were read
 * before, and an answer that came meanwhile would never be seen.
 */
const told = { notifyOnChangeProps: 'all' } as const;

const YAML = 'application/yaml';
const asText = { parseAs: 'text', headers: { accept: YAML } } as const;

/** The text of a version, to the letter where it was set as YAML. */
export async function textOf(id: string, version: number): Promise<string> {
  const call = api.GET('/v1/scorecards/{id}', { params: { path: { id }, query: { version } }, ...asText });
  return take(call as Promise<{ data?: string; error?: unknown; response: Response }>);
}

/** The newest version, or a past one. */
export async function editionOf(id: string, wanted?: number): Promise<Edition> {
  const { data, error, response } = await api.GET('/v1/scorecards/{id}', {
    params: { path: { id }, query: wanted ? { version: wanted } : {} },
  });
  if (!response.ok || !data) throw problemOf(response, error);
  const version = Number((response.headers.get('etag') ?? '').replaceAll(/\D/g, ''));
  return { version, document: data, text: await textOf(id, version) };
}

export interface ScorecardList {
  items: ScorecardSummary[];
  /** For a change of the order. */
  etag: string;
}

export const scorecardsQuery = () =>
  createQuery(() => ({
    ...told,
    queryKey: scorecardKeys.list,
    queryFn: async (): Promise<ScorecardList> => {
      const { data, error, response } = await api.GET('/v1/scorecards', {});
      if (!response.ok || !data) throw problemOf(response, error);
      return { items: data.items, etag: response.headers.get('etag') ?? '' };
    },
  }));

export const scorecardQuery = (id: () => string, enabled: () => boolean) =>
  createQuery(() => ({
    ...told,
    queryKey: scorecardKeys.one(id()),
    queryFn: () => editionOf(id()),
    enabled: id() !== '' && enabled(),
  }));

/** Every version, newest first. */
export const versionsQuery = (id: () => string) =>
  pagesQuery(() => ({
    ...told,
    queryKey: [...scorecardKeys.one(id()), 'versions'],
    read: (behind) =>
      take(
        api.GET('/v1/scorecards/{id}/versions', {
          params: { path: { id: id() }, query: { limit: 30, ...behind } },
        }),
      ),
  }));

/** A version never changes: what was read once stays. */
export const textQuery = (id: () => string, version: () => number) =>
  createQuery(() => ({
    ...told,
    queryKey: [...scorecardKeys.one(id()), 'text', version()],
    queryFn: () => textOf(id(), version()),
    enabled: version() > 0,
    staleTime: Number.POSITIVE_INFINITY,
  }));

export interface ToEvaluate {
  scorecard: Scorecard;
  measures: Record<string, unknown>;
  as_of: string | null;
}

/** The arithmetic of a draft, which also says all that is wrong with it. */
export const evaluateQuery = (asked: () => ToEvaluate | null) =>
  createQuery(() => ({
    ...told,
    queryKey: ['scorecards', 'evaluate', asked()],
    queryFn: () => {
      const { scorecard, measures, as_of } = asked() as ToEvaluate;
      return take(
        api.POST('/v1/scorecards/evaluate', { body: { scorecard, measures: measures as never, ...(as_of ? { as_of } : {}) } }),
      );
    },
    enabled: asked() !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    gcTime: 60_000,
  }));

const yamlBody = (text: string) =>
  ({ body: text as never, bodySerializer: (body: unknown) => body as string, headers: { 'content-type': YAML } }) as const;

export interface ToPlan {
  id: string;
  text: string;
  position: number | null;
}

/** What a draft would do to everybody. Asked for again only when the draft is another one. */
export const planQuery = (asked: () => ToPlan | null) =>
  createQuery(() => ({
    ...told,
    queryKey: ['scorecards', 'plan', asked()],
    queryFn: (): Promise<ScorecardPlan> => {
      const { id, text, position } = asked() as ToPlan;
      return take(
        api.POST('/v1/scorecards/{id}/plan', {
          params: { path: { id }, query: position ? { position } : {} },
          ...yamlBody(text),
        }),
      );
    },
    enabled: asked() !== null,
    staleTime: 5 * 60_000,
  }));

/** Sets a new version; refused with 412 when somebody else set one since `base`. Everything computed by it follows. */
export const publishMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ id, base, text }: { id: string; base: number; text: string }): Promise<ScorecardSummary> =>
      take(
        api.PUT('/v1/scorecards/{id}', {
          params: { path: { id }, header: base > 0 ? { 'If-Match': matches(base) } : {} },
          ...yamlBody(text),
        }),
      ),
    onSuccess: async (_answer, { id }) => {
      client.removeQueries({ queryKey: ['scorecards', 'plan'] });
      await client.invalidateQueries({ queryKey: scorecardKeys.one(id) });
      void client.invalidateQueries({ queryKey: scorecardKeys.list });
      void client.invalidateQueries({ queryKey: keys.customers });
      void client.invalidateQueries({ queryKey: ['customer'] });
    },
  }));
};

/** Sets which scorecards are in use, in which order. */
export const orderMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async ({ order, etag }: { order: string[]; etag: string }): Promise<ScorecardList> => {
      const { data, error, response } = await api.PUT('/v1/scorecards/order', {
        params: { header: { 'If-Match': etag } },
        body: { order },
      });
      if (!response.ok || !data) throw problemOf(response, error);
      return { items: data.items, etag: response.headers.get('etag') ?? '' };
    },
    onSuccess: (list) => client.setQueryData(scorecardKeys.list, list),
    onError: () => void client.invalidateQueries({ queryKey: scorecardKeys.list }),
  }));
};

/** How the draft would have told who leaves, beside the stored one. */
export const backtestMutation = () =>
  createMutation(() => ({
    mutationFn: ({
      id,
      document,
      against,
      negatives,
    }: {
      id: string;
      document: Scorecard | null;
      against: number;
      negatives: Schemas['Negatives'];
    }): Promise<Backtest> =>
      take(
        api.POST('/v1/scorecards/{id}/backtest', {
          params: { path: { id } },
          body: {
            negatives,
            ...(document ? { document, ...(against > 0 ? { compare_with: { id, version: against } } : {}) } : {}),
          },
        }),
      ),
  }));

/** Weights that fit the outcomes; nothing is set. */
export const suggestMutation = () =>
  createMutation(() => ({
    mutationFn: ({
      id,
      document,
      negatives,
    }: {
      id: string;
      document: Scorecard;
      negatives: Schemas['Negatives'];
    }): Promise<WeightSuggestion> =>
      take(api.POST('/v1/scorecards/{id}/suggest-weights', { params: { path: { id } }, body: { document, negatives } })),
  }));
