import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Scorecard } from '../../src/api/scorecards';
import { diff, folded, pairs } from '../../src/lib/diff';
import {
  appliesInWords,
  changes,
  freshId,
  insert,
  move,
  normalised,
  placeInWords,
  read,
  removeAt,
  same,
  showable,
  write,
} from '../../src/pages/scorecards/document';
import { measuresOf, ruleLines, steps, withoutHand } from '../../src/pages/scorecards/live';
import { partOf, placeOf } from '../../src/pages/scorecards/place';
import { corners, firstPoints, pointsInWords, rangeOf, shapeOf, thresholds } from '../../src/pages/scorecards/points';
import { valuesOf, valuesText } from '../../src/pages/scorecards/values';
import { linesOf, parse, print, rewrite } from '../../src/pages/scorecards/yaml';

const SHIPPED = readFileSync(new URL('../../../shared/domain/scorecards/default.yaml', import.meta.url), 'utf8');
const document = (text: string): Scorecard => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.value as Scorecard;
};
const shipped = document(SHIPPED);
const ACTIVE = '/dimensions/0/rules/0';

/** Lines that differ, as a reader of the diff sees them. */
const edits = (before: string, after: string) =>
  diff(before, after)
    .filter(({ kind }) => kind !== 'same')
    .map(({ kind, text }) => `${kind === 'added' ? '+' : '-'}${text.trim()}`);

describe('a change of the form in the YAML text', () => {
  it('changes one number in its place and nothing else, comments included', () => {
    const after = write(shipped, `${ACTIVE}/weight`, 30);
    expect(edits(SHIPPED, rewrite(SHIPPED, shipped, after))).toEqual(['-weight: 20', '+weight: 30']);
  });

  it('changes a number within a line of points', () => {
    const after = write(shipped, `${ACTIVE}/points/linear/full_at`, 18.5);
    expect(edits(SHIPPED, rewrite(SHIPPED, shipped, after))).toEqual([
      '-points: { linear: { zero_at: 0, full_at: 20 } }',
      '+points: { linear: { zero_at: 0, full_at: 18.5 } }',
    ]);
  });

  it('keeps the comment of a rule that moves', () => {
    const after = move(shipped, '/dimensions/0/rules', 0, 1);
    const text = rewrite(SHIPPED, shipped, after);
    expect(document(text)).toEqual(after);
    const comment = text.indexOf('# Frequency. 20 working days');
    expect(comment).toBeGreaterThan(text.indexOf('id: usage_trend'));
    expect(comment).toBeLessThan(text.indexOf('id: active_days'));
  });

  it.each([
    ['takes a rule away', (before: Scorecard) => removeAt(before, '/dimensions/1/rules', 3)],
    [
      'adds a rule',
      (before: Scorecard) =>
        insert(before, '/dimensions/2/rules', 1, {
          id: 'x',
          measure: 'custom.x',
          weight: 2,
          points: { linear: { zero_at: 0, full_at: 1 } },
        }),
    ],
    ['renames a rule', (before: Scorecard) => write(before, `${ACTIVE}/id`, 'days_of_use')],
    ['takes an optional field away', (before: Scorecard) => write(before, `${ACTIVE}/valid_days`, undefined)],
    ['sets one that was not there', (before: Scorecard) => write(before, '/dimensions/0/rules/2/valid_days', 14)],
    [
      'changes the shape of a rule',
      (before: Scorecard) => write(before, `${ACTIVE}/points`, { bands: [{ at_least: 15, points: 100 }], otherwise: 10 }),
    ],
    ['changes the missing policy', (before: Scorecard) => write(before, `${ACTIVE}/missing`, { neutral: 40 })],
    ['sets a name that YAML would read as something else', (before: Scorecard) => write(before, '/name', 'yes: #1')],
    [
      'says to whom it applies',
      (before: Scorecard) => write(before, '/applies_to', { all: [{ field: 'plan', in: ['Enterprise'] }] }),
    ],
    ['takes all overrides away', (before: Scorecard) => write(before, '/overrides', undefined)],
    ['adds a dimension', (before: Scorecard) => insert(before, '/dimensions', 3, { id: 'd', weight: 1, rules: [] })],
  ])('%s, and the text says the same as the document', (_what, change) => {
    const after = change(shipped);
    const text = rewrite(SHIPPED, shipped, after);
    expect(document(text)).toEqual(after);
    const comments = (source: string) => source.split('\n').filter((line) => line.trim().startsWith('#')).length;
    expect(comments(text)).toBeGreaterThanOrEqual(comments(SHIPPED) - 1);
  });

  it('writes what was JSON as YAML that reads the same', () => {
    expect(document(print(shipped))).toEqual(shipped);
    expect(print(shipped)).toContain('points: { linear: { zero_at: 0, full_at: 20 } }');
    expect(print(shipped)).toContain('{ at_least: 30, points: 0 }');
  });

  it('applies to a newer text what changed against the older one', () => {
    const mine = write(shipped, `${ACTIVE}/weight`, 35);
    const theirs = SHIPPED.replace('name: Default', 'name: Everybody');
    const text = rewrite(theirs, shipped, mine);
    expect(edits(theirs, text)).toEqual(['-weight: 20', '+weight: 35']);
  });
});

