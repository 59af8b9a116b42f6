// What an automation can be made of, with the words for each: triggers, the fields and tests of conditions, actions. A test compares
// the names with the document's schema, so that none is forgotten.
import { INSIGHT, INSIGHTS, LEVEL, LEVELS, STATUS, STATUSES } from '../words';

export interface Choice {
  value: string;
  label: string;
}

const choices = (words: Record<string, string>): Choice[] => Object.entries(words).map(([value, label]) => ({ value, label }));

const statuses: Choice[] = STATUSES.map((value) => ({ value, label: STATUS[value].label }));
const levels: Choice[] = LEVELS.map((value) => ({ value, label: LEVEL[value].label }));
const insights: Choice[] = INSIGHTS.map((value) => ({ value, label: INSIGHT[value] }));
const severities = choices({ low: 'low', normal: 'normal', high: 'high', critical: 'critical' });

export const ROLES = choices({ decision_maker: 'decision maker', champion: 'champion', user: 'user', other: 'other' });
export const PRIORITIES = choices({ urgent: 'urgent', high: 'high', normal: 'normal', low: 'low' });

/** A part of a trigger that is filled in: words to choose among, or a number. */
export type Part =
  | { name: string; is: 'words'; before: string; any: boolean; words: Choice[]; none?: string }
  | { name: string; is: 'number'; before: string; after: string; min: number; max: number; whole: boolean; start: number };

export interface TriggerKind {
  label: string;
  parts: Part[];
  /** The variables of `event` that texts may use. */
  variables: string[];
}

const words = (name: string, before: string, list: Choice[], any = true): Part => ({
  name,
  is: 'words',
  before,
  any,
  words: list,
});
const days = (before: string, after: string, max: number, start: number): Part => ({
  name: 'days',
  is: 'number',
  before,
  after,
  min: 1,
  max,
  whole: true,
  start,
});

export const TRIGGERS: Record<string, TriggerKind> = {
  health_status_changed: {
    label: 'the Health Status changes',
    parts: [words('from', 'from', statuses), words('to', 'to', statuses)],
    variables: ['from', 'to', 'reason'],
  },
  health_status_became_stale: { label: 'the Health Status goes stale', parts: [], variables: ['status', 'set_on'] },
  health_status_disagreed: {
    label: 'status and score come to disagree by two words',
    parts: [],
    variables: ['status', 'band'],
  },
  band_changed: {
    label: 'the score’s band changes',
    parts: [words('from', 'from', statuses), words('to', 'to', statuses)],
    variables: ['from', 'to'],
  },
  score_fell: {
    label: 'the Health Score falls',
    parts: [
      { name: 'points', is: 'number', before: 'by', after: 'points or more', min: 0, max: 100, whole: false, start: 10 },
      days('within', 'days', 90, 7),
    ],
    variables: ['from', 'to', 'days'],
  },
  insight_changed: { label: 'the Insight changes', parts: [words('to', 'to', insights, false)], variables: ['from', 'to'] },
  feedback_answered: {
    label: 'a contact answers',
    parts: [words('rating', 'with', levels, false)],
    variables: ['rating', 'previous'],
  },
  happiness_dropped: { label: 'happiness drops suddenly', parts: [], variables: ['how', 'from', 'to'] },
  ticket_opened: {
    label: 'a ticket is opened',
    parts: [words('severity', 'of severity', severities)],
    variables: ['ticket', 'severity'],
  },
  ticket_escalated: {
    label: 'a ticket is escalated',
    parts: [words('severity', 'of severity', severities)],
    variables: ['ticket', 'severity'],
  },
  renewal_in: { label: 'the renewal is near', parts: [days('in', 'days', 730, 90)], variables: ['renewal_on', 'days'] },
  no_contact_for: {
    label: 'nobody met the customer',
    parts: [days('for', 'days', 730, 30)],
    variables: ['last_met_on', 'days'],
  },
  milestone_overdue: {
    label: 'a milestone is overdue',
    parts: [days('by', 'days', 365, 1)],
    variables: ['goal', 'milestone', 'due_on', 'days'],
  },
};

export type FieldKind = 'text' | 'words' | 'number' | 'boolean' | 'anything';

