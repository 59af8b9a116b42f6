import { expect, test } from 'vitest';
import type { Customer } from '../../src/api/types';
import { attributeValue, changesOf, formOf } from '../../src/lib/profile';

const acme = {
  name: 'Acme',
  owner: 'ana@keepwell.example',
  plan: 'Team',
  size: null,
  industry: null,
  country: 'Spain',
  stage: null,
  arr_cents: 1_250_050,
  currency: 'EUR',
  seats: 40,
  renewal_on: '2027-01-12',
  customer_since: null,
  tags: ['pilot', 'eu'],
  attributes: { billing: 'annual', sso: true, sites: 3 },
  request_feedback: true,
  feedback_interval_days: 30,
  automations_paused: false,
} as unknown as Customer;

test('a form that nobody touched changes nothing', () => {
  expect(changesOf(formOf(acme), formOf(acme))).toEqual({});
});

test('only what differs is sent, and an emptied field is cleared', () => {
  const form = formOf(acme);
  const after = {
    ...form,
    owner: '',
    size: ' Mid ',
    arr: '13,000.50',
    seats: '',
    tags: 'pilot, , renewed,pilot',
    attributes: [...form.attributes.slice(1), { name: 'region', value: 'south' }, { name: ' ', value: 'lost' }],
    request_feedback: false,
  };
  expect(changesOf(form, after)).toEqual({
    owner: null,
    size: 'Mid',
    arr_cents: 1_300_050,
    seats: null,
    tags: ['pilot', 'renewed'],
    attributes: { sso: true, sites: 3, region: 'south' },
    request_feedback: false,
  });
});

test('what is no number goes to the API as it is, which names the field', () => {
  expect(changesOf(formOf(acme), { ...formOf(acme), arr: 'a lot' })).toEqual({ arr_cents: 'a lot' });
});

test('values are what they look like', () => {
  expect(['true', 'false', '12', '-0.5', '007', '1e5', 'annual', ''].map(attributeValue)).toEqual([
    true,
    false,
    12,
    -0.5,
    '007',
    '1e5',
    'annual',
    '',
  ]);
});
