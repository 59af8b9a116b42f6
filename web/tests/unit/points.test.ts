import { expect, test } from 'vitest';
import { first, nearest, outline, radius, stable, towards } from '../../src/charts/points';

const dot = (id: string, x: number, y: number, r = 5) => ({ id, x, y, r });

test('the nearest dot is counted from its edge, and only within reach', () => {
  const dots = [dot('large', 0, 0, 20), dot('small', 40, 0, 2)];
  expect(nearest(dots, 25, 0, 20)?.id).toBe('large');
  expect(nearest(dots, 34, 0, 20)?.id).toBe('small');
  expect(nearest(dots, 200, 0, 20)).toBeNull();
});

test('under the pointer the smaller dot wins, because it lies on top', () => {
  expect(nearest([dot('large', 0, 0, 20), dot('small', 3, 0, 4)], 2, 0, 20)?.id).toBe('small');
  expect(nearest([dot('small', 3, 0, 4), dot('large', 0, 0, 20)], 2, 0, 20)?.id).toBe('small');
});

test('an arrow leads to the nearest dot ahead, not to a nearer one aside', () => {
  const from = dot('from', 0, 0);
  const dots = [from, dot('ahead', 50, 10), dot('aside', 5, 40), dot('behind', -10, 0)];
  expect(towards(dots, from, 'right')?.id).toBe('ahead');
  expect(towards(dots, from, 'left')?.id).toBe('behind');
  expect(towards(dots, from, 'down')?.id).toBe('aside');
  expect(towards(dots, from, 'up')).toBeNull();
});

test('when nothing lies ahead, what lies aside of it is better than nothing', () => {
  const from = dot('from', 0, 0);
  expect(towards([from, dot('far aside', 10, 90)], from, 'right')?.id).toBe('far aside');
});

test('every dot can be reached from the first by arrows', () => {
  const dots = Array.from({ length: 60 }, (_, index) =>
    dot(`c${index}`, stable(`c${index}`) * 600, stable(`c${index}`, 1) * 400),
  );
  const start = first(dots);
  const seen = new Set([start?.id]);
  const queue = [start];
  while (queue.length > 0) {
    const at = queue.shift();
    if (!at) break;
    for (const direction of ['left', 'right', 'up', 'down'] as const) {
      const next = towards(dots, at, direction);
      if (next && !seen.has(next.id)) {
        seen.add(next.id);
        queue.push(next);
      }
    }
  }
  expect(seen.size).toBe(60);
});

test('jitter is the same every time and spread over its room', () => {
  expect(stable('voltmarrow')).toBe(stable('voltmarrow'));
  const values = Array.from({ length: 400 }, (_, index) => stable(`customer-${index}`));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(values.filter((value) => value < 0.5).length).toBeGreaterThan(150);
  expect(values.filter((value) => value < 0.5).length).toBeLessThan(250);
});

test('areas are in proportion to the value', () => {
  expect(radius(100, 100, 3, 20)).toBe(20);
  expect(radius(25, 100, 3, 20)).toBe(10);
  expect(radius(null, 100, 3, 20)).toBe(3);
  expect(radius(1, 10_000, 3, 20)).toBe(3);
});

test('each status has an outline of its own', () => {
  const outlines = new Set([null, 'thriving', 'healthy', 'steady', 'struggling'].map((status) => outline(status as never, 8)));
  // A disc for Healthy and for none: colour and column tell them apart.
  expect(outlines.size).toBe(4);
});
