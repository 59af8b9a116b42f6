// What people log about their talks, and how their words sound.
import { createMutation, createQuery, keepPreviousData, useQueryClient } from '@tanstack/svelte-query';
import { api, take } from './client';
import { readAgain } from './mutations';
import { keys } from './queries';
import type { paths } from './schema';

export type NewInteraction = paths['/v1/customers/{id}/interactions']['post']['requestBody']['content']['application/json'];

export const logInteractionMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, once, interaction }: { customer: string; once: string; interaction: NewInteraction }) =>
      take(
        api.POST('/v1/customers/{id}/interactions', {
          params: { path: { id: customer }, header: { 'Idempotency-Key': once } },
          body: interaction,
        }),
      ),
    onSuccess: (_answer, { customer }) => readAgain(client, keys.customer(customer), keys.customers),
  }));
};

/** How positive a text is, by the word list that the score uses. */
export const sentimentQuery = (text: () => string) =>
  createQuery(() => ({
    queryKey: ['sentiment', text()],
    queryFn: ({ signal }) => take(api.POST('/v1/sentiment', { body: { text: text() }, signal })),
    enabled: text().trim().length > 1,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  }));