describe('problems at their lines', () => {
  it('finds where the text is no YAML', () => {
    const parsed = parse('format: 1\nid: x\ndimensions: [\n');
    expect(parsed).toMatchObject({ ok: false });
    expect(!parsed.ok && parsed.problem.line).toBeGreaterThanOrEqual(3);
    const twice = parse('format: 1\nid: x\nid: y\n');
    expect(!twice.ok && twice.problem.line).toBe(3);
  });

  it('finds the line of a pointer, or of what is around it', () => {
    const text = 'format: 1\nid: x\ndimensions:\n  - id: a\n    weight: -1\n    rules:\n      - id: r\n        weight: 2\n';
    expect(
      Object.fromEntries(linesOf(text, ['', '/dimensions/0/weight', '/dimensions/0/rules/0', '/dimensions/0/rules/0/points'])),
    ).toEqual({
      '': 1,
      '/dimensions/0/weight': 5,
      '/dimensions/0/rules/0': 7,
      '/dimensions/0/rules/0/points': 7,
    });
  });
});

describe('a document by pointer', () => {
  it('reads, writes, inserts and takes away without touching the document before', () => {
    const before = { a: [{ b: 1 }, { b: 2 }], 'x/y': 3 };
    expect(read(before, '/a/1/b')).toBe(2);
    expect(read(before, '/x~1y')).toBe(3);
    expect(read(before, '/a/7/b')).toBeUndefined();
    expect(write(before, '/a/1/b', 5)).toEqual({ a: [{ b: 1 }, { b: 5 }], 'x/y': 3 });
    expect(write(before, '/a', undefined)).toEqual({ 'x/y': 3 });
    expect(insert(before, '/c', 0, 1)).toEqual({ ...before, c: [1] });
    expect(move(before, '/a', 0, 1).a).toEqual([{ b: 2 }, { b: 1 }]);
    expect(move(before, '/a', 0, 2)).toEqual(before);
    expect(before.a[1]).toEqual({ b: 2 });
  });

  it('can only show what has dimensions with rules', () => {
    expect(showable(shipped)).toBe(true);
    for (const odd of [null, 3, [], {}, { dimensions: [1] }, { dimensions: [{ rules: 2 }] }, { dimensions: [], overrides: [1] }])
      expect(showable(odd)).toBe(false);
  });

  it('gives ids that are free', () => {
    expect(freshId('a', ['b'])).toBe('a');
    expect(freshId('a', ['a', 'a_2'])).toBe('a_3');
    expect(freshId('a_2', ['a_2'])).toBe('a_3');
  });

  it.each([[[1, 1, 1]], [[20, 20, 15, 15, 8, 4, 8, 4, 3, 3]], [[0.1, 0.2]], [[7, 0, 0]], [[1e9, 3]]])(
    'brings %j to exactly 100 in the same proportions',
    (weights) => {
      const after = normalised(weights);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      expect(Math.round(after.reduce((total, weight) => total + weight, 0) * 10)).toBe(1000);
      for (const [index, weight] of after.entries())
        expect(Math.abs(weight - ((weights[index] ?? 0) / sum) * 100)).toBeLessThanOrEqual(0.1);
    },
  );

  it('leaves weights that are all zero', () => expect(normalised([0, 0])).toEqual([0, 0]));

  it('says what changed, and takes what is left out for what it means', () => {
    const bare = write(write(shipped, `${ACTIVE}/missing`, undefined), '/dimensions/0/combine', undefined);
    expect(changes(shipped, bare)).toEqual([]);
    expect(changes(shipped, write(shipped, `${ACTIVE}/weight`, 30))).toEqual([
      { where: 'Product usage › Active days', what: 'Weight', before: '20', after: '30' },
    ]);
    expect(changes(shipped, removeAt(shipped, '/overrides', 0))[0]).toMatchObject({
      where: 'Override Critical ticket open',
      what: 'Removed',
    });
    expect(changes(shipped, move(shipped, '/dimensions', 0, 1))[0]).toMatchObject({ what: 'Order' });
  });

  it('says to whom it applies and where a problem is', () => {
    expect(appliesInWords({})).toBe('every customer');
    expect(
      appliesInWords({
        all: [
          { field: 'plan', in: ['A', 'B'] },
          { field: 'attributes.tier', in: [1] },
        ],
        none: [{ field: 'tags', in: ['x'] }],
      }),
    ).toBe('plan is A or B and tier is 1 and not tags is x');
    expect(appliesInWords({ any: [{ all: [{ field: 'country', in: ['DE'] }] }] })).toBe('(country is DE)');
    expect(placeInWords(shipped, `${ACTIVE}/points/linear/full_at`)).toBe(
      'Product usage › Active days › Points › Linear › Full at',
    );
    expect(placeInWords(shipped, '')).toBe('Scorecard');
  });

  it('compares without regard to the order of names', () => {
    expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  });
});

