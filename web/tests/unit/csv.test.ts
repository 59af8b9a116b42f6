import { expect, test } from 'vitest';
import { tableCsv } from '../../src/charts/table';
import { csv } from '../../src/lib/csv';

test('cells are quoted where a comma, a quote or a line end stands', () => {
  expect(
    csv(
      ['name', 'n'],
      [
        ['a,b', 1],
        ['say "hi"', 2],
        ['two\nlines', null],
      ],
    ),
  ).toBe('name,n\r\n"a,b",1\r\n"say ""hi""",2\r\n"two\nlines",\r\n');
});

test('a cell that starts a formula gets an apostrophe, a number does not', () => {
  const line = csv(['x'], [['=1+1'], ['+SUM(A1)'], ['-cmd'], ['@now'], ['\tx'], ['-12.5'], ['+3'], [-4], ['a=b']]);
  expect(line.split('\r\n').slice(1, -1)).toEqual(["'=1+1", "'+SUM(A1)", "'-cmd", "'@now", "'\tx", '-12.5', '+3', '-4', 'a=b']);
});

test('a header that starts a formula is escaped too', () => {
  expect(csv(['=x'], [])).toBe("'=x\r\n");
});

test('a table as a file has the values where there are some, else the words', () => {
  const columns = [
    { label: 'Customer', text: (row: { name: string; score: number }) => row.name },
    { label: 'Score', text: () => '50', value: (row: { name: string; score: number }) => row.score },
  ];
  expect(tableCsv(columns, [{ name: 'Acme', score: 49.6 }])).toBe('Customer,Score\r\nAcme,49.6\r\n');
});
