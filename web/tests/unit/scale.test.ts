import { expect, test } from 'vitest';
import { around, fromZero, linear, nearestIndex, ticks, timeTicks } from '../../src/charts/scale';

test('a scale leads ends to ends, also downwards', () => {
  const y = linear([0, 100], [180, 20]);
  expect([y(0), y(50), y(100)]).toEqual([180, 100, 20]);
  expect(linear([5, 5], [0, 10])(5)).toBe(5);
});

test('ticks are round, within the domain, and not too many', () => {
  expect(ticks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(ticks(37, 91, 4)).toEqual([40, 60, 80]);
  expect(ticks(3, 3)).toEqual([3]);
});

test('bars start at zero and end at a round value', () => {
  expect(fromZero(0)).toEqual([0, 1]);
  expect(fromZero(87)).toEqual([0, 100]);
  expect(fromZero(100)).toEqual([0, 100]);
});

test('a domain around values stays within its bounds and is wide enough', () => {
  expect(around([70, 72], [0, 100], 20)).toEqual([60, 85]);
  expect(around([98, 100], [0, 100], 20)[1]).toBe(100);
  expect(around([], [0, 100], 20)).toEqual([0, 100]);
});

test('a year has months at its axis, and January its year', () => {
  const found = timeTicks(Date.UTC(2025, 10, 27), Date.UTC(2026, 10, 27), 7);
  expect(found.map((tick) => tick.label)).toEqual(['2026', 'Mar', 'May', 'Jul', 'Sept', 'Nov']);
});

test('weeks have days at their axis', () => {
  const found = timeTicks(Date.UTC(2026, 10, 1, 12), Date.UTC(2026, 10, 27), 5);
  expect(found[0]?.label).toBe('2 Nov');
  expect(found.length).toBeLessThanOrEqual(5);
});

test('the nearest entry of a rising list', () => {
  expect(nearestIndex([1, 4, 9], 6)).toBe(1);
  expect(nearestIndex([1, 4, 9], 7)).toBe(2);
  expect(nearestIndex([1, 4, 9], -5)).toBe(0);
  expect(nearestIndex([1, 4, 9], 50)).toBe(2);
  expect(nearestIndex([], 1)).toBe(-1);
});
