import { expect, test } from 'vitest';
import { course, placeLabel } from '../../src/lib/places';
import { period, portfolioHref, scope } from '../../src/lib/scope';

test('the scope is the owner and the attributes, and nothing that the API would refuse', () => {
  const address = new URLSearchParams('tab=drivers&rule=x&owner=a@b.example&segment.plan=Team&segment.size=&from=2026-01-01');
  expect(scope(address, undefined)).toEqual({ owner: 'a@b.example', 'segment.plan': 'Team' });
  expect(scope(address, 'me@b.example').owner).toBe('me@b.example');
});

test('days alone go into a period', () => {
  expect(period(new URLSearchParams('from=2026-01-01&to=tomorrow'))).toEqual({ from: '2026-01-01' });
});

test('a link to the portfolio keeps whose customers and which part of them', () => {
  const address = new URLSearchParams('tab=segments&book=all&owner=a@b.example&segment.plan=Team&at=acme');
  expect(portfolioHref(address, { insight: 'churn_risk' })).toBe(
    '/customers?book=all&owner=a%40b.example&segment.plan=Team&insight=churn_risk',
  );
  expect(portfolioHref(new URLSearchParams())).toBe('/customers');
});

test('a course leads up, down, or between no bands', () => {
  expect([
    course('steady', 'healthy'),
    course('thriving', 'struggling'),
    course('steady', 'steady'),
    course('new', 'healthy'),
  ]).toEqual(['up', 'down', 'same', 'same']);
  expect(placeLabel('unknown')).toBe('No score');
});