describe('shapes of rules', () => {
  it('knows the five shapes and nothing else', () => {
    const shapes = shipped.dimensions.flatMap(({ rules }) => rules.map(({ points }) => shapeOf(points)));
    expect(new Set(shapes)).toEqual(new Set(['linear', 'trend', 'bands', 'map']));
    expect(shapeOf({ boolean: { true: 1, false: 0 } })).toBe('boolean');
    for (const odd of [null, {}, { curve: {} }, { linear: 3 }, { bands: [1] }]) expect(shapeOf(odd)).toBeNull();
  });

  it('draws each through its corners, level beyond them', () => {
    expect(corners({ linear: { zero_at: 7, full_at: 0 } }, -1, 10)).toEqual([
      [-1, 100],
      [0, 100],
      [7, 0],
      [10, 0],
    ]);
    expect(corners({ trend: { zero_at: 0.6, full_at: 1.2 } }, 0, 2)).toEqual([
      [0, 0],
      [0.6, 0],
      [1, 50],
      [1.2, 100],
      [2, 100],
    ]);
    expect(corners({ bands: [{ at_least: 5, points: 80 }], otherwise: 20 }, 0, 10)).toEqual([
      [0, 20],
      [5, 20],
      [5, 80],
      [10, 80],
    ]);
    expect(corners({ linear: { zero_at: null, full_at: 0 } }, 0, 1)).toEqual([]);
  });

  it('shows all thresholds with room around them', () => {
    for (const values of [[0, 20], [0.07, 0.42], [168, 24], [-0.5, 0.5], [5], [0.6, 1, 1.2]]) {
      const { low, high, step } = rangeOf(values);
      expect(low).toBeLessThanOrEqual(Math.min(...values));
      expect(high).toBeGreaterThan(Math.max(...values));
      expect(step).toBeGreaterThan(0);
      expect((high - low) / step).toBeGreaterThan(9);
    }
    expect(rangeOf([]).high).toBe(100);
    expect(thresholds({ bands: [{ at_least: 2, points: 50 }], otherwise: 0 })).toEqual([
      { field: '/bands/0/at_least', value: 2, label: '50 points from' },
    ]);
  });

  it('begins in the direction that is good', () => {
    const measure = { direction: 'less_is_better', unit: 'days', kind: 'number' } as never;
    expect(firstPoints('linear', measure)).toEqual({ linear: { zero_at: 20, full_at: 0 } });
    expect(pointsInWords(firstPoints('linear', measure))).toBe('0 at 20, 100 at 0');
    const word = { kind: 'word', words: ['thriving', 'healthy', 'steady', 'struggling'] } as never;
    expect(firstPoints('map', word)).toEqual({ map: { thriving: 100, healthy: 67, steady: 33, struggling: 0 }, otherwise: 0 });
  });
});

