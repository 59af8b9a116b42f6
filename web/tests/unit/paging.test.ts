import { expect, test } from 'vitest';
import { pageOf, pagesOf, sizeOf, startOf, stepTowards } from '../../src/lib/paging';

test('pages lie one behind the other, and every row is in one', () => {
  for (let page = 0; page < 30; page += 1) {
    expect(startOf(page + 1)).toBe(startOf(page) + sizeOf(page));
    expect(pageOf(startOf(page))).toBe(page);
    expect(pageOf(startOf(page + 1) - 1)).toBe(page);
  }
});

test('what is in sight is wanted, and the next page shortly before it is', () => {
  expect(pagesOf(startOf(7), startOf(7) + 10, 5000)).toEqual([7]);
  expect(pagesOf(startOf(7), startOf(8) - 5, 5000)).toEqual([7, 8]);
  expect(pagesOf(0, sizeOf(0) - 5, 5000)).toEqual([0, 1]);
  expect(pagesOf(0, 18, 12)).toEqual([0]);
  expect(pagesOf(0, 0, 0)).toEqual([0]);
  const at = startOf(7);
  expect(pagesOf(at, at + 15, 100_000)).toEqual([7]);
  expect(pagesOf(at - 3, at + 15, 100_000)).toEqual([6, 7]);
});

test('a page far down is reached by steps of at most what the API gives, without reading anything twice', () => {
  const cursors: (string | undefined)[] = [''];
  const goal = pageOf(99_990);
  let steps = 0;
  let read = 0;
  while (cursors[goal] === undefined) {
    const step = stepTowards(goal, cursors);
    expect(cursors[step.from]).toBeDefined();
    expect(step.to).toBeGreaterThan(step.from);
    expect(step.limit).toBeGreaterThan(0);
    expect(step.limit).toBeLessThanOrEqual(1000);
    expect(startOf(step.from) + step.limit).toBe(startOf(step.to));
    cursors[step.to] = 'known';
    read += step.limit;
    steps += 1;
  }
  expect(read).toBe(startOf(goal));
  expect(steps).toBeLessThanOrEqual(102);
  // Back up, the way is known.
  expect(stepTowards(pageOf(50_000), cursors).limit).toBeLessThanOrEqual(1000);
});