export interface FieldSpec {
  label: string;
  group: 'Customer' | 'Status and score' | 'Happiness' | 'People' | 'Of your own';
  kind: FieldKind;
  words?: Choice[];
  /** Of a boolean: what is said when it is true, and when it is not. */
  yes?: string;
  no?: string;
  /** One shown unit is so many stored ones: money is stored in hundredths. */
  scale?: number;
  unit?: string;
}

export const FIELDS: Record<string, FieldSpec> = {
  plan: { label: 'plan', group: 'Customer', kind: 'text' },
  size: { label: 'size', group: 'Customer', kind: 'text' },
  industry: { label: 'industry', group: 'Customer', kind: 'text' },
  country: { label: 'country', group: 'Customer', kind: 'text' },
  stage: { label: 'stage', group: 'Customer', kind: 'text' },
  tags: { label: 'tags', group: 'Customer', kind: 'text' },
  owner: { label: 'owner', group: 'Customer', kind: 'text' },
  arr_cents: { label: 'ARR', group: 'Customer', kind: 'number', scale: 100, unit: 'a year' },
  currency: { label: 'currency', group: 'Customer', kind: 'text' },
  seats: { label: 'seats', group: 'Customer', kind: 'number' },
  renewal_in_days: { label: 'days to the renewal', group: 'Customer', kind: 'number' },
  churned: { label: 'churned', group: 'Customer', kind: 'boolean', yes: 'has churned', no: 'has not churned' },
  status: { label: 'Health Status', group: 'Status and score', kind: 'words', words: statuses },
  status_age_days: { label: 'days since the status was set', group: 'Status and score', kind: 'number' },
  status_stale: {
    label: 'status is stale',
    group: 'Status and score',
    kind: 'boolean',
    yes: 'has a stale status',
    no: 'has a current status',
  },
  score: { label: 'Health Score', group: 'Status and score', kind: 'number' },
  band: { label: 'score band', group: 'Status and score', kind: 'words', words: statuses },
  score_change: { label: 'score change in 7 days', group: 'Status and score', kind: 'number', unit: 'points' },
  coverage: { label: 'data coverage', group: 'Status and score', kind: 'number', scale: 0.01, unit: '%' },
  disagrees: {
    label: 'status and score disagree',
    group: 'Status and score',
    kind: 'boolean',
    yes: 'has a status and a score that disagree',
    no: 'has a status and a score that agree',
  },
  insight: { label: 'Insight', group: 'Happiness', kind: 'words', words: insights },
  happiness: { label: 'Happiness Level', group: 'Happiness', kind: 'words', words: levels },
  happiness_value: { label: 'happiness from 0 to 100', group: 'Happiness', kind: 'number' },
  answers: { label: 'answers that count', group: 'Happiness', kind: 'number' },
  request_feedback: {
    label: 'asked for feedback',
    group: 'Happiness',
    kind: 'boolean',
    yes: 'is asked for feedback',
    no: 'is not asked for feedback',
  },
  contacts: { label: 'contacts', group: 'People', kind: 'number' },
  mailable_contacts: { label: 'contacts who may be mailed', group: 'People', kind: 'number' },
  contact_roles: { label: 'roles among the contacts', group: 'People', kind: 'words', words: ROLES },
};

/** Fields with a name of their own behind the dot. */
export const PREFIXES: Record<string, FieldSpec> = {
  'attributes.': { label: 'attribute', group: 'Of your own', kind: 'anything' },
  'dimension.': { label: 'dimension of the score', group: 'Of your own', kind: 'number' },
  'measure.': { label: 'measure', group: 'Of your own', kind: 'anything' },
};

/** What a field is called and what its values are. Of measures the catalogue says more. */
export function fieldSpec(field: string, measures: readonly MeasureKind[] = []): FieldSpec & { name: string } {
  const known = FIELDS[field];
  if (known) return { ...known, name: '' };
  for (const [prefix, spec] of Object.entries(PREFIXES)) {
    if (!field.startsWith(prefix)) continue;
    const name = field.slice(prefix.length);
    const measure = prefix === 'measure.' ? measures.find((one) => one.id === name) : undefined;
    const kind = measure?.kind === 'word' ? 'words' : (measure?.kind as FieldKind | undefined);
    const list = measure?.words?.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
    return { ...spec, ...(kind ? { kind } : {}), ...(list ? { words: list } : {}), name };
  }
  return { label: field, group: 'Of your own', kind: 'anything', name: '' };
}

