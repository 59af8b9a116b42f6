// Views that people saved: an address of a page under a name, for oneself or for the team.
import { createMutation, createQuery, useQueryClient } from '@tanstack/svelte-query';
import { api, matches, take } from './client';
import type { paths } from './schema';

export type View = paths['/v1/views']['get']['responses'][200]['content']['application/json']['items'][number];

const KEY = ['views'] as const;

/** The saved views of a page: one's own and the shared ones, by name. */
export const viewsQuery = (page: View['page'], enabled: () => boolean) =>
  createQuery(() => ({
    queryKey: KEY,
    queryFn: () => take(api.GET('/v1/views', {})),
    select: ({ items }) => items.filter((view) => view.page === page).sort((a, b) => a.name.localeCompare(b.name)),
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
      take(
        api.PUT('/v1/views/{id}', {
          params: {
            path: { id: before?.id ?? `v-${crypto.randomUUID()}` },
            ...(before ? { header: { 'If-Match': matches(before.version) } } : {}),
          },
          body,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  }));
};

export const deleteViewMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (view: View) => take(api.DELETE('/v1/views/{id}', { params: { path: { id: view.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  }));
};
