// Automations, what they did, their mails and the endpoints that they send to.
import { createMutation, createQuery, useQueryClient } from '@tanstack/svelte-query';
import { type AutomationDocument, switched } from '../lib/automations/form';
import { now } from '../lib/clock.svelte';
import { addDays } from '../lib/format';
import { api, idempotencyKey, matches, take } from './client';
import { problemOf } from './errors';
import { pagesQuery } from './pages';
import type { components, paths } from './schema';

type Schemas = components['schemas'];
export type AutomationSummary = Schemas['AutomationSummary'];
export type AutomationEdition = Schemas['AutomationEdition'];
export type Run = Schemas['Run'];
export type RunResult = Schemas['RunResult'];
export type RunStep = Schemas['RunStep'];
export type MailTemplate = Schemas['MailTemplate'];
export type Endpoint = Schemas['Endpoint'];
export type Delivery = Schemas['Delivery'];
export type DryRunForOne = Schemas['DryRunForOne'];
export type DryRunOverPortfolio = Schemas['DryRunOverPortfolio'];
export type RunFilter = NonNullable<paths['/v1/runs']['get']['parameters']['query']>;

const ALL = ['automations'] as const;
const RUNS = ['runs'] as const;
const ENDPOINTS = ['endpoints'] as const;

export const automationsQuery = () =>
  createQuery(() => ({ queryKey: [...ALL, 'list'], queryFn: () => take(api.GET('/v1/automations', {})) }));

/** A version's document; it never changes, so it is asked for once. */
export const documentQuery = (id: () => string, version: () => number) =>
  createQuery(() => ({
    queryKey: [...ALL, 'document', id(), version()],
    queryFn: () => take(api.GET('/v1/automations/{id}', { params: { path: { id: id() }, query: { version: version() } } })),
    staleTime: Number.POSITIVE_INFINITY,
  }));

/** A document with its text as it is stored. */
export interface Stored {
  version: number;
  text: string;
  document: AutomationDocument;
}

async function yamlOf(id: string, version?: number): Promise<{ text: string; version: number }> {
  const { data, error, response } = await api.GET('/v1/automations/{id}', {
    params: { path: { id }, query: version === undefined ? {} : { version } },
    headers: { accept: 'application/yaml' },
    parseAs: 'text',
  });
  if (!response.ok) throw problemOf(response, error);
  return { text: data as unknown as string, version: Number((response.headers.get('etag') ?? '').replaceAll('"', '')) };
}

async function stored(id: string, version?: number): Promise<Stored> {
  const yaml = await yamlOf(id, version);
  const query = { version: version ?? yaml.version };
  const document = (await take(api.GET('/v1/automations/{id}', { params: { path: { id }, query } }))) as AutomationDocument;
  return { ...yaml, document };
}

/** The newest version, for the editor. */
export const storedQuery = (id: () => string) =>
  createQuery(() => ({
    queryKey: [...ALL, 'stored', id()],
    queryFn: () => stored(id()),
    enabled: id() !== '',
  }));

/** The text of a version to the letter. */
export const versionTextQuery = (id: () => string, version: () => number | null) =>
  createQuery(() => ({
    queryKey: [...ALL, 'text', id(), version()],
    queryFn: async () => (await yamlOf(id(), version() ?? undefined)).text,
    enabled: version() !== null,
    staleTime: Number.POSITIVE_INFINITY,
  }));

export const versionsQuery = (id: () => string) =>
  pagesQuery(() => ({
    queryKey: [...ALL, 'versions', id()],
    read: (behind) =>
      take(
        api.GET('/v1/automations/{id}/versions', {
          params: { path: { id: id() }, query: { limit: 30, ...behind } },
        }),
      ),
  }));

/** The log, of one automation or of all. */
export const runsQuery = (automation: () => string | null, filter: () => RunFilter) =>
  pagesQuery(() => ({
    queryKey: [...RUNS, automation(), filter()],
    read: (behind) => {
      const id = automation();
      const query = { limit: 50, ...filter(), ...behind };
      if (id) return take(api.GET('/v1/automations/{id}/runs', { params: { path: { id }, query } }));
      return take(api.GET('/v1/runs', { params: { query } }));
    },
  }));

