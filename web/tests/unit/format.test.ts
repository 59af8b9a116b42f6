import { expect, test } from 'vitest';
import {
  count,
  daysUntil,
  elapsed,
  fixed,
  measured,
  money,
  moneyOf,
  number,
  percent,
  relativeDay,
  score,
  signed,
  words,
} from '../../src/lib/format';
import { person } from '../../src/lib/people';

const NOW = new Date('2026-11-27T09:00:00Z');

test('a minus is as wide as a plus, and nothing is not zero', () => {
  expect(number(-1234.56, 1)).toBe('−1,234.6');
  expect(signed(-0.04, 1)).toBe('±0');
  expect(signed(3)).toBe('+3');
  expect(signed(-3)).toBe('−3');
  expect(number(-0.2)).toBe('0');
  expect(fixed(-1)).toBe('−1.0');
  for (const text of [number(null), signed(undefined), score(null), percent(null), money(null, 'USD')]) expect(text).toBe('–');
});

test('what passed between two moments is told in its largest unit', () => {
  const after = (minutes: number) => elapsed('2026-11-27T09:00:00Z', new Date(NOW.getTime() + minutes * 60_000).toISOString());
  expect([0, 59, 60, 89, 90, 47 * 60, 48 * 60, 60 * 60].map(after)).toEqual([
    '0 min',
    '59 min',
    '1 h',
    '1 h',
    '2 h',
    '47 h',
    '2 d',
    '3 d',
  ]);
  expect(after(-5)).toBe('0 min');
});

test('scores are rounded half up, as the API shows them', () => {
  expect([59.5, 59.49, 0.5, 99.999].map(score)).toEqual(['60', '59', '1', '100']);
});

test('money is short and never mixes currencies', () => {
  expect(money(10_426_800, 'USD')).toBe('$104K');
  expect(money(123_456_700, 'EUR')).toBe('€1.2M');
  expect(moneyOf({ USD: 100_000, EUR: 300_000, JPY: 0 })).toBe('€3K + $1K');
  expect(moneyOf({})).toBe('–');
});

test('days are counted between calendar days of the server', () => {
  expect(daysUntil('2026-11-27T23:59:59Z', NOW)).toBe(0);
  expect(relativeDay('2026-11-26T23:00:00Z', NOW)).toBe('yesterday');
  expect(relativeDay('2026-11-28', NOW)).toBe('tomorrow');
  expect(relativeDay('2026-11-18T09:00:00Z', NOW)).toBe('9 d ago');
  expect(relativeDay('2027-01-12', NOW)).toBe('in 46 d');
  expect(relativeDay('2027-06-17', NOW)).toBe('Jun 2027');
});

test('identifiers and addresses become words', () => {
  expect(words('nps')).toBe('NPS');
  expect(words('csat_trend')).toBe('CSAT trend');
  expect(words('key_features')).toBe('Key features');
  expect(person('ana.ruiz@keepwell.example')).toBe('Ana Ruiz');
  expect(person('csm@keepwell.example')).toBe('CSM');
  expect(person(null)).toBe('nobody');
  expect(count(1, 'customer')).toBe('1 customer');
  expect(count(1200, 'customer')).toBe('1,200 customers');
});

test('values of measures carry their unit', () => {
  expect(measured(6.78, 'days')).toBe('6.8 d');
  expect(measured(23, 'days')).toBe('23 d');
  expect(measured(0.90891, 'ratio')).toBe('0.91');
  expect(measured('thriving')).toBe('Thriving');
  expect(measured(false)).toBe('no');
  expect(measured(null, 'days')).toBe('–');
});
