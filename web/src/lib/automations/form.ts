// An automation's document as what the sentence builder edits, and back. Nothing is lost on the way: what a form was made of, it makes.
import type { components } from '../../api/schema';
import { ACTIONS, TRIGGERS } from './kinds';

export type AutomationDocument = components['schemas']['AutomationInput'];
type Fields = Record<string, unknown>;

export interface Group {
  key: number;
  group: 'all' | 'any' | 'none';
  items: Node[];
}

export interface Test {
  key: number;
  group: null;
  field: string;
  test: string;
  value: unknown;
}

export type Node = Group | Test;

export interface ActionForm {
  /** Stays with the action when it moves. */
  key: number;
  kind: string;
  fields: Fields;
  /** Of a wait: what must hold besides. */
  still: Node | null;
}

export interface Form {
  id: string;
  name: string;
  description: string;
  on: boolean;
  trigger: { kind: string; fields: Fields };
  conditions: Node | null;
  cool_down: { times: number | null; days: number | null } | null;
  actions: ActionForm[];
}

const FORMAT = 1;
let lastKey = 0;
const newKey = () => ++lastKey;

/** A form that nobody has filled in yet. */
export function emptyForm(): Form {
  return {
    id: '',
    name: '',
    description: '',
    on: true,
    trigger: { kind: 'health_status_changed', fields: { to: ['struggling'] } },
    conditions: null,
    cool_down: null,
    actions: [newAction('task')],
  };
}

export function newAction(kind: string): ActionForm {
  return { key: newKey(), kind, fields: ACTIONS[kind]?.start() ?? {}, still: null };
}

export function newTest(): Test {
  return { key: newKey(), group: null, field: 'plan', test: 'in', value: [] };
}

export function newGroup(group: Group['group'], items: Node[] = []): Group {
  return { key: newKey(), group, items };
}

/** What a trigger of the kind starts with. */
export function startOf(kind: string): Fields {
  const fields: Fields = {};
  for (const part of TRIGGERS[kind]?.parts ?? []) {
    if (part.is === 'number') fields[part.name] = part.start;
    else if (!part.any) fields[part.name] = [];
  }
  return fields;
}

/** The document as a form; throws, and says why, when it has not even the shape of one. */
export function toForm(document: unknown): Form {
  const from = object(document, 'the document');
  const [kind, fields] = tagged(from.trigger, 'trigger');
  const { conditions, cool_down: coolDown } = from;
  if (!Array.isArray(from.actions)) throw new Error('actions must be a list');
  return {
    id: text(from.id),
    name: text(from.name),
    description: text(from.description),
    on: from.on !== false,
    trigger: { kind, fields },
    conditions: conditions === undefined || conditions === null ? null : toNode(conditions, 'conditions'),
    cool_down: coolDown === undefined || coolDown === null ? null : toCoolDown(coolDown),
    actions: from.actions.map((action, index) => toAction(action, `action ${index + 1}`)),
  };
}

function toCoolDown(value: unknown): Form['cool_down'] {
  const from = object(value, 'cool_down');
  return { times: amount(from.times), days: amount(from.days) };
}

function toAction(value: unknown, what: string): ActionForm {
  const [kind, fields] = tagged(value, what);
  if (kind !== 'wait') return { key: newKey(), kind, fields, still: null };
  const { still, ...rest } = fields;
  return {
    key: newKey(),
    kind,
    fields: rest,
    still: still === undefined || still === null ? null : toNode(still, `still of ${what}`),
  };
}

function toNode(value: unknown, what: string): Node {
  const from = object(value, what);
  for (const group of ['all', 'any', 'none'] as const) {
    const items = from[group];
    if (items === undefined) continue;
    if (!Array.isArray(items)) throw new Error(`${group} in ${what} must be a list`);
    return newGroup(
      group,
      items.map((item) => toNode(item, `${group} in ${what}`)),
    );
  }
  const { field, ...tests } = from;
  const [test, wanted] = Object.entries(tests)[0] ?? [];
  if (typeof field !== 'string' || test === undefined) throw new Error(`a condition in ${what} must have a field and a test`);
  return { key: newKey(), group: null, field, test, value: wanted };
}

/** The document that a form stands for. What is not filled in stays so: the API says what is missing, and where. */
export function toDocument(form: Form): AutomationDocument {
  const conditions = form.conditions && fromNode(form.conditions, true);
  return {
    format: FORMAT,
    id: form.id,
    name: form.name,
    ...(form.description ? { description: form.description } : {}),
    on: form.on,
    trigger: { [form.trigger.kind]: fromTrigger(form.trigger) },
    ...(conditions ? { conditions } : {}),
    ...(form.cool_down ? { cool_down: { times: form.cool_down.times, days: form.cool_down.days } } : {}),
    actions: form.actions.map(fromAction),
  } as unknown as AutomationDocument;
}

/** A list that may be empty means "any" when it is absent. */
function fromTrigger({ kind, fields }: Form['trigger']): Fields {
  const parts = TRIGGERS[kind]?.parts ?? [];
  const isAny = (name: string, value: unknown) =>
    Array.isArray(value) && value.length === 0 && parts.some((part) => part.name === name && part.is === 'words' && part.any);
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => !isAny(name, value)));
}

function fromAction({ kind, fields, still }: ActionForm): Fields {
  const { detail, ...rest } = fields;
  const also = still && fromNode(still, true);
  return { [kind]: { ...(kind === 'task' && detail === '' ? rest : fields), ...(also ? { still: also } : {}) } };
}

function fromNode(node: Node, root = false): Fields | null {
  if (node.group === null) return { field: node.field, [node.test]: node.value };
  if (root && node.items.length === 0) return null;
  return { [node.group]: node.items.map((item) => fromNode(item)) };
}

function object(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${what} must have fields`);
  return value as Fields;
}

function tagged(value: unknown, what: string): [string, Fields] {
  const entries = Object.entries(object(value, what));
  const [kind, fields] = entries[0] ?? [];
  if (kind === undefined || entries.length !== 1) throw new Error(`${what} must have one key, its kind`);
  return [kind, { ...object(fields ?? {}, `${kind} of ${what}`) }];
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function amount(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** Lower-case words with hyphens out of a name: what an id is made of. */
export function slug(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-$/, '');
}

/** A stored text with its switch set, to the letter else; `null` when the switch does not stand on a line of its own. */
export function switched(yaml: string, on: boolean): string | null {
  const lines = yaml.match(/^on:[ \t]*(true|false)[ \t]*(#.*)?$/gm) ?? [];
  if (lines.length !== 1) return null;
  return yaml.replace(/^(on:[ \t]*)(true|false)/m, `$1${on}`);
}

/** What somebody typed as a value: `true`, `false` and numbers are such; in double quotes everything is a text. */
export function toScalar(typed: string): string | number | boolean {
  const text = typed.trim();
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  const quoted = /^"(.*)"$/.exec(text);
  return quoted ? (quoted[1] ?? '') : text;
}

/** A value as it is typed. */
export function fromScalar(value: unknown): string {
  if (typeof value !== 'string') return value === null || value === undefined ? '' : String(value);
  return typeof toScalar(value) === 'string' && !/^".*"$/.test(value) ? value : `"${value}"`;
}
