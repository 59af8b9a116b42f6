// A scorecard's document as the form changes it: by JSON pointer, each change a new document. A draft may say what no scorecard may
// (an empty weight, two rules of one id): the API says what is wrong, and where.
import type { AppliesTo, Scorecard } from '../../api/scorecards';
import { words } from '../../lib/format';

export type Value = unknown;
type Table = Record<string, Value>;

export const isTable = (value: Value): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);

const parts = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

/** One step of a pointer. */
export const step = (name: string | number) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** What stands at the pointer. */
export function read(value: Value, pointer: string): Value {
  let at = value;
  for (const part of parts(pointer)) {
    if (Array.isArray(at)) at = at[Number(part)];
    else if (isTable(at)) at = at[part];
    else return undefined;
  }
  return at;
}

function change(value: Value, path: string[], then: (before: Value) => Value): Value {
  const [first, ...rest] = path;
  if (first === undefined) return then(value);
  if (Array.isArray(value)) return value.map((item, index) => (index === Number(first) ? change(item, rest, then) : item));
  const table = isTable(value) ? value : {};
  const next = change(table[first], rest, then);
  if (next !== undefined) return { ...table, [first]: next };
  const { [first]: _gone, ...others } = table;
  return others;
}

/** With another value at the pointer; `undefined` takes it away. */
export function write<T>(value: T, pointer: string, next: Value): T {
  return change(value, parts(pointer), () => next) as T;
}

const list = (value: Value): Value[] => (Array.isArray(value) ? value : []);

/** With one more item in the list at the pointer, which may be missing. */
export function insert<T>(value: T, pointer: string, index: number, item: Value): T {
  return change(value, parts(pointer), (before) => list(before).toSpliced(index, 0, item)) as T;
}

export function removeAt<T>(value: T, pointer: string, index: number): T {
  return change(value, parts(pointer), (before) => list(before).toSpliced(index, 1)) as T;
}

export function move<T>(value: T, pointer: string, from: number, to: number): T {
  return change(value, parts(pointer), (before) => {
    const items = list(before);
    if (to < 0 || to >= items.length) return items;
    return items.toSpliced(from, 1).toSpliced(to, 0, items[from]);
  }) as T;
}

/** Whether two values say the same; the order of names does not matter. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (!isTable(a) || !isTable(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && same(a[name], b[name]));
}

/** Whether the form can show it: dimensions with rules, each a table. Anything else is repaired as YAML. */
export function showable(document: Value): document is Scorecard {
  if (!isTable(document)) return false;
  const tables = (value: Value) => Array.isArray(value) && value.every(isTable);
  if (!tables(document.dimensions) || !(document.overrides == null || tables(document.overrides))) return false;
  return (document.dimensions as Table[]).every((dimension) => tables(dimension.rules));
}

/** Every rule with where it stands. */
export function rulesOf(
  document: Scorecard,
): { at: string; dimension: string; rule: Scorecard['dimensions'][number]['rules'][number] }[] {
  return document.dimensions.flatMap((dimension, d) =>
    dimension.rules.map((rule, r) => ({ at: `/dimensions/${d}/rules/${r}`, dimension: dimension.id, rule })),
  );
}

/** An id like `wanted` that none of `taken` is. */
export function freshId(wanted: string, taken: Iterable<string>): string {
  const used = new Set(taken);
  if (!used.has(wanted)) return wanted;
  const stem = wanted.replace(/_\d+$/, '');
  for (let n = 2; ; n += 1) if (!used.has(`${stem}_${n}`)) return `${stem}_${n}`;
}

/** Weights in the same proportions that add up to 100, with one decimal; what rounding leaves goes to those that lost most by it. */
export function normalised(weights: number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) return weights;
  const exact = weights.map((weight) => (weight / sum) * 1000);
  const whole = exact.map(Math.floor);
  const left = 1000 - whole.reduce((total, weight) => total + weight, 0);
  const byLoss = exact.map((weight, index) => ({ index, lost: weight - Math.floor(weight) })).sort((a, b) => b.lost - a.lost);
  for (const { index } of byLoss.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return whole.map((weight) => weight / 10);
}

/** Sets the weights of the dimensions (`''`) or of a dimension's rules so that they add up to 100. */
export function normaliseAt<T>(document: T, pointer: string): T {
  const items = list(read(document, pointer)) as { weight: number }[];
  const next = normalised(items.map((item) => (typeof item.weight === 'number' ? item.weight : 0)));
  return items.reduce((value, _item, index) => write(value, `${pointer}/${index}/weight`, next[index]), document);
}

/** What the weights add up to; those that are no numbers count as 0. */
export const sumOf = (items: readonly { weight?: Value }[]) =>
  items.reduce((sum, { weight }) => sum + (typeof weight === 'number' ? weight : 0), 0);

// What is left out means something: written out, so that two documents that say the same are seen to.
function spelledOut(document: Scorecard): Scorecard {
  return {
    ...document,
    name: document.name ?? document.id,
    applies_to: Object.fromEntries(Object.entries(document.applies_to ?? {}).filter(([, group]) => group != null)),
    overrides: document.overrides ?? [],
    dimensions: document.dimensions.map((dimension) => ({
      ...dimension,
      combine: dimension.combine ?? 'mean',
      rules: dimension.rules.map((rule) => ({
        ...rule,
        missing: rule.missing ?? 'ignore',
        valid_days: rule.valid_days ?? null,
        points: pointsSpelledOut(rule.points),
      })),
    })),
  };
}

