// Reads and writes of the settings' pages and of the first run.
import { createMutation, createQuery, useQueryClient } from '@tanstack/svelte-query';
import type { Settings } from '../lib/settings';
import { api, take } from './client';
import { problemOf } from './errors';
import { pagesQuery } from './pages';
import { keys } from './queries';
import type { paths } from './schema';
import { noteMember } from './session.svelte';

export type WriteKey = paths['/v1/write-keys']['get']['responses'][200]['content']['application/json']['items'][number];
export type SegmentPart =
  paths['/v1/analytics/segments']['get']['responses'][200]['content']['application/json']['items'][number];

const own = {
  settings: ['settings'] as const,
  writeKeys: ['write-keys'] as const,
  members: ['members'] as const,
  system: ['system'] as const,
};

/** The settings with the version that a change must name. */
export interface Edition {
  value: Settings;
  etag: string;
}

export async function readSettings(): Promise<Edition> {
  const { data, error, response } = await api.GET('/v1/settings', {});
  if (!response.ok || !data) throw problemOf(response, error);
  return { value: data, etag: response.headers.get('etag') ?? '' };
}

export const settingsQuery = () => createQuery(() => ({ queryKey: own.settings, queryFn: readSettings }));

export const saveSettingsMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async ({ document, etag }: { document: Record<string, unknown>; etag: string }): Promise<Edition> => {
      const { data, error, response } = await api.PUT('/v1/settings', {
        params: { header: { 'If-Match': etag } },
        body: document as never,
      });
      if (!response.ok || !data) throw problemOf(response, error);
      return { value: data, etag: response.headers.get('etag') ?? '' };
    },
    onSuccess: (edition) => {
      client.setQueryData(own.settings, edition);
      void client.invalidateQueries({ queryKey: ['feedback-mail'] });
    },
  }));
};

export const membersQuery = () =>
  pagesQuery(() => ({
    queryKey: own.members,
    read: async (behind) => {
      // Whoever asks is a member too.
      await noteMember();
      return take(api.GET('/v1/members', { params: { query: behind } }));
    },
  }));

/** Forgets the line about a person; who may sign in is the issuer's. */
export const forgetMemberMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (email: string) => take(api.DELETE('/v1/members/{email}', { params: { path: { email } } })),
    onSettled: () => client.invalidateQueries({ queryKey: own.members }),
  }));
};

/** The request for feedback as a contact would get it. */
export const feedbackMailQuery = () =>
  createQuery(() => ({ queryKey: ['feedback-mail'], queryFn: () => take(api.GET('/v1/feedback-mail', {})) }));

export const systemQuery = (enabled: () => boolean) =>
  createQuery(() => ({
    queryKey: own.system,
    queryFn: () => take(api.GET('/v1/system', {})),
    enabled: enabled(),
    refetchInterval: 30_000,
  }));

export const writeKeysQuery = (enabled: () => boolean) =>
  pagesQuery(() => ({
    queryKey: own.writeKeys,
    read: (behind) => take(api.GET('/v1/write-keys', { params: { query: { limit: 200, ...behind } } })),
    enabled: enabled(),
  }));

/** Makes a key. Its secret is in this answer alone. */
export const makeWriteKeyMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ name, once }: { name: string; once: string }) =>
      take(api.POST('/v1/write-keys', { params: { header: { 'Idempotency-Key': once } }, body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: own.writeKeys }),
  }));
};

export const takeBackWriteKeyMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (id: string) => take(api.DELETE('/v1/write-keys/{id}', { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: own.writeKeys }),
  }));
};

/** The parts of the portfolio by an attribute. */
export const partsQuery = (by: () => string) =>
  createQuery(() => ({
    queryKey: ['analytics', 'segments', by()],
    queryFn: () => take(api.GET('/v1/analytics/segments', { params: { query: { by: by() } } })),
    enabled: by() !== '',
  }));

/** Attributes that every customer can have, in the API's words. */
const COMMON = ['plan', 'industry', 'country', 'size', 'stage', 'owner', 'tag'];
/** How many customers are looked at for further ones. */
export const LOOKED_AT = 2_000;

/** The names of attributes: the common ones, and those that the first customers have. */
export const attributesQuery = () =>
  createQuery(() => ({
    queryKey: [...keys.customers, 'attributes'],
    queryFn: async () => {
      const names = new Set<string>();
      let cursor: string | null = '';
      for (let read = 0; cursor !== null && read < LOOKED_AT; read += 1_000) {
        const page: paths['/v1/customers']['get']['responses'][200]['content']['application/json'] = await take(
          api.GET('/v1/customers', { params: { query: { limit: 1_000, sort: 'name', ...(cursor ? { cursor } : {}) } } }),
        );
        for (const customer of page.items) for (const name of Object.keys(customer.attributes ?? {})) names.add(name);
        cursor = page.next_cursor ?? null;
      }
      return { names: [...COMMON, ...[...names].filter((name) => !COMMON.includes(name)).sort()], more: cursor !== null };
    },
    staleTime: 60_000,
  }));

export const eraseContactMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, contact }: { customer: string; contact: string }) =>
      take(api.POST('/v1/customers/{id}/contacts/{contact}/erase', { params: { path: { id: customer, contact } } })),
    onSettled: (_answer, _error, { customer }) => client.invalidateQueries({ queryKey: keys.customer(customer) }),
  }));
};

export const eraseCustomerMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (id: string) => take(api.DELETE('/v1/customers/{id}', { params: { path: { id } } })),
    onSuccess: (_answer, id) => {
      // What is gone is not asked for again, although the page may still show it.
      client.removeQueries({ queryKey: keys.customer(id) });
      return client.invalidateQueries();
    },
  }));
};

/** Fills an empty local system with the demo portfolio. */
export const loadDemoMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async () => {
      const response = await fetch('/_local/demo', { method: 'POST' });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw problemOf(response, body);
      return body as { customers: number };
    },
    onSuccess: () => client.invalidateQueries(),
  }));
};

/** How many customers there are. Asked again every so often while `every` says so. */
export const totalQuery = (every: () => number | false = () => false) =>
  createQuery(() => ({
    queryKey: [...keys.customers, 'total'],
    queryFn: async () => (await take(api.GET('/v1/customers', { params: { query: { limit: 1 } } }))).total,
    refetchInterval: every(),
    staleTime: 0,
  }));

/** A customer that may not be there yet: null until it is. Asked again every so often while `every` says so. */
export const firstCustomerQuery = (id: () => string, every: () => number | false) =>
  createQuery(() => ({
    queryKey: [...keys.customers, 'first', id()],
    // Looked for in the list: asking for what is not there would be an error each time.
    queryFn: async () => {
      const { items } = await take(api.GET('/v1/customers', { params: { query: { q: id(), limit: 1 } } }));
      return items.find((customer) => customer.id === id()) ?? null;
    },
    refetchInterval: every(),
    enabled: every() !== false,
    staleTime: 0,
  }));
