// Numbers, money and times as people read them. A minus is U+2212, so that it has the width of a plus.

const MINUS = '\u2212';
export const NONE = '–';

/** Making a formatter takes a hundred times as long as using it: each is made once. */
function once<Options, Format>(make: (options: Options) => Format): (options: Options) => Format {
  const made = new Map<string, Format>();
  return (options) => {
    const key = JSON.stringify(options);
    const format = made.get(key) ?? make(options);
    made.set(key, format);
    return format;
  };
}

const numbers = once((options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en', options));
const dates = once((options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }));

/** A number with at most `digits` decimals. */
export function number(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NONE;
  const text = numbers({ maximumFractionDigits: digits }).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A number with exactly `digits` decimals, for columns. */
export function fixed(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) return NONE;
  return numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value).replace('-', MINUS);
}

/** A change: always with its sign, ±0 when it rounds to nothing. */
export function signed(value: number | null | undefined, digits = 0): string {
  if (value === null || value === undefined) return NONE;
  const text = number(value, digits);
  if (/^[0.,]*$/.test(text)) return '±0';
  return value > 0 ? `+${text}` : text;
}

/** A score as the API shows it: half up. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : String(Math.floor(value + 0.5));
}

/** A share as percent. */
export function percent(value: number | null | undefined, digits = 0): string {
  return value === null || value === undefined ? NONE : `${number(value * 100, digits)} %`;
}

/** Money from hundredths, short: $1.2M, €870K. */
export function money(cents: number | null | undefined, currency: string): string {
  if (cents === null || cents === undefined) return NONE;
  const text = numbers({
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: Math.abs(cents) >= 100_000_000 ? 1 : 0,
  }).format(cents / 100);
  return text.replace('-', MINUS);
}

/** Sums of several currencies, the largest first; money of different currencies is never added up. */
export function moneyOf(sums: Record<string, number>): string {
  const parts = Object.entries(sums)
    .filter(([, cents]) => cents !== 0)
    .sort((a, b) => b[1] - a[1])
    .map(([currency, cents]) => money(cents, currency));
  return parts.length > 0 ? parts.join(' + ') : NONE;
}

const DAY = 86_400_000;

/** Midnight UTC of a date or moment: days are counted between calendar days. */
function midnight(moment: Date): number {
  return Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
}

/** Whole calendar days from now to then: negative in the past. */
export function daysUntil(then: string, now: Date): number {
  return Math.round((midnight(new Date(then)) - midnight(now)) / DAY);
}

/** "today", "yesterday", "9 d ago", "in 46 d"; from about four months on the month: "Jun 2027". */
export function relativeDay(then: string | null | undefined, now: Date): string {
  if (!then) return NONE;
  const days = daysUntil(then, now);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  if (days === -1) return 'yesterday';
  if (Math.abs(days) > 120) return month(then);
  return days > 0 ? `in ${days} d` : `${-days} d ago`;
}

/** "Jun 2027". */
export function month(then: string): string {
  return dates({ month: 'short', year: 'numeric' }).format(new Date(then));
}

/** "12 Jan", with the year when it is not this one. */
export function date(then: string | null | undefined, now: Date): string {
  if (!then) return NONE;
  const day = new Date(then);
  const year = day.getUTCFullYear() === now.getUTCFullYear() ? undefined : 'numeric';
  return dates({ day: 'numeric', month: 'short', year }).format(day);
}

/** "12 Jan 2026, 14:05 UTC". */
export function moment(then: string | null | undefined): string {
  if (!then) return NONE;
  const format = dates({ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
  return `${format.format(new Date(then))} UTC`;
}

/** "2026-01-12". */
export function isoDate(day: Date): string {
  return day.toISOString().slice(0, 10);
}

/** `days` later, or earlier when negative. */
export function addDays(day: Date, days: number): Date {
  return new Date(day.getTime() + days * DAY);
}

/** The time between two moments in its largest unit: "40 min", "5 h", "3 d". */
export function elapsed(from: string, to: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

const ABBREVIATIONS = /\b(nps|csat|ces|arr|qbr|api|sla|ai|crm|id)\b/gi;

/** An identifier as words: `key_features` is "Key features", `nps` is "NPS". */
export function words(id: string | null | undefined): string {
  if (!id) return '';
  const text = id.replaceAll(/[_-]+/g, ' ').replaceAll(ABBREVIATIONS, (abbreviation) => abbreviation.toUpperCase());
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 customer", "3 customers". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** A measure's value with its unit, as the catalogue names it. */
export function measured(value: unknown, unit?: string): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return words(String(value));
  switch (unit) {
    case 'ratio':
      return number(value, 2);
    case 'days':
      return `${number(value, value % 1 === 0 ? 0 : 1)} d`;
    case 'hours':
      return `${number(value, 1)} h`;
    default:
      return number(value, Math.abs(value) < 10 ? 2 : 1);
  }
}