describe('lines of two texts', () => {
  it.each([
    ['a\nb\nc', 'a\nb\nc', ''],
    ['a\nb\nc', 'a\nx\nc', '-b+x'],
    ['', 'a', '+a'],
    ['a\nb\nc\nd', 'b\nd\ne', '-a-c+e'],
    ['a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc', null],
  ])('leads from %j to %j', (before, after, expected) => {
    const lines = diff(before, after);
    const side = (leaveOut: string) =>
      lines
        .filter(({ kind }) => kind !== leaveOut)
        .map(({ text }) => text)
        .join('\n');
    expect(side('added')).toBe(before);
    expect(side('removed')).toBe(after);
    lines.forEach((line) => {
      if (line.before) expect(before.split('\n')[line.before - 1]).toBe(line.text);
      if (line.after) expect(after.split('\n')[line.after - 1]).toBe(line.text);
    });
    if (expected !== null)
      expect(
        lines
          .filter(({ kind }) => kind !== 'same')
          .map(({ kind, text }) => (kind === 'added' ? '+' : '-') + text)
          .join(''),
      ).toBe(expected);
    else expect(lines.filter(({ kind }) => kind !== 'same')).toHaveLength(5);
  });

  it('folds what did not change and pairs what did', () => {
    const lines = diff(SHIPPED, SHIPPED.replace('weight: 40', 'weight: 50'));
    const short = folded(lines, 2);
    expect(short.map(({ kind }) => kind)).toEqual(['fold', 'same', 'same', 'removed', 'added', 'same', 'same', 'fold']);
    const beside = pairs(short);
    expect(beside).toHaveLength(7);
    expect(beside[3]).toMatchObject({ left: { kind: 'removed' }, right: { kind: 'added' } });
  });
});

describe('a draft on one customer', () => {
  const rule = (id: string, contribution: number, value: unknown = 1) => ({
    id,
    measure: `custom.${id}`,
    contribution,
    value,
    observed_at: '2026-11-01T00:00:00Z',
    points: 50,
    state: 'used',
  });
  const score = (rules: unknown[], raw: number, value: number, overrides: unknown[] = []) =>
    ({ dimensions: [{ id: 'd', rules }], overrides, raw, value }) as never;

  it('leads from today to the draft by steps that add up, rules that come and go and overrides among them', () => {
    const before = score([rule('a', 30), rule('gone', 25)], 55, 50, [
      { id: 'ceiling', kind: 'cap', value: 50, before: 55, after: 50 },
    ]);
    const after = score([rule('a', 20), rule('fresh', 40)], 60, 60);
    const found = steps(before, after);
    expect(Object.fromEntries(found.map(({ id, delta }) => [id, delta]))).toEqual({ a: -10, fresh: 40, gone: -25, overrides: 5 });
    expect(found.reduce((sum, { delta }) => sum + delta, 0)).toBeCloseTo(60 - 50, 9);
    expect(ruleLines(before, after).map(({ id }) => id)).toEqual(['a', 'fresh', 'gone']);
  });

  it('leaves out what somebody set by hand', () => {
    const byHand = score([rule('a', 70)], 70, 40, [{ id: null, kind: 'set', value: 40, before: 70, after: 40 }]);
    expect(withoutHand(byHand)).toBe(70);
    expect(steps(byHand, score([rule('a', 70)], 70, 70)).every(({ delta }) => delta === 0)).toBe(true);
  });

  it('asks with the values of today and when they were observed', () => {
    expect(measuresOf(score([rule('a', 1, 7), rule('b', 0, null)], 1, 1))).toEqual({
      'custom.a': { value: 7, observed_at: '2026-11-01T00:00:00Z' },
      'custom.b': null,
    });
    expect(measuresOf(undefined)).toEqual({});
  });
});

describe('small things of the form', () => {
  it.each([
    ['plan', 'Enterprise, Business', ['Enterprise', 'Business']],
    ['plan', '2024, true', ['2024', 'true']],
    ['attributes.tier', '1, true, gold, "2"', [1, true, 'gold', '2']],
    ['plan', '"a, b", , c', ['a, b', 'c']],
  ])('reads values of %s from %j', (field, line, values) => expect(valuesOf(line, field)).toEqual(values));

  it('writes values so that an attribute reads them back', () => {
    const values = ['Enterprise', '2', 'true', 'a, b', ' x', 3, false];
    expect(valuesOf(valuesText(values), 'attributes.x')).toEqual(values);
  });

  it('knows which part an address and a pointer mean', () => {
    expect(placeOf(null)).toEqual({ kind: 'card' });
    expect(placeOf('2.10')).toEqual({ kind: 'rule', d: 2, r: 10 });
    expect(placeOf('nonsense')).toEqual({ kind: 'card' });
    expect(partOf('/dimensions/2/rules/10/points/linear')).toBe('2.10');
    expect(partOf('/dimensions/2/rules')).toBe('2');
    expect(partOf('/overrides/0/when')).toBe('overrides');
    expect(partOf('/bands/steady')).toBeNull();
  });
});
