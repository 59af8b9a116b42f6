// Between a document and its YAML text. Comments and layout belong to people: a changed number is changed in its place, and where
// more changes, what has not changed keeps its comments. Loaded only when a text is needed: it is the largest library of the console.
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { isTable, same } from './document';

export interface SyntaxProblem {
  line: number;
  column: number;
  message: string;
}

export type Parsed = { ok: true; value: unknown } | { ok: false; problem: SyntaxProblem };

/** What a text says, or where it is no YAML. */
export function parse(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (error) return { ok: false, problem: { ...at(error.pos[0]), message: error.message } };
  try {
    return { ok: true, value: document.toJS() };
  } catch (refused) {
    return { ok: false, problem: { line: 1, column: 1, message: refused instanceof Error ? refused.message : String(refused) } };
  }
}

/** The line on which each pointer's value begins, or the nearest thing around it that is there. */
export function linesOf(text: string, pointers: string[]): Map<string, number> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const start = (node: unknown) => (node as { range?: [number, number, number] | null } | null)?.range?.[0];
  return new Map(
    pointers.map((pointer) => {
      let at: unknown = document.contents;
      let offset = start(at) ?? 0;
      for (const part of pointer.split('/').slice(1)) {
        const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
        if (isMap(at)) {
          const pair = at.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === name);
          if (!pair) break;
          offset = start(pair.key) ?? offset;
          at = pair.value;
        } else if (isSeq(at)) {
          at = at.items[Number(name)];
          if (at === undefined) break;
          offset = start(at) ?? offset;
        } else break;
      }
      return [pointer, Math.max(1, lines.linePos(offset).line)];
    }),
  );
}

interface Splice {
  from: number;
  to: number;
  text: string;
}

/** The text with what `after` says otherwise than `before`, of which the text is the document. */
export function rewrite(text: string, before: unknown, after: unknown): string {
  if (same(before, after)) return text;
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0 || document.contents === null) return print(after);
  const splices: Splice[] = [];
  if (inPlace(document.contents, before, after, splices)) {
    return splices
      .toSorted((a, b) => b.from - a.from)
      .reduce((done, { from, to, text: value }) => done.slice(0, from) + value + done.slice(to), text);
  }
  document.contents = merged(document, document.contents, before, after) as typeof document.contents;
  return document.toString(LAYOUT);
}

const LAYOUT = { lineWidth: 0 };

/** A document as YAML that has none yet. */
export function print(value: unknown): string {
  const document = parseDocument('');
  document.contents = created(document, value, '') as typeof document.contents;
  return document.toString(LAYOUT);
}

const isPlain = (value: unknown) => value === null || ['number', 'string', 'boolean'].includes(typeof value);

/** Collects changes of single values in their places; false when more than values changed. */
function inPlace(node: unknown, before: unknown, after: unknown, splices: Splice[]): boolean {
  if (same(before, after)) return true;
  if (isMap(node) && isTable(before) && isTable(after)) {
    const names = Object.keys(after);
    if (names.length !== Object.keys(before).length || !names.every((name) => name in before)) return false;
    return names.every(
      (name) => same(before[name], after[name]) || inPlace(node.get(name, true), before[name], after[name], splices),
    );
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    if (before.length !== after.length || node.items.length !== after.length) return false;
    return after.every((item, index) => inPlace(node.items[index], before[index], item, splices));
  }
  if (!isScalar(node) || !node.range || !isPlain(after) || node.anchor) return false;
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return false;
  splices.push({ from: node.range[0], to: node.range[1], text: scalar(after, node) });
  return true;
}

/** A value as YAML writes it within a line, quoted as it was where that is enough. */
function scalar(value: unknown, was: Scalar): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (was.type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (was.type === 'QUOTE_SINGLE' && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  return isBareWord(value) ? value : JSON.stringify(value);
}

/** Text that needs no quotes anywhere: letters first, and none of what YAML reads as something else. */
const isBareWord = (value: string) =>
  /^[A-Za-z][\w .-]*$/.test(value) && !value.endsWith(' ') && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);

