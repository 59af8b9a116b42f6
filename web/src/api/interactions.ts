// What people log about their talks, and how their words sound.
import { createMutation, createQuery, keepPreviousData, useQueryClient } from '@tanstack/svelte-query';
import { api, take } from './client';
import { readAgain } from './mutations';
import { keys } from './queries';
import { request } from './request';

export interface NewInteraction {
  kind: 'meeting' | 'call' | 'email' | 'note' | 'other';
  at?: string;
  contact?: string;
  quality?: number;
  outcome?: number;
  notes?: string;
}

export interface Interaction extends NewInteraction {
  id: string;
  customer: string;
  by: string;
  sentiment: number | null;
}

export const logInteractionMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, once, interaction }: { customer: string; once: string; interaction: NewInteraction }) =>
      request<Interaction>('POST', `/v1/customers/${encodeURIComponent(customer)}/interactions`, interaction, {
        'idempotency-key': once,
      }),
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