function pointsSpelledOut<T>(points: T): T {
  if (!isTable(points)) return points;
  if ('bands' in points || 'map' in points) return { ...points, otherwise: points.otherwise ?? 0 };
  if (isTable(points.trend)) return { ...points, trend: { ...points.trend, steady: points.trend.steady ?? 50 } };
  return points;
}

export interface Change {
  /** Where, in words: "Product usage › Active days". */
  where: string;
  what: string;
  before: string;
  after: string;
}

const said = (value: Value): string => {
  if (value === undefined || value === null) return '–';
  return typeof value === 'object'
    ? JSON.stringify(value)
        .replaceAll('"', '')
        .replaceAll(/([,:])/g, '$1 ')
    : String(value);
};

function fieldsThatDiffer(where: string, before: Table, after: Table, leaveOut: string[] = []): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !leaveOut.includes(name));
  return names
    .filter((name) => !same(before[name] ?? null, after[name] ?? null))
    .map((name) => ({ where, what: words(name), before: said(before[name]), after: said(after[name]) }));
}

function itemsThatDiffer(before: Table[], after: Table[], where: (item: Table) => string, leaveOut: string[] = []): Change[] {
  const id = (item: Table) => String(item.id);
  const old = new Map(before.map((item) => [id(item), item]));
  const present = new Set(after.map(id));
  return [
    ...before
      .filter((item) => !present.has(id(item)))
      .map((item) => ({ where: where(item), what: 'Removed', before: '', after: '' })),
    ...after.flatMap((item) => {
      const was = old.get(id(item));
      return was
        ? fieldsThatDiffer(where(item), was, item, leaveOut)
        : [{ where: where(item), what: 'New', before: '', after: '' }];
    }),
  ];
}

/** What one document says otherwise than the other, item by item, in words. */
export function changes(from: Scorecard, to: Scorecard): Change[] {
  if (!showable(from) || !showable(to))
    return same(from, to) ? [] : [{ where: 'Document', what: 'Changed', before: '', after: '' }];
  const before = spelledOut(from);
  const after = spelledOut(to);
  const dimensions = (document: Scorecard) => document.dimensions as unknown as Table[];
  const found = [
    ...fieldsThatDiffer('Scorecard', before as unknown as Table, after as unknown as Table, ['dimensions', 'overrides']),
    ...itemsThatDiffer(dimensions(before), dimensions(after), (item) => words(String(item.id)), ['rules']),
    ...itemsThatDiffer(flat(before), flat(after), (item) => `${words(String(item.dimension))} › ${words(String(item.id))}`),
    ...itemsThatDiffer(
      (before.overrides ?? []) as unknown as Table[],
      (after.overrides ?? []) as unknown as Table[],
      (item) => `Override ${words(String(item.id))}`,
    ),
  ];
  if (found.length > 0 || same(before, after)) return found;
  return [{ where: 'Scorecard', what: 'Order', before: '', after: 'rules stand in another order' }];
}

const flat = (document: Scorecard): Table[] =>
  rulesOf(document).map(({ dimension, rule }) => ({ ...(rule as unknown as Table), dimension }));

/** To whom a scorecard applies, in words. */
export function appliesInWords(applies: AppliesTo | null | undefined): string {
  const groups = Object.entries(applies ?? {}).flatMap(([name, items]) => (items && items.length > 0 ? [{ name, items }] : []));
  if (groups.length === 0) return 'every customer';
  const joins: Record<string, string> = { all: ' and ', any: ' or ', none: ' or ' };
  const texts = groups.map(({ name, items }) => {
    const text = items.map(conditionInWords).join(joins[name] ?? ', ');
    if (name === 'none') return `not ${items.length > 1 ? `(${text})` : text}`;
    return groups.length > 1 && name === 'any' && items.length > 1 ? `(${text})` : text;
  });
  return texts.join(' and ');
}

function conditionInWords(condition: Value): string {
  if (!isTable(condition)) return String(condition);
  if (!('field' in condition)) return `(${appliesInWords(condition as AppliesTo)})`;
  const field = words(String(condition.field).replace(/^attributes\./, '')).toLowerCase();
  const values = list(condition.in).map(String);
  return `${field} is ${values.length > 0 ? values.join(' or ') : '…'}`;
}

/** Where a problem of the document is, in words. */
export function placeInWords(document: Value, pointer: string): string {
  const path = parts(pointer);
  const named: string[] = [];
  let at = document;
  for (const part of path) {
    at = Array.isArray(at) ? at[Number(part)] : isTable(at) ? at[part] : undefined;
    if (isTable(at) && typeof at.id === 'string') named.push(words(at.id));
    else if (!/^\d+$/.test(part) && !['dimensions', 'rules'].includes(part)) named.push(words(part));
  }
  return named.length > 0 ? named.join(' › ') : 'Scorecard';
}
