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

export const FLAGS = [
  { name: 'stale', label: 'Status is stale' },
  { name: 'disagrees', label: 'Status and score disagree' },
];

/** What the address asks for, as the API's parameters. Words that the API does not know are left out. */
export function toQuery(address: URLSearchParams, owner: string | undefined): CustomerQuery {
  const query: Record<string, string | boolean> = { sort: address.get('sort') ?? DEFAULT_SORT };
  const q = address.get('q')?.trim();
  if (q) query.q = q;
  const who = owner ?? address.get('owner');
  if (who) query.owner = who;
  for (const { name, options } of CHOICES) {
    const value = address.get(name);
    if (value && options.some((option) => option.value === value)) query[name] = value;
  }
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
  { label: 'Status is stale', hint: 'nobody confirmed it in time', query: 'stale=true' },
  { label: 'Status and score disagree', hint: 'by two words or more', query: 'disagrees=true' },
];
