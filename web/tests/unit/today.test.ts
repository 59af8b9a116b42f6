import { expect, test } from 'vitest';
import type { Customer, Feedback } from '../../src/api/types';
import { today } from '../../src/lib/today';

const NOW = new Date('2026-11-27T09:00:00Z');
const customer = (id: string, fields: Partial<Customer>): Customer =>
  ({
    id,
    name: id,
    status: 'healthy',
    score_change: 0,
    renewal_on: null,
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
      customer('gone', { churned: true, score_change: -50 }),
      customer('changed', { status: 'struggling', status_set_at: '2026-11-25T10:00:00Z' }),
    ],
    [answer('unhappy', '2026-11-24T10:00:00Z'), answer('unhappy-long-ago', '2026-10-01T10:00:00Z')],
    NOW,
  );
  expect(groups.map((group) => [group.id, group.lines.map((line) => line.customer.id)])).toEqual([
    ['status', ['changed']],
    ['fell', ['fell']],
    ['unhappy', ['unhappy']],
    ['renewal', ['renews']],
    ['stale', ['stale']],
  ]);
  expect(groups[1]?.lines[0]?.reason).toBe('−12 points in 7 days');
});
