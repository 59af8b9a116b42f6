import { expect, test } from 'vitest';
import { pageOf, pagesOf, sizeOf, startOf, stepTo } from '../../src/lib/paging';

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

test('a row far down is one question away, from the nearest page whose cursor is known', () => {
  const cursors: (string | undefined)[] = ['', 'one'];
  expect(stepTo(0, cursors)).toEqual({ from: 0, skip: 0 });
  expect(stepTo(startOf(1), cursors)).toEqual({ from: 1, skip: 0 });
  expect(stepTo(99_990, cursors)).toEqual({ from: 1, skip: 99_990 - startOf(1) });
  cursors[500] = 'five hundred';
  expect(stepTo(99_990, cursors)).toEqual({ from: 500, skip: 99_990 - startOf(500) });
  expect(stepTo(startOf(500) - 1, cursors)).toEqual({ from: 1, skip: startOf(500) - 1 - startOf(1) });
});
