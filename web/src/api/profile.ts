// Changes of what a customer and its contacts are.
import { createMutation, useQueryClient } from '@tanstack/svelte-query';
import { api, idempotencyKey, matches, take } from './client';
import { patchCustomer, readAgain } from './mutations';
import { renamed } from './names.svelte';
import { keys } from './queries';
import type { paths } from './schema';
import type { Contact, Customer } from './types';

type JsonBody<T> = T extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;
export type CustomerChange = JsonBody<paths['/v1/customers/{id}']['patch']>;
export type NewContact = JsonBody<paths['/v1/customers/{id}/contacts']['post']>;
export type ContactChange = JsonBody<paths['/v1/customers/{id}/contacts/{contact}']['patch']>;

/** Changes a customer as it was seen at a version; the customer afterwards. */
export function changeCustomer(customer: Pick<Customer, 'id' | 'version'>, change: CustomerChange): Promise<Customer> {
  return take(
    api.PATCH('/v1/customers/{id}', {
      params: { path: { id: customer.id }, header: { 'If-Match': matches(customer.version) } },
      body: change,
    }),
  );
}

export const changeCustomerMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, change }: { customer: Pick<Customer, 'id' | 'version'>; change: CustomerChange }) =>
      changeCustomer(customer, change),
    onSuccess: (after: Customer) => {
      patchCustomer(client, after.id, after);
      renamed(after.id, after.name);
      readAgain(client, keys.customers, keys.customer(after.id));
    },
    onError: (_error: unknown, { customer }) => client.invalidateQueries({ queryKey: keys.customer(customer.id) }),
  }));
};

/** What several customers have to do with each other: how they are read and changed one by one, and shown afterwards. */
export function useBulk() {
  const client = useQueryClient();
  return {
    read: (id: string): Promise<Customer> => take(api.GET('/v1/customers/{id}', { params: { path: { id } } })),
    async change(customer: Pick<Customer, 'id' | 'version'>, change: CustomerChange): Promise<void> {
      patchCustomer(client, customer.id, await changeCustomer(customer, change));
    },
    finished: (): void => readAgain(client, keys.customers, keys.tasks, keys.insights),
  };
}

const contactsOf = (customer: string) => [...keys.customer(customer), 'contacts'];

export const addContactMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ customer, contact, once }: { customer: string; contact: NewContact; once: string }) =>
      take(
        api.POST('/v1/customers/{id}/contacts', {
          params: { path: { id: customer }, header: { 'Idempotency-Key': once } },
          body: contact,
        }),
      ),
    onSettled: (_answer, _error, { customer }) => client.invalidateQueries({ queryKey: contactsOf(customer) }),
  }));
};

export const changeContactMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: ({ contact, change }: { contact: Contact; change: ContactChange }) =>
      take(
        api.PATCH('/v1/customers/{id}/contacts/{contact}', {
          params: { path: { id: contact.customer, contact: contact.id }, header: { 'If-Match': matches(contact.version) } },
          body: change,
        }),
      ),
    onSettled: (_answer, _error, { contact }) => client.invalidateQueries({ queryKey: contactsOf(contact.customer) }),
  }));
};

export const removeContactMutation = () => {
  const client = useQueryClient();
  return createMutation(() => ({
    mutationFn: (contact: Contact) =>
      take(
        api.DELETE('/v1/customers/{id}/contacts/{contact}', {
          params: { path: { id: contact.customer, contact: contact.id }, header: { 'If-Match': matches(contact.version) } },
        }),
      ),
    onSettled: (_answer, _error, contact) => client.invalidateQueries({ queryKey: contactsOf(contact.customer) }),
  }));
};

export { idempotencyKey };
