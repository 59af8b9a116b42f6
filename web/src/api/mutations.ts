// Every write to the API. What is shown changes at once and goes back when the server refuses.
import { createMutation, type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/svelte-query';
import { now, setClock } from '../lib/clock.svelte';
import type { Status } from '../lib/words';
import { api, idempotencyKey, matches, take } from './client';
import { ApiProblem, problemOf } from './errors';
import { keys } from './queries';
import { session } from './session.svelte';
import type { Customer, Customers, Task } from './types';

/** Changes a customer wherever it is kept: on its page and in every list. */
export function patchCustomer(client: QueryClient, id: string, change: Partial<Customer>): void {
  const patched = (customer: Customer): Customer => (customer.id === id ? { ...customer, ...change } : customer);
  client.setQueryData<Customer>(keys.customer(id), (before) => before && patched(before));
  client.setQueriesData<InfiniteData<Customers> | Customers>({ queryKey: keys.customers }, (before) => {
    if (!before) return before;
    if ('pages' in before) return { ...before, pages: before.pages.map((page) => ({ ...page, items: page.items.map(patched) })) };
    return { ...before, items: before.items.map(patched) };
  });
}

/** Scores, insights and automations follow a write a little later: what depends on them is read again then. */
const FOLLOWS_MS = [1_500, 4_000, 10_000];

export function readAgain(client: QueryClient, ...stale: readonly (readonly unknown[])[]): void {
  for (const queryKey of stale) void client.invalidateQueries({ queryKey });
  for (const wait of FOLLOWS_MS) {
    setTimeout(() => {
      for (const queryKey of stale) void client.invalidateQueries({ queryKey });
    }, wait);
  }
}

export interface SetStatus {
  customer: Pick<Customer, 'id' | 'version' | 'status' | 'status_reason' | 'status_set_by' | 'status_set_at' | 'status_stale'>;
  status: Status;
  reason: string;
  /** The same for the same press of the button, so that a lost answer does not count twice. */
  once: string;
}

/** Sets the Health Status: at once on the screen, taken back when it changed meanwhile. */
export const setStatusMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, status, reason, once }: SetStatus) =>
      take(
        api.PUT('/v1/customers/{id}/status', {
          params: { path: { id: customer.id }, header: { 'If-Match': matches(customer.version), 'Idempotency-Key': once } },
          body: { status, reason },
        }),
      ),
    onMutate: async ({ customer, status, reason }: SetStatus) => {
      await client.cancelQueries({ queryKey: keys.customers });
      await client.cancelQueries({ queryKey: keys.customer(customer.id), exact: true });
      patchCustomer(client, customer.id, {
        status,
        status_reason: reason,
        status_set_by: session.person?.email ?? null,
        status_set_at: now().toISOString(),
        status_stale: false,
      });
    },
    onError: (error: unknown, { customer }: SetStatus) => {
      const { id, status, status_reason, status_set_by, status_set_at, status_stale } = customer;
      patchCustomer(client, id, { status, status_reason, status_set_by, status_set_at, status_stale });
      // Somebody else was faster: show what they did.
      if (error instanceof ApiProblem && error.stale) {
        void client.invalidateQueries({ queryKey: keys.customers });
        void client.invalidateQueries({ queryKey: keys.customer(id) });
      }
    },
    onSuccess: (answer, { customer }: SetStatus) => {
      patchCustomer(client, customer.id, { status_set_at: answer.set_at, version: customer.version + 1 });
      readAgain(client, keys.customers, keys.customer(customer.id), keys.insights, keys.tasks);
    },
  }));
};

export interface NewTask {
  customer: string;
  title: string;
  detail?: string;
  priority: Task['priority'];
  due_on: string;
  owner?: string;
}

export const createTaskMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ once, ...body }: NewTask & { once: string }) =>
      take(api.POST('/v1/tasks', { params: { header: { 'Idempotency-Key': once } }, body })),
    onSuccess: (task: Task) => {
      void client.invalidateQueries({ queryKey: keys.tasks });
      void client.invalidateQueries({ queryKey: [...keys.customer(task.customer), 'timeline'] });
    },
  }));
};

export interface ChangeTask {
  task: Task;
  change: Partial<Pick<Task, 'state' | 'due_on' | 'priority'>>;
}

/** Changes or closes a task: at once on the screen. */
export const changeTaskMutation = () => {
  const client = useQueryClient();
  const show = (task: Task) =>
    client.setQueriesData<InfiniteData<{ items: Task[]; next_cursor: string | null }>>({ queryKey: keys.tasks }, (before) => {
      if (!before || !('pages' in before)) return before;
      return {
        ...before,
        pages: before.pages.map((page) => ({ ...page, items: page.items.map((item) => (item.id === task.id ? task : item)) })),
      };
    });
  return createMutation(() => ({
    mutationFn: ({ task, change }: ChangeTask) =>
      take(
        api.PATCH('/v1/tasks/{id}', {
          params: { path: { id: task.id }, header: { 'If-Match': matches(task.version) } },
          body: change,
        }),
      ),
    onMutate: async ({ task, change }: ChangeTask) => {
      await client.cancelQueries({ queryKey: keys.tasks });
      show({ ...task, ...change });
    },
    onError: (_error: unknown, { task }: ChangeTask) => {
      show(task);
      void client.invalidateQueries({ queryKey: keys.tasks });
    },
    onSuccess: (task) => {
      show(task);
      void client.invalidateQueries({ queryKey: keys.tasks });
      void client.invalidateQueries({ queryKey: [...keys.customer(task.customer), 'timeline'] });
    },
  }));
};

export { idempotencyKey };

export interface SetOverride {
  customer: Pick<Customer, 'id' | 'version'>;
  kind: 'cap' | 'floor' | 'set';
  value: number;
  reason: string;
  expires_at: string;
}

/** Caps, lifts or fixes a score by hand; `null` takes the override back. */
export const setOverrideMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async ({
      customer,
      change,
    }: {
      customer: SetOverride['customer'];
      change: Omit<SetOverride, 'customer'> | null;
    }) => {
      const params = { path: { id: customer.id }, header: { 'If-Match': matches(customer.version) } };
      if (change) await take(api.PUT('/v1/customers/{id}/score/override', { params, body: change }));
      else await take(api.DELETE('/v1/customers/{id}/score/override', { params }));
    },
    onSettled: (_answer, _error, { customer }) => {
      readAgain(client, keys.customer(customer.id), keys.customers);
    },
  }));
};

/** Turns the clock of the local system; everything that it shows is read again. */
export const turnClockMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: async (advance: string) => {
      const response = await fetch('/_local/clock', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advance }),
      });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw problemOf(response, body);
      return body as { now: string };
    },
    onSuccess: ({ now: server }) => {
      setClock(server);
      void client.invalidateQueries();
    },
  }));
};
