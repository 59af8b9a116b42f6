// Views that people saved: an address of a page under a name, for oneself or for the team.
import { createMutation, createQuery, useQueryClient } from '@tanstack/svelte-query';
import { matches } from './client';
import { asProblem } from './errors';
import { request } from './request';

export interface View {
  id: string;
  name: string;
  page: 'portfolio' | 'quadrant' | 'analytics';
  query: string;
  shared: boolean;
  owner: string;
  version: number;
}

const KEY = ['views'] as const;

/** The saved views of a page; `null` from a server that does not know them. */
export const viewsQuery = (page: View['page'], enabled: () => boolean) =>
  createQuery(() => ({
    queryKey: KEY,
    queryFn: () =>
      request<{ items: View[] }>('GET', '/v1/views')
        .then((answer) => answer.items)
        .catch((error: unknown) => {
          if (asProblem(error).missing) return null;
          throw error;
        }),
    select: (views: View[] | null) =>
      views === null ? null : views.filter((view) => view.page === page).sort((a, b) => a.name.localeCompare(b.name)),
    staleTime: 60_000,
    enabled: enabled(),
  }));

export interface SaveView {
  /** The view that is replaced; a new one when absent. */
  before?: View;
  name: string;
  page: View['page'];
  query: string;
  shared: boolean;
}

export const saveViewMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ before, ...body }: SaveView) =>
      request<View>(
        'PUT',
        `/v1/views/${before?.id ?? `v-${crypto.randomUUID()}`}`,
        body,
        before ? { 'if-match': matches(before.version) } : {},
      ),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  }));
};

export const deleteViewMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (view: View) => request<null>('DELETE', `/v1/views/${view.id}`, undefined, { 'if-match': matches(view.version) }),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  }));
};
