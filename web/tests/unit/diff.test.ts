import { describe, expect, it } from 'vitest';
import { diff, folded } from '../../src/lib/diff';

const shown = (before: string, after: string) =>
  diff(before, after).map((line) => `${line.kind === 'same' ? ' ' : line.kind === 'added' ? '+' : '-'}${line.text}`);

describe('line diff', () => {
  it('keeps the common lines and puts what went before what came', () => {
    expect(shown('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d']);
    expect(shown('', 'a')).toEqual(['+a']);
    expect(shown('a\n\nb', 'a\n\nb\n')).toEqual([' a', ' ', ' b']);
  });
  it('numbers the lines of both', () => {
    const [, removed, added] = diff('a\nb', 'a\nc');
    expect(removed).toMatchObject({ kind: 'removed', before: 2, after: null });
    expect(added).toMatchObject({ kind: 'added', before: null, after: 2 });
  });
  it('gives both texts back', () => {
    const [before, after] = ['one\ntwo\nthree\nfour\ntwo', 'two\nfour\nthree\ntwo\nfive'];
    const lines = diff(before, after);
    expect(
      lines
        .filter((line) => line.kind !== 'added')
        .map((line) => line.text)
        .join('\n'),
    ).toBe(before);
    expect(
      lines
        .filter((line) => line.kind !== 'removed')
        .map((line) => line.text)
        .join('\n'),
    ).toBe(after);
  });
  it('leaves out what is far from a change', () => {
    const before = Array.from({ length: 20 }, (_, at) => `line ${at}`).join('\n');
    const shown = folded(diff(before, before.replace('line 10', 'other')), 2);
    expect(shown.map((line) => (line.kind === 'fold' ? '…' : line.text))).toEqual([
      '…',
      'line 8',
      'line 9',
      'line 10',
      'other',
      'line 11',
      'line 12',
      '…',
    ]);
    expect(folded(diff(before, before))).toEqual([{ kind: 'fold', lines: 20 }]);
  });
});
