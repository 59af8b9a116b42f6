import { expect, test } from 'vitest';
import { nextOf } from '../../src/api/exports';
import { nothing, rejectedCsv, together } from '../../src/api/imports';
import { everyInWords, isLate, isStuck, span } from '../../src/lib/system';

const now = new Date('2026-11-27T09:00:00Z');

test('late is what missed two runs; what never ran is new', () => {
  expect(isLate('5m', '2026-11-27T08:50:00Z', now)).toBe(false);
  expect(isLate('5m', '2026-11-27T08:49:59Z', now)).toBe(true);
  expect(isLate('1d', '2026-11-26T02:00:00Z', now)).toBe(false);
  expect(isLate('1d', '2026-11-25T02:00:00Z', now)).toBe(true);
  expect(isLate('1h', null, now)).toBe(false);
  expect(isLate('on the full moon', '2020-01-01T00:00:00Z', now)).toBe(false);
  expect(isStuck('2026-11-27T08:51:00Z', now)).toBe(false);
  expect(isStuck('2026-11-27T08:40:00Z', now)).toBe(true);
  expect(isStuck(null, now)).toBe(false);
});

test('times between in words', () => {
  expect([span('2026-11-27T08:59:50Z', now), span('2026-11-27T08:15:00Z', now)]).toEqual(['less than a minute', '45 min']);
  expect([span('2026-11-27T06:00:00Z', now), span('2026-11-20T06:00:00Z', now)]).toEqual(['3 h', '7 d']);
  expect(span('2026-11-27T10:00:00Z', now)).toBe('less than a minute');
  expect([everyInWords('1h'), everyInWords('2w')]).toEqual(['every hour', '2w']);
});

test('the next page of an export stands in its Link header', () => {
  expect(nextOf('</v1/exports/usage?cursor=YWNtZQ&limit=10>; rel="next"')).toBe('YWNtZQ');
  expect(nextOf('</v1/exports/usage>; rel="prev"')).toBeNull();
  expect(nextOf(null)).toBeNull();
});

test('reports of parts become one, with the rows of the file', () => {
  const part = [7, 3, 12].map((row) => ({ row, text: `r${row},x` }));
  const report = { dry_run: true, rows: 3, created: 1, updated: 0, unchanged: 0, rejected: 2, ignored_columns: [] };
  const errors = [
    { row: 2, column: 'at', detail: 'must be a time' },
    { row: 3, column: '', detail: 'the row has 1 cells, the header 2' },
    { row: 2, column: 'id', detail: 'is "used"' },
  ];
  const one = together(nothing(), { ...report, errors }, part);
  expect(one.wrong.map((wrong) => wrong.row)).toEqual([3, 7, 7]);
  const two = together(one, { ...report, errors: [] }, part);
  expect(two).toMatchObject({ rows: 6, created: 2, rejected: 4, wrong: one.wrong });
  expect(rejectedCsv(['id', 'at'], part, one.wrong)).toBe(
    'id,at,row in the file,what is wrong\r\nr7,x,7,"at: must be a time; id: is ""used"""\r\nr3,x,3,"the row has 1 cells, the header 2"\r\n',
  );
});