type Keyed = Record<string, unknown> & { id: unknown };
const isKeyed = (value: unknown): value is Keyed => isTable(value) && typeof value.id === 'string';

/** The node for `after`, made of the one for `before`: what has not changed stays the node that it was, comments included. */
function merged(document: Document, node: unknown, before: unknown, after: unknown, name = ''): Node {
  if (node && same(before, after)) return node as Node;
  if (isMap(node) && isTable(before) && isTable(after)) {
    for (const key of Object.keys(before)) if (!(key in after)) node.delete(key);
    for (const [key, value] of Object.entries(after)) {
      if (key in before && same(before[key], value)) continue;
      const old = key in before ? node.get(key, true) : undefined;
      put(document, node, key, old ? merged(document, old, before[key], value, key) : created(document, value, key));
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after)) {
    // A comment above the first item is kept with the list; it is about the item.
    const [first] = node.items as Node[];
    if (node.commentBefore && first && !first.commentBefore && !node.flow) {
      first.commentBefore = node.commentBefore;
      node.commentBefore = null;
    }
    const left = new Set(before.keys());
    const take = (index: number) => (index >= 0 && left.delete(index) ? index : -1);
    // First by id, so that an item that moved keeps its comments; then by place, so that a renamed one does.
    const found = after.map((item) =>
      isKeyed(item) ? take(before.findIndex((old, at) => left.has(at) && isKeyed(old) && old.id === item.id)) : -1,
    );
    node.items = after.map((item, index) => {
      const exact = found[index] ?? -1;
      const from = exact >= 0 ? exact : before.length === after.length || !isKeyed(item) ? take(index) : -1;
      return from >= 0 && node.items[from] !== undefined
        ? merged(document, node.items[from], before[from], item, name)
        : created(document, item, name);
    });
    return node;
  }
  if (isScalar(node) && isPlain(after)) {
    node.value = after;
    return node;
  }
  return created(document, after, name);
}

/** Where a name is set anew it comes before those that follow it in the usual order. */
function put(document: Document, map: YAMLMap, key: string, value: Node): void {
  if (map.has(key)) {
    map.set(key, value);
    return;
  }
  const rank = ORDER.indexOf(key);
  const index = rank < 0 ? -1 : map.items.findIndex((item) => ORDER.indexOf(String((item.key as Scalar).value)) > rank);
  const pair = document.createPair(key, value) as Pair<Scalar, Node>;
  if (index < 0) map.items.push(pair);
  else map.items.splice(index, 0, pair);
}

const ORDER = [
  ...['format', 'id', 'name', 'applies_to', 'measure', 'at_least', 'weight', 'bands', 'dimensions', 'combine', 'rules', 'points'],
  ...[
    'otherwise',
    'missing',
    'valid_days',
    'overrides',
    'when',
    'more_than',
    'less_than',
    'at_most',
    'equals',
    'cap',
    'floor',
    'set',
  ],
  ...['thriving', 'healthy', 'zero_at', 'steady', 'full_at', 'field', 'in'],
];

/** Short tables stand on one line, as people write them. */
const ON_ONE_LINE = new Set(['points', 'missing', 'when', 'bands', 'applies_to']);

function created(document: Document, value: unknown, name: string): Node {
  const node = document.createNode(ordered(value, name)) as Node;
  onOneLine(node, name);
  return node;
}

function onOneLine(node: unknown, name: string): void {
  if ((isMap(node) || isSeq(node)) && ON_ONE_LINE.has(name)) node.flow = true;
  else if (isMap(node)) for (const pair of node.items) onOneLine(pair.value, String((pair.key as Scalar).value));
  else if (isSeq(node)) for (const item of node.items) onOneLine(item, name);
}

/** Names in the order in which people write them; words of a map as they are. */
function ordered(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, name));
  if (!isTable(value)) return value;
  const rank = (key: string) => {
    const at = ORDER.indexOf(key);
    return at < 0 ? ORDER.length : at;
  };
  const entries = name === 'map' ? Object.entries(value) : Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item, key)]));
}
