// Shapes of rules: which there are, what a new one looks like, how its line runs, and what it says in words.
import type { Rule } from '../../api/scorecards';
import type { Measure } from '../../api/types';
import { number, words } from '../../lib/format';
import { isTable } from './document';

export type Points = Rule['points'];
export type ShapeName = 'linear' | 'bands' | 'trend' | 'map' | 'boolean';

export const SHAPES: { value: ShapeName; label: string; kind: 'number' | 'word' | 'boolean' }[] = [
  { value: 'linear', label: 'Straight line', kind: 'number' },
  { value: 'bands', label: 'Steps', kind: 'number' },
  { value: 'trend', label: 'Trend around 1', kind: 'number' },
  { value: 'map', label: 'Points by word', kind: 'word' },
  { value: 'boolean', label: 'Yes or no', kind: 'boolean' },
];

/** The shape of `points`; null when it is none that the form knows. */
export function shapeOf(points: unknown): ShapeName | null {
  if (!isTable(points)) return null;
  const shape = SHAPES.find(({ value }) => value in points)?.value ?? null;
  if (shape === 'bands') return Array.isArray(points.bands) && points.bands.every(isTable) ? shape : null;
  return shape && isTable(points[shape]) ? shape : null;
}

/** Shapes that fit a measure; your own measures can be anything. */
export function shapesFor(measure: Measure | undefined): typeof SHAPES {
  return measure ? SHAPES.filter(({ kind }) => kind === measure.kind) : SHAPES;
}

/** A first shape for a measure, to be changed: full marks in the direction that is good. */
export function firstPoints(shape: ShapeName, measure: Measure | undefined): Points {
  const less = measure?.direction === 'less_is_better';
  const top = measure?.unit === 'ratio' ? 1 : measure?.unit === 'points' ? 100 : 20;
  switch (shape) {
    case 'linear':
      return { linear: less ? { zero_at: top, full_at: 0 } : { zero_at: 0, full_at: top } };
    case 'bands':
      return less
        ? {
            bands: [
              { at_least: top, points: 0 },
              { at_least: top / 2, points: 50 },
            ],
            otherwise: 100,
          }
        : {
            bands: [
              { at_least: top, points: 100 },
              { at_least: top / 2, points: 50 },
            ],
            otherwise: 0,
          };
    case 'trend':
      return { trend: less ? { zero_at: 1.4, steady: 50, full_at: 0.8 } : { zero_at: 0.6, steady: 50, full_at: 1.2 } };
    case 'map': {
      const known = measure?.words ?? [];
      const count = Math.max(1, known.length - 1);
      const points = known.map((word, index) => [word, Math.round(100 - (index * 100) / count)] as const);
      return { map: Object.fromEntries(points.length > 0 ? points : [['yes', 100]]), otherwise: 0 };
    }
    case 'boolean':
      return { boolean: { true: 100, false: 0 } };
  }
}

/** The values of the measure at which something happens, by the field that holds each. */
export function thresholds(points: unknown): { field: string; value: number; label: string }[] {
  if (!isTable(points)) return [];
  const found = (field: string, value: unknown, label: string) => (typeof value === 'number' ? [{ field, value, label }] : []);
  for (const shape of ['linear', 'trend'] as const) {
    const table = points[shape];
    if (isTable(table)) {
      return [
        ...found(`/${shape}/zero_at`, table.zero_at, '0 points at'),
        ...found(`/${shape}/full_at`, table.full_at, '100 points at'),
      ];
    }
  }
  if (!Array.isArray(points.bands)) return [];
  return points.bands.flatMap((step: unknown, index) =>
    isTable(step) ? found(`/bands/${index}/at_least`, step.at_least, `${said(step.points)} points from`) : [],
  );
}

const said = (value: unknown) => (typeof value === 'number' ? number(value, 2) : '?');

