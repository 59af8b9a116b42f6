// A customer's profile as a form has it: texts, and back to what the API takes. Only what differs is sent.
import type { CustomerChange } from '../api/profile';
import type { Customer } from '../api/types';

export interface Attribute {
  name: string;
  value: string;
}

export interface ProfileForm {
  name: string;
  owner: string;
  plan: string;
  size: string;
  industry: string;
  country: string;
  stage: string;
  arr: string;
  currency: string;
  seats: string;
  renewal_on: string;
  customer_since: string;
  tags: string;
  attributes: Attribute[];
  request_feedback: boolean;
  feedback_interval_days: string;
  automations_paused: boolean;
}

export function formOf(customer: Customer): ProfileForm {
  const text = (value: string | number | null | undefined) => (value === null || value === undefined ? '' : String(value));
  return {
    name: customer.name,
    owner: text(customer.owner),
    plan: text(customer.plan),
    size: text(customer.size),
    industry: text(customer.industry),
    country: text(customer.country),
    stage: text(customer.stage),
    arr: customer.arr_cents === null ? '' : String(customer.arr_cents / 100),
    currency: customer.currency,
    seats: text(customer.seats),
    renewal_on: text(customer.renewal_on),
    customer_since: text(customer.customer_since),
    tags: customer.tags.join(', '),
    attributes: Object.entries(customer.attributes).map(([name, value]) => ({ name, value: String(value) })),
    request_feedback: customer.request_feedback,
    feedback_interval_days: text(customer.feedback_interval_days),
    automations_paused: customer.automations_paused,
  };
}

/** `true`, `12.5` and their like are what they look like; everything else is a text. */
export function attributeValue(text: string): string | number | boolean {
  const value = text.trim();
  if (value === 'true') return true;
  if (value === 'false') return false;
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** A number, or what was typed when it is none: the API says what is wrong with it, at its field. */
function numeric(text: string, times = 1): number | null {
  const value = text.trim().replaceAll(/[\s,_](?=\d{3}\b)/g, '');
  if (value === '') return null;
  const found = Number(value);
  return (Number.isNaN(found) ? text.trim() : Math.round(found * times)) as number;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What the form changes about the customer as the form found it. */
export function changesOf(before: ProfileForm, after: ProfileForm): CustomerChange {
  const change: CustomerChange = {};
  for (const name of ['owner', 'plan', 'size', 'industry', 'country', 'stage', 'renewal_on', 'customer_since'] as const) {
    if (before[name] !== after[name]) change[name] = after[name].trim() || null;
  }
  if (before.name !== after.name) change.name = after.name.trim();
  if (before.currency !== after.currency) change.currency = after.currency.trim().toUpperCase();
  if (before.arr !== after.arr) change.arr_cents = numeric(after.arr, 100);
  if (before.seats !== after.seats) change.seats = numeric(after.seats);
  if (before.feedback_interval_days !== after.feedback_interval_days) {
    change.feedback_interval_days = numeric(after.feedback_interval_days);
  }
  if (before.tags !== after.tags) {
    change.tags = [
      ...new Set(
        after.tags
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean),
      ),
    ];
  }
  if (!same(before.attributes, after.attributes)) {
    change.attributes = Object.fromEntries(
      after.attributes.filter((one) => one.name.trim()).map((one) => [one.name.trim(), attributeValue(one.value)]),
    );
  }
  for (const name of ['request_feedback', 'automations_paused'] as const) {
    if (before[name] !== after[name]) change[name] = after[name];
  }
  return change;
}
