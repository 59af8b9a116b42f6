// Who needs a person today, and why. The API says what a customer is; here the same facts are put into groups and words.
import type { Customer, Feedback, Task } from '../api/types';
import { daysUntil, relativeDay, signed } from './format';
import { LEVEL, STATUS } from './words';

export interface Line<C extends Customer = Customer> {
  customer: C;
  reason: string;
}

export interface Group<C extends Customer = Customer> {
  id: string;
  label: string;
  /** Where all of them are. */
  href: string;
  lines: Line<C>[];
}

/** A customer stands in the first group that fits, so that nobody is called twice. `lonely` are those whom nobody met for long. */
export function today<C extends Customer>(
  customers: C[],
  answers: Feedback[],
  lonely: ReadonlySet<string>,
  now: Date,
): Group<C>[] {
  const alive = customers.filter((customer) => !customer.churned);
  const taken = new Set<string>();
  const group = (
    id: string,
    label: string,
    href: string,
    reason: (customer: Customer) => string | null,
    order: (customer: Customer) => number,
  ): Group<C> => {
    const lines = alive
      .filter((customer) => !taken.has(customer.id))
      .flatMap((customer) => {
        const words = reason(customer);
        return words ? [{ customer, reason: words }] : [];
      })
      .sort((a, b) => order(a.customer) - order(b.customer));
    for (const line of lines) taken.add(line.customer.id);
    return { id, label, href, lines };
  };
  const unhappy = new Map<string, Feedback>();
  for (const answer of answers) {
    if (answer.rating === 'not_happy' && daysUntil(answer.at, now) >= -7 && !unhappy.has(answer.customer))
      unhappy.set(answer.customer, answer);
  }
  const worth = (customer: Customer) => -(customer.arr_cents ?? 0);
  return [
    group(
      'status',
      'Status changed',
      '/customers',
      (customer) =>
        customer.status && customer.status_set_at && daysUntil(customer.status_set_at, now) >= -7
          ? `set to ${STATUS[customer.status].label} ${relativeDay(customer.status_set_at, now)}${customer.status_reason ? `: “${customer.status_reason}”` : ''}`
          : null,
      worth,
    ),
    group(
      'fell',
      'Score fell by 10 or more in 7 days',
      '/customers?sort=change',
      (customer) => ((customer.score_change ?? 0) <= -10 ? `${signed(customer.score_change)} points in 7 days` : null),
      (customer) => customer.score_change ?? 0,
    ),
    group(
      'unhappy',
      'Not Happy within a week',
      '/inbox?rating=not_happy',
      (customer) => {
        const answer = unhappy.get(customer.id);
        return answer
          ? `${LEVEL.not_happy.label} ${relativeDay(answer.at, now)}${answer.comment ? `: “${answer.comment}”` : ''}`
          : null;
      },
      worth,
    ),
    group(
      'renewal',
      'Renewal within 60 days, not Thriving',
      '/customers?sort=renewal',
      (customer) => {
        const days = customer.renewal_on ? daysUntil(customer.renewal_on, now) : -1;
        return days >= 0 && days <= 60 && customer.status !== 'thriving'
          ? `renews ${relativeDay(customer.renewal_on, now)}, ${customer.status ? STATUS[customer.status].label : 'no status'}`
          : null;
      },
      (customer) => Date.parse(customer.renewal_on ?? ''),
    ),
    group(
      'contact',
      'Nobody met them for 30 days',
      '/customers?no_contact_days=30',
      (customer) =>
        lonely.has(customer.id)
          ? customer.last_contact_at
            ? `last met ${relativeDay(customer.last_contact_at, now)}`
            : 'nobody met them yet, as far as is known'
          : null,
      worth,
    ),
    group(
      'disagree',
      'Status and score disagree',
      '/customers?disagrees=true',
      (customer) =>
        customer.disagrees && customer.status && customer.band
          ? `you say ${STATUS[customer.status].label}, the score says ${STATUS[customer.band].label}`
          : null,
      worth,
    ),
    group(
      'stale',
      'Status is stale',
      '/customers?stale=true',
      (customer) =>
        customer.status_stale && customer.status
          ? `${STATUS[customer.status].label}, last confirmed ${relativeDay(customer.status_set_at, now)}`
          : null,
      worth,
    ),
  ].filter((one) => one.lines.length > 0);
}

/** Open tasks that are due, late ones first. */
export function due(tasks: Task[], now: Date): Task[] {
  return tasks.filter((task) => task.state === 'open' && daysUntil(task.due_on, now) <= 0);
}

/** Whose score moved most within seven days: down and up, the largest first. */
export function movers<C extends Customer>(customers: C[], most: number): { down: C[]; up: C[] } {
  const moved = customers.filter((customer) => !customer.churned && Math.abs(customer.score_change ?? 0) >= 1);
  const by = (sign: number) =>
    moved
      .filter((customer) => (customer.score_change ?? 0) * sign > 0)
      .sort((a, b) => ((b.score_change ?? 0) - (a.score_change ?? 0)) * sign)
      .slice(0, most);
  return { down: by(-1), up: by(1) };
}
