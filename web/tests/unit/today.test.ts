import { expect, test } from 'vitest';
import type { Customer, Feedback } from '../../src/api/types';
import { movers, today } from '../../src/lib/today';

const NOW = new Date('2026-11-27T09:00:00Z');
const customer = (id: string, fields: Partial<Customer>): Customer =>
  ({
    id,
    name: id,
    status: 'healthy',
    score_change: 0,
    renewal_on: null,
    customer_since: null,
    disagrees: false,
    status_stale: false,
    churned: false,
    arr_cents: 1,
    status_set_at: null,
    ...fields,
  }) as Customer;
const answer = (of: string, at: string) => ({ customer: of, at, rating: 'not_happy' }) as Feedback;

test('everybody who needs somebody stands once, in the first group that fits', () => {
  const groups = today(
    [
      customer('fell', { score_change: -12, renewal_on: '2026-12-10' }),
      customer('renews', { renewal_on: '2026-12-10' }),
      customer('renews-thriving', { renewal_on: '2026-12-10', status: 'thriving' }),
      customer('past', { renewal_on: '2026-11-01' }),
      customer('unhappy', { status_stale: true }),
      customer('unhappy-long-ago', {}),
      customer('stale', { status_stale: true }),
      customer('lonely', { last_contact_at: '2026-10-18T10:00:00Z', arr_cents: 9 }),
      customer('never-met', { last_contact_at: null }),
      customer('gone', { churned: true, score_change: -50 }),
      customer('changed', { status: 'struggling', status_set_at: '2026-11-25T10:00:00Z' }),
    ],
    [answer('unhappy', '2026-11-24T10:00:00Z'), answer('unhappy-long-ago', '2026-10-01T10:00:00Z')],
    new Set(['fell', 'lonely', 'never-met']),
    NOW,
  );
  expect(groups.map((group) => [group.id, group.lines.map((line) => line.customer.id)])).toEqual([
    ['status', ['changed']],
    ['fell', ['fell']],
    ['unhappy', ['unhappy']],
    ['renewal', ['renews']],
    ['contact', ['lonely', 'never-met']],
    ['stale', ['stale']],
  ]);
  expect(groups.find((group) => group.id === 'contact')?.lines.map((line) => line.reason)).toEqual([
    'last met 40 d ago',
    'nobody met them yet, as far as is known',
  ]);
  expect(groups[1]?.lines[0]?.reason).toBe('−12 points in 7 days');
});

test('movements are both ways, the largest first, without those who left or hardly moved', () => {
  const found = movers(
    [
      customer('a', { score_change: -3 }),
      customer('b', { score_change: -12 }),
      customer('c', { score_change: 5 }),
      customer('d', { score_change: 0.4 }),
      customer('e', { score_change: null }),
      customer('f', { score_change: -30, churned: true }),
      customer('g', { score_change: -1 }),
    ],
    2,
  );
  expect(found.down.map((one) => one.id)).toEqual(['b', 'a']);
  expect(found.up.map((one) => one.id)).toEqual(['c']);
});
