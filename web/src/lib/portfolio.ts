// The portfolio's filters between the address and the API.
import type { CustomerQuery } from '../api/queries';
import { person } from './people';
import { INSIGHT, INSIGHTS, LEVEL, LEVELS, STATUS, STATUSES } from './words';

export const DEFAULT_SORT = '-arr';

export const SEGMENTS = ['plan', 'size', 'industry', 'country', 'stage', 'tag'] as const;

interface Choice {
  name: string;
  label: string;
  options: { value: string; label: string }[];
}

const statuses = STATUSES.map((value) => ({ value, label: STATUS[value].label }));

/** Filters with fixed words. */
export const CHOICES: Choice[] = [
  { name: 'status', label: 'Health Status', options: statuses },
  { name: 'band', label: 'Score band', options: statuses },
  { name: 'happiness', label: 'Happiness', options: LEVELS.map((value) => ({ value, label: LEVEL[value].label })) },
  { name: 'insight', label: 'Insight', options: INSIGHTS.map((value) => ({ value, label: INSIGHT[value] })) },
];

/** Filters with a number; the words are for these numbers, others may stand in the address. */
export const NUMBERS = [
  {
    name: 'no_contact_days',
    label: 'Nobody met them for',
    options: [14, 30, 60, 90].map((days) => ({ value: String(days), label: `${days} days` })),
  },
  {
    name: 'score_change_below',
    label: 'Score fell within 7 days by',
    options: [5, 10, 20].map((points) => ({ value: String(-points), label: `${points} points` })),
  },
] as const;

const number = (text: string | null) => (text && /^-?\d{1,4}$/.test(text) ? Number(text) : null);
const day = (text: string | null) => (text && /^\d{4}-\d\d-\d\d$/.test(text) ? text : null);

/** Who has left is not among the others, but for who asks. */
export const CHURNED = {
  name: 'churned',
  label: 'Churned customers',
  options: [
    { value: '', label: 'left out' },
    { value: 'all', label: 'among the others' },
    { value: 'true', label: 'alone' },
  ],
} as const;

export const FLAGS = [
  { name: 'at_risk', label: 'Money is at risk' },
  { name: 'stale', label: 'Status is stale' },
  { name: 'disagrees', label: 'Status and score disagree' },
];

/** What the address asks for, as the API's parameters. Words that the API does not know are left out. */
export function toQuery(address: URLSearchParams, owner: string | undefined): CustomerQuery {
  const query: Record<string, string | boolean | number> = { sort: address.get('sort') ?? DEFAULT_SORT };
  const churned = address.get(CHURNED.name);
  if (churned !== 'all') query.churned = churned === 'true';
  const q = address.get('q')?.trim();
  if (q) query.q = q;
  const who = owner ?? address.get('owner');
  if (who) query.owner = who;
  for (const { name, options } of CHOICES) {
    const value = address.get(name);
    if (value && options.some((option) => option.value === value)) query[name] = value;
  }
  for (const { name } of NUMBERS) {
    const value = number(address.get(name));
    if (value !== null) query[name] = value;
  }
  const renewal = day(address.get('renewal_before'));
  if (renewal) query.renewal_before = renewal;
  for (const { name } of FLAGS) if (address.get(name) === 'true') query[name] = true;
  for (const [name, value] of address) if (name.startsWith('segment.') && value) query[name] = value;
  return query as CustomerQuery;
}

/** The filters that are on, in words, with the parameter that takes each away. */
export function active(address: URLSearchParams): { name: string; label: string }[] {
  const found: { name: string; label: string }[] = [];
  const owner = address.get('owner');
  if (owner && address.get('book') === 'all') found.push({ name: 'owner', label: `Owner: ${person(owner)}` });
  for (const { name, label, options } of CHOICES) {
    const option = options.find((one) => one.value === address.get(name));
    if (option) found.push({ name, label: `${label}: ${option.label}` });
  }
  for (const { name, label, options } of NUMBERS) {
    const value = number(address.get(name));
    const known = options.find((option) => option.value === String(value));
    if (value !== null) found.push({ name, label: `${label} ${known?.label ?? value}` });
  }
  const renewal = day(address.get('renewal_before'));
  if (renewal) found.push({ name: 'renewal_before', label: `Renewal before ${renewal}` });
  const churned = CHURNED.options.find((option) => option.value && option.value === address.get(CHURNED.name));
  if (churned) found.push({ name: CHURNED.name, label: `${CHURNED.label} ${churned.label}` });
  for (const { name, label } of FLAGS) if (address.get(name) === 'true') found.push({ name, label });
  for (const [name, value] of address) {
    if (name.startsWith('segment.') && value) found.push({ name, label: `${name.slice(8)}: ${value}` });
  }
  return found;
}

/** Views that answer a question; each is an address. */
export const VIEWS = [
  { label: 'Largest first', hint: 'by yearly revenue', query: '' },
  { label: 'Slipping', hint: 'the score fell most within 7 days', query: 'sort=change' },
  { label: 'Lowest scores', hint: '', query: 'sort=score' },
  { label: 'Renewing soon', hint: 'by renewal date', query: 'sort=renewal' },
  { label: 'Churn risk', hint: 'low status and low happiness', query: 'insight=churn_risk&sort=-arr' },
  { label: 'Product issues', hint: 'high status, low happiness', query: 'insight=product_issues' },
  { label: 'No contact for 30 days', hint: 'the largest first', query: 'no_contact_days=30' },
  { label: 'ARR at risk', hint: 'score or status is Struggling', query: 'at_risk=true' },
  { label: 'Status is stale', hint: 'nobody confirmed it in time', query: 'stale=true' },
  { label: 'Status and score disagree', hint: 'by two words or more', query: 'disagrees=true' },
  { label: 'Churned', hint: 'who has left', query: 'churned=true' },
];

/** What of the address a view remembers: filters, sort, columns, and whose book. Not what is open or where one was. */
export function viewOf(address: URLSearchParams): string {
  const kept = new URLSearchParams(address);
  for (const name of ['open', 'edit']) kept.delete(name);
  return kept.toString();
}

/** The columns that one can choose, in their order; the name is always there. */
export const COLUMNS = [
  { id: 'status', label: 'Status' },
  { id: 'score', label: 'Score' },
  { id: 'change', label: '7 days' },
  { id: 'spark', label: '12 weeks' },
  { id: 'driver', label: 'Top driver' },
  { id: 'happiness', label: 'Happiness' },
  { id: 'insight', label: 'Insight' },
  { id: 'renewal', label: 'Renewal' },
  { id: 'contact', label: 'Last contact' },
  { id: 'arr', label: 'ARR' },
  { id: 'owner', label: 'Owner' },
  { id: 'plan', label: 'Plan' },
  { id: 'size', label: 'Size' },
  { id: 'industry', label: 'Industry' },
  { id: 'country', label: 'Country' },
  { id: 'stage', label: 'Stage' },
  { id: 'seats', label: 'Seats' },
  { id: 'tags', label: 'Tags' },
  { id: 'coverage', label: 'Coverage' },
] as const;
export type ColumnId = (typeof COLUMNS)[number]['id'];

/** Shown as far as there is room while nobody chose. */
export const SHIPPED: readonly ColumnId[] = COLUMNS.slice(0, 11).map((column) => column.id);

/** The columns that the address asks for; null when it leaves them to the console. */
export function chosenColumns(address: URLSearchParams): ColumnId[] | null {
  const asked = address.get('columns');
  if (asked === null) return null;
  const names = new Set(asked.split(','));
  return COLUMNS.map((column) => column.id).filter((id) => names.has(id));
}
