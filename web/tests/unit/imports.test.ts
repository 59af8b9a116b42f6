import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guess, headerFor, KIND, KINDS, missing, unused } from '../../src/lib/imports';

test('our own names are found however they are written', () => {
  const header = ['ID', 'Name', 'ARR Cents', 'renewal-on', 'Nothing of ours'];
  const picks = guess('customers', header);
  expect(picks).toEqual({ id: 0, name: 1, arr_cents: 2, renewal_on: 3 });
  expect(unused(header, picks)).toEqual(['Nothing of ours']);
  expect(missing('customers', picks)).toEqual([]);
});

test('what other systems call a column is found, each once', () => {
  expect(guess('customers', ['Account ID', 'Company', 'Renewal date', 'CSM email', 'Plan tier'])).toEqual({
    id: 0,
    name: 1,
    renewal_on: 2,
    owner: 3,
    plan: 4,
  });
  expect(guess('contacts', ['contact_id', 'account_id', 'Full name', 'E-mail address'])).toEqual({
    id: 0,
    customer: 1,
    name: 2,
    email: 3,
  });
  expect(guess('tickets', ['ticket_id', 'account_id', 'submitted_at', 'closed_at', 'priority', 'escalation_flag'])).toEqual({
    id: 0,
    customer: 1,
    opened_at: 2,
    closed_at: 3,
    severity: 4,
    escalated: 5,
  });
});

test('money in whole units is not taken for hundredths', () => {
  expect(guess('customers', ['id', 'name', 'ARR', 'arr_amount'])).toEqual({ id: 0, name: 1 });
  expect(guess('opportunities', ['Amount'])).toEqual({});
});

test('what is missing is named', () => {
  expect(missing('surveys', guess('surveys', ['id', 'score']))).toEqual(['customer', 'kind', 'at']);
});

test('names that cannot be said in a mapping, or mean something else, are changed', () => {
  expect(headerFor('customers', ['Account', 'Name, legal', 'plan'], { id: 0, name: 1, plan: 2 })).toEqual({
    header: ['Account', 'name', 'plan'],
    mapping: 'id:Account',
  });
  // The file's "name" is our "subject", and must not become our "name" as well; its "id" is left out.
  const { header, mapping } = headerFor('contacts', ['id', 'key', 'email', 'email'], { id: 1, email: 3 });
  expect(mapping).toBe('id:key');
  expect(header).toEqual(['id (column 1, left out)', 'key', 'email (column 3, left out)', 'email']);
  expect(headerFor('goals', ['actual', 'name'], { name: 0, actual: 1 }).header).toEqual(['name', 'actual']);
  expect(headerFor('goals', ['actual', 'name'], { name: 0, actual: 1 }).mapping).toBe('');
});

test('every kind that the API imports is here, with every field that a row needs', () => {
  const api = JSON.parse(readFileSync(new URL('../../../docs/openapi.json', import.meta.url), 'utf8'));
  expect([...KINDS]).toEqual(api.components.schemas.ImportKind.enum);
  for (const [kind, schema] of [
    ['tickets', 'NewTicket'],
    ['surveys', 'NewSurvey'],
    ['interactions', 'NewInteraction'],
    ['goals', 'NewGoal'],
    ['outcomes', 'NewOutcome'],
    ['messages', 'NewMessage'],
    ['opportunities', 'NewOpportunity'],
    ['custom-measures', 'NewCustomMeasure'],
  ] as const) {
    const { columns } = KIND[kind];
    expect(columns.map((column) => column.name).sort(), kind).toEqual(
      Object.keys(api.components.schemas[schema].properties).sort(),
    );
    const needed = columns.filter((column) => column.needed).map((column) => column.name);
    expect(needed.sort(), kind).toEqual([...api.components.schemas[schema].required].sort());
  }
});