export interface Done {
  runs: number;
  failed: number;
  waiting: number;
  /** How many of each kind of action. */
  made: Record<string, number>;
}

const MOST_PAGES = 3;
const PAGE = 1000;
export const DONE_DAYS = 30;

/** What each automation did in 30 days. Of a very busy log the newest part. */
export const doneQuery = () =>
  createQuery(() => ({
    queryKey: [...RUNS, 'done'],
    queryFn: async () => {
      const from = addDays(now(), -DONE_DAYS).toISOString();
      const by: Record<string, Done> = {};
      let cursor: string | null = null;
      let pages = 0;
      do {
        const query: RunFilter = { from, limit: PAGE, ...(cursor ? { cursor } : {}) };
        const page: Schemas['RunPage'] = await take(api.GET('/v1/runs', { params: { query } }));
        for (const run of page.items) add(by, run);
        cursor = page.next_cursor;
        pages += 1;
      } while (cursor && pages < MOST_PAGES);
      return { by, whole: cursor === null };
    },
  }));

function add(by: Record<string, Done>, run: Run): void {
  by[run.automation] ??= { runs: 0, failed: 0, waiting: 0, made: {} };
  const done = by[run.automation] as Done;
  if (run.result === 'acted' || run.result === 'waiting') done.runs += 1;
  if (run.result === 'failed') done.failed += 1;
  if (run.result === 'waiting') done.waiting += 1;
  for (const step of run.steps) if (step.result === 'done') done.made[step.kind] = (done.made[step.kind] ?? 0) + 1;
}

export const templatesQuery = () =>
  createQuery(() => ({
    queryKey: ['mail-templates'],
    queryFn: () => take(api.GET('/v1/mail-templates', {})),
    staleTime: Number.POSITIVE_INFINITY,
  }));

/** Whether everything is paused, with the settings that say so. */
export const pausedQuery = () => createQuery(() => ({ queryKey: ['settings', 'automations'], queryFn: () => settings() }));

async function settings(): Promise<{ settings: Schemas['Settings']; version: string }> {
  const { data, error, response } = await api.GET('/v1/settings', {});
  if (!response.ok || !data) throw problemOf(response, error);
  return { settings: data, version: response.headers.get('etag') ?? '' };
}

export const setPausedMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async (paused: boolean) => {
      const current = await settings();
      const body = { ...current.settings, automations_paused: paused };
      await take(api.PUT('/v1/settings', { params: { header: { 'If-Match': current.version } }, body }));
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['settings'] }),
  }));
};

const YAML = { 'content-type': 'application/yaml' };

async function put(
  id: string,
  body: { yaml: string } | { document: AutomationDocument },
  version: number | null,
): Promise<AutomationSummary> {
  const params = { path: { id }, header: version === null ? {} : { 'If-Match': matches(version) } };
  if ('document' in body) return take(api.PUT('/v1/automations/{id}', { params, body: body.document }));
  return take(
    api.PUT('/v1/automations/{id}', {
      params,
      body: body.yaml,
      bodySerializer: (text: string) => text,
      headers: YAML,
    } as never) as never,
  );
}

/** Sets a new version: as YAML to the letter when that is what was written. `version` is the one that was edited, none for a new one. */
export const saveMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ id, body, version }: { id: string; body: Parameters<typeof put>[1]; version: number | null }) =>
      put(id, body, version),
    onSuccess: () => client.invalidateQueries({ queryKey: ALL }),
  }));
};

interface Switch {
  automation: AutomationSummary;
  on: boolean;
}

