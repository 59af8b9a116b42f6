// Whose customers and which part of them a page looks at: between the address and the API's parameters.
import { SEGMENTS } from './portfolio';

/** `owner` and `segment.<attribute>` out of the address. One's own book goes before an owner in the address. */
export function scope(address: URLSearchParams, bookOwner: string | undefined): Record<string, string> {
  const question: Record<string, string> = {};
  const owner = bookOwner ?? address.get('owner');
  if (owner) question.owner = owner;
  for (const [name, value] of address) if (name.startsWith('segment.') && value) question[name] = value;
  return question;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `from` and `to` of the address, days alone: the API says what is wrong with their order. */
export function period(address: URLSearchParams): Record<string, string> {
  const days: Record<string, string> = {};
  for (const name of ['from', 'to']) {
    const day = address.get(name);
    if (day && DAY.test(day)) days[name] = day;
  }
  return days;
}

/** The attributes that filters offer. */
export const ATTRIBUTES: readonly string[] = SEGMENTS;

/** A link to the portfolio with more filters, keeping whose customers and which part of them. */
export function portfolioHref(address: URLSearchParams, more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of address) {
    if (value && (name === 'book' || name === 'owner' || name.startsWith('segment.'))) query.set(name, value);
  }
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return `/customers${text ? `?${text}` : ''}`;
}