export interface MeasureKind {
  id: string;
  kind?: string;
  words?: readonly string[];
}

export const TESTS: Record<string, { label: string; number: boolean }> = {
  in: { label: 'is', number: false },
  at_least: { label: 'is at least', number: true },
  more_than: { label: 'is above', number: true },
  at_most: { label: 'is at most', number: true },
  less_than: { label: 'is below', number: true },
  known: { label: 'is known', number: false },
};

export const GROUPS: Record<string, { label: string; word: string }> = {
  all: { label: 'all of these hold', word: 'and' },
  any: { label: 'one of these holds', word: 'or' },
  none: { label: 'none of these holds', word: 'or' },
};

/** The tests that make sense for a kind of field. */
export function testsOf(kind: FieldKind): string[] {
  if (kind === 'number') return ['at_least', 'more_than', 'at_most', 'less_than', 'in', 'known'];
  if (kind === 'anything') return Object.keys(TESTS);
  return ['in', 'known'];
}

export interface ActionKind {
  label: string;
  hint: string;
  icon: string;
  /** What a new one says. */
  start: () => Record<string, unknown>;
}

export const ACTIONS: Record<string, ActionKind> = {
  task: {
    label: 'make a task',
    hint: 'for the owner, the manager or a person',
    icon: 'tasks',
    start: () => ({ title: '', priority: 'normal', due_in_working_days: 2, assignee: 'owner' }),
  },
  mail: {
    label: 'send a mail',
    hint: 'to contacts in a role, or to the team',
    icon: 'mail',
    start: () => ({ subject: '', text: '', to: 'owner' }),
  },
  slack: {
    label: 'write to Slack',
    hint: 'into the channel of an endpoint',
    icon: 'chat',
    start: () => ({ endpoint: '', text: '' }),
  },
  webhook: {
    label: 'call a webhook',
    hint: 'event and customer, signed',
    icon: 'out',
    start: () => ({ endpoint: '' }),
  },
  add_tag: { label: 'add a tag', hint: 'to the customer', icon: 'plus', start: () => ({ tag: '' }) },
  remove_tag: { label: 'remove a tag', hint: 'from the customer', icon: 'close', start: () => ({ tag: '' }) },
  set_attribute: {
    label: 'set an attribute',
    hint: 'of the customer, or take it away',
    icon: 'edit',
    start: () => ({ name: '', value: '' }),
  },
  wait: {
    label: 'wait',
    hint: 'and go on only if the conditions still hold',
    icon: 'clock',
    start: () => ({ days: 7 }),
  },
};

export const MAIL_TO: Choice[] = [
  { value: 'owner', label: 'the owner' },
  { value: 'manager', label: 'the manager' },
  { value: 'owner_and_manager', label: 'owner and manager' },
  ...ROLES.map(({ value, label }) => ({ value: `role:${value}`, label: `every ${label}` })),
];

export const ASSIGNEES: Choice[] = [
  { value: 'owner', label: 'the owner' },
  { value: 'manager', label: 'the manager' },
  { value: 'owner_or_manager', label: 'the owner or else the manager' },
  { value: 'person', label: 'a person' },
];

const CUSTOMER = [
  'name',
  'plan',
  'industry',
  'country',
  'size',
  'stage',
  'arr',
  'renewal_on',
  'status',
  'status_reason',
  'score',
];

/** The variables that a text may use, the likeliest first. */
export function variables(trigger: string, toContact: boolean): string[] {
  const event = TRIGGERS[trigger]?.variables ?? [];
  return [
    'customer.name',
    ...(toContact || trigger === 'feedback_answered' ? ['contact.first_name', 'contact.name'] : []),
    ...event.map((name) => `event.${name}`),
    'owner.name',
    'owner.email',
    ...[...CUSTOMER.slice(1), 'happiness', 'insight', 'id'].map((name) => `customer.${name}`),
    'event.headline',
    'product_name',
  ];
}