/** Switches one on or off; its text stays as it was written, comments too. */
export const switchMutation = () => {
  const client = useQueryClient();
  const list = [...ALL, 'list'];
  type List = Schemas['AutomationSummaryPage'];
  return createMutation<AutomationSummary, Error, Switch, List | undefined>(() => ({
    mutationFn: async ({ automation, on }: Switch) => {
      const current = await stored(automation.id, automation.version);
      const yaml = switched(current.text, on);
      return put(automation.id, yaml === null ? { document: { ...current.document, on } } : { yaml }, automation.version);
    },
    onMutate: async ({ automation, on }: Switch) => {
      await client.cancelQueries({ queryKey: list });
      const before = client.getQueryData<List>(list);
      const items = before?.items.map((item) => (item.id === automation.id ? { ...item, on } : item));
      if (before && items) client.setQueryData<List>(list, { ...before, items });
      return before;
    },
    onError: (_error, _input, before) => {
      if (before) client.setQueryData<List>(list, before);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ALL }),
  }));
};

/** Sets the shipped document again; `version` is none when it was deleted. */
export const resetMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ id, version }: { id: string; version: number | null }) =>
      take(
        api.POST('/v1/automations/{id}/reset', {
          params: { path: { id }, header: version === null ? {} : { 'If-Match': matches(version) } },
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ALL }),
  }));
};

export const deleteMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ id, version }: { id: string; version: number }) =>
      take(api.DELETE('/v1/automations/{id}', { params: { path: { id }, header: { 'If-Match': matches(version) } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ALL }),
  }));
};

export type Question = { customer: string } | { days: number };

/** What a document would do; nothing is written or sent. */
export const dryRunMutation = () =>
  createMutation(() => ({
    mutationFn: ({ document, question }: { document: AutomationDocument; question: Question }) =>
      take(api.POST('/v1/automations/{id}/dry-run', { params: { path: { id: document.id } }, body: { ...question, document } })),
  }));

/** A mail as it would look. */
export const previewQuery = (body: () => Schemas['MailPreviewRequest']) =>
  createQuery(() => ({
    queryKey: ['mail-preview', body()],
    queryFn: () => take(api.POST('/v1/mail-templates/preview', { body: body() })),
    gcTime: 0,
  }));

export const endpointsQuery = (enabled: () => boolean = () => true) =>
  pagesQuery(() => ({
    queryKey: [...ENDPOINTS, 'list'],
    read: (behind) => take(api.GET('/v1/endpoints', { params: { query: { limit: 200, ...behind } } })),
    enabled: enabled(),
  }));

export const deliveriesQuery = (id: () => string) =>
  pagesQuery(() => ({
    queryKey: [...ENDPOINTS, 'deliveries', id()],
    read: (behind) =>
      take(
        api.GET('/v1/endpoints/{id}/deliveries', {
          params: { path: { id: id() }, query: { limit: 30, ...behind } },
        }),
      ),
  }));

export const createEndpointMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ once, ...body }: Schemas['NewEndpoint'] & { once: string }) =>
      take(api.POST('/v1/endpoints', { params: { header: { 'Idempotency-Key': once } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ENDPOINTS }),
  }));
};

export const changeEndpointMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ endpoint, change }: { endpoint: Endpoint; change: Schemas['EndpointChange'] }) =>
      take(
        api.PATCH('/v1/endpoints/{id}', {
          params: { path: { id: endpoint.id }, header: { 'If-Match': matches(endpoint.version) } },
          body: change,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ENDPOINTS }),
  }));
};

export const deleteEndpointMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (endpoint: Endpoint) =>
      take(
        api.DELETE('/v1/endpoints/{id}', {
          params: { path: { id: endpoint.id }, header: { 'If-Match': matches(endpoint.version) } },
        }),
      ),
    // What was sent to one that is gone cannot be asked for any more.
    onSettled: () => client.invalidateQueries({ queryKey: [...ENDPOINTS, 'list'] }),
  }));
};

/** Sends a test, or a delivery again; answers with what came back. */
export const sendMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ endpoint, delivery }: { endpoint: string; delivery?: string }) => {
      const header = { 'Idempotency-Key': idempotencyKey() };
      if (delivery === undefined)
        return take(api.POST('/v1/endpoints/{id}/test', { params: { path: { id: endpoint }, header } }));
      return take(
        api.POST('/v1/endpoints/{id}/deliveries/{delivery}/redeliver', { params: { path: { id: endpoint, delivery }, header } }),
      );
    },
    onSettled: () => client.invalidateQueries({ queryKey: ENDPOINTS }),
  }));
};