/** A range that shows all of `values` with room at both ends, between round numbers, and the step of its arrow keys. */
export function rangeOf(values: number[], least?: number): { low: number; high: number; step: number } {
  const lowest = Math.min(...values, least ?? Number.POSITIVE_INFINITY);
  const highest = Math.max(...values);
  if (!Number.isFinite(lowest) || !Number.isFinite(highest)) return { low: 0, high: 100, step: 1 };
  const span = highest - lowest || Math.abs(highest) || 1;
  const unit = 10 ** Math.floor(Math.log10(span));
  const round = span / unit < 2 ? unit / 4 : span / unit < 5 ? unit / 2 : unit;
  const tidy = (value: number) => Number(value.toPrecision(12));
  // Whole numbers move by whole steps where there is room for them.
  const fine = tidy(unit / (span / unit < 2 ? 100 : 20));
  const step = span >= 8 && values.every(Number.isInteger) ? Math.max(1, Math.round(fine)) : fine;
  const low = tidy(Math.floor((lowest - span * 0.15) / round) * round);
  return {
    low: lowest >= 0 ? Math.max(0, low) : low,
    high: tidy(Math.ceil((highest + span * 0.15) / round) * round),
    step,
  };
}

/** Corners of the line from value to points between two values, to be drawn; steps have two corners at each bound. */
export function corners(points: unknown, low: number, high: number): [value: number, points: number][] {
  if (!isTable(points)) return [];
  const inside = (value: number) => Math.min(high, Math.max(low, value));
  const numbers = (table: unknown, names: string[]): number[] | null => {
    if (!isTable(table)) return null;
    const values = names.map((name) => table[name]);
    return values.every((value) => typeof value === 'number') ? (values as number[]) : null;
  };
  const along = (path: [number, number][]): [number, number][] => {
    const sorted = path.toSorted((a, b) => a[0] - b[0]);
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (!first || !last) return [];
    return [[Math.min(low, first[0]), first[1]], ...sorted, [Math.max(high, last[0]), last[1]]];
  };
  const linear = numbers(points.linear, ['zero_at', 'full_at']);
  if (linear)
    return along([
      [linear[0] ?? 0, 0],
      [linear[1] ?? 0, 100],
    ]);
  const trend = numbers(points.trend, ['zero_at', 'full_at']);
  if (trend && isTable(points.trend)) {
    const steady = typeof points.trend.steady === 'number' ? points.trend.steady : 50;
    return along([
      [trend[0] ?? 0, 0],
      [1, steady],
      [trend[1] ?? 0, 100],
    ]);
  }
  if (!Array.isArray(points.bands)) return [];
  const steps = points.bands.flatMap((step) =>
    numbers(step, ['at_least', 'points']) ? [step as { at_least: number; points: number }] : [],
  );
  let level = typeof points.otherwise === 'number' ? points.otherwise : 0;
  const path: [number, number][] = [[low, level]];
  for (const step of steps.toSorted((a, b) => a.at_least - b.at_least)) {
    path.push([inside(step.at_least), level], [inside(step.at_least), step.points]);
    level = step.points;
  }
  return [...path, [high, level]];
}

/** What a rule's points say, short. */
export function pointsInWords(points: unknown): string {
  const shape = shapeOf(points);
  if (!shape || !isTable(points)) return 'points in YAML';
  const table = points[shape] as Record<string, unknown>;
  switch (shape) {
    case 'linear':
      return `0 at ${said(table.zero_at)}, 100 at ${said(table.full_at)}`;
    case 'trend':
      return `0 at ${said(table.zero_at)}, ${said(table.steady ?? 50)} at 1, 100 at ${said(table.full_at)}`;
    case 'bands':
      return `${(points.bands as unknown[]).length + 1} steps`;
    case 'map':
      return Object.entries(table)
        .map(([word, worth]) => `${words(word)} ${said(worth)}`)
        .join(', ');
    case 'boolean':
      return `yes ${said(table.true)}, no ${said(table.false)}`;
  }
}
