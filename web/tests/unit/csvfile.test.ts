import { expect, test } from 'vitest';
import { cells, decode, line, parts, readCsv } from '../../src/lib/csvfile';

const bytes = (text: string) => new TextEncoder().encode(text);

test('header and rows, with quotes, line ends in cells and empty lines', () => {
  const file = readCsv('id,"the ""name""",note\r\n1,Acme,"two\nlines"\r\n\r\n2,"Byte, Inc",\r\n');
  expect(file.header).toEqual(['id', 'the "name"', 'note']);
  expect(file.lines).toEqual([
    { row: 2, text: '1,Acme,"two\nlines"' },
    { row: 4, text: '2,"Byte, Inc",' },
  ]);
});

test('a file with semicolons becomes one with commas', () => {
  const file = readCsv('id;name;arr\n1;Acme, Inc;"1;2"\n');
  expect(file.delimiter).toBe(';');
  expect(file.header).toEqual(['id', 'name', 'arr']);
  expect(file.lines).toEqual([{ row: 2, text: '1,"Acme, Inc",1;2' }]);
});

test('a header with commas in quotes is not taken for one with more cells', () => {
  expect(readCsv('"a,b,c";d\n1;2').header).toEqual(['a,b,c', 'd']);
});

test('an empty file has no header, and a header alone no rows', () => {
  expect(readCsv('')).toMatchObject({ header: [], lines: [] });
  expect(readCsv('id,name')).toMatchObject({ header: ['id', 'name'], lines: [] });
});

test('the byte order mark is no part of the first name, and Windows files are read', () => {
  expect(readCsv(decode(bytes('\ufeffid,name\n')).text).header[0]).toBe('id');
  expect(decode(new Uint8Array([0x4d, 0xfc, 0x6c]))).toEqual({ text: 'Mül', encoding: 'Windows-1252' });
  expect(decode(bytes('Mül')).encoding).toBe('UTF-8');
});

test('what is written as a row is read as the same cells', () => {
  for (const row of [['a', '', 'b'], [''], ['"', ',', '\r\n'], ['=1+1', " '", 'ü"ü']]) expect(cells(line(row))).toEqual(row);
});

test('parts have no more rows or bytes than can be sent, and lose none', () => {
  const lines = Array.from({ length: 4_321 }, (_, index) => ({
    row: index + 2,
    text: `${index},c${index % 7},${'x'.repeat(index % 50)}`,
  }));
  const found = parts(lines, 1, { rows: 1_000, bytes: 20_000 });
  expect(
    found
      .flat()
      .map((one) => one.row)
      .sort((a, b) => a - b),
  ).toEqual(lines.map((one) => one.row));
  for (const part of found) {
    expect(part.length).toBeLessThanOrEqual(1_000);
    expect(bytes(part.map((one) => `${one.text}\r\n`).join('')).length).toBeLessThanOrEqual(20_000);
  }
});

test('a customer stands together in a long file, in the order of the file', () => {
  const lines = ['b,1', 'a,2', 'b,3', 'a,4'].map((text, index) => ({ row: index + 2, text }));
  expect(parts(lines, 0, { rows: 2, bytes: 1_000 }).map((part) => part.map((one) => one.row))).toEqual([
    [3, 5],
    [2, 4],
  ]);
  // One part needs no other order.
  expect(parts(lines, 0, { rows: 4, bytes: 1_000 })).toEqual([lines]);
  expect(parts(lines, -1, { rows: 3, bytes: 1_000 }).flat()).toEqual(lines);
});

test('a row that is too large is a part of its own', () => {
  const lines = ['ü'.repeat(10), 'b', 'c'].map((text, index) => ({ row: index + 2, text }));
  expect(parts(lines, -1, { rows: 9, bytes: 8 }).map((part) => part.length)).toEqual([1, 2]);
});
