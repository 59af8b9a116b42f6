// Where customers stand in the quadrant: a drawing of what the API says of each. In which insight a customer is, the API says; the corner
// of a dot against a line that somebody moves on trial is drawing.
import { type Insight, STATUS, STATUSES, type Status } from '../lib/words';
import { type Dot, radius, stable } from './points';
import { around, linear } from './scale';

export type Mode = 'status' | 'score';

export interface QuadrantCustomer {
  id: string;
  name: string;
  owner: string | null;
  arr_cents: number | null;
  currency: string;
  status: Status | null;
  score: number | null;
  happiness: number | null;
  insight: Insight;
}

/** From where on happiness and Health Status are high. */
export interface Lines {
  happiness: number;
  status: Status;
}

export interface Mark extends Dot {
  customer: QuadrantCustomer;
  /** Its status is out of date: drawn hollow, counted apart. */
  hollow: boolean;
}

export interface Column {
  status: Status | null;
  label: string;
  shape: string;
  left: number;
  right: number;
}

export interface Layout {
  width: number;
  height: number;
  plot: { left: number; right: number; top: number; bottom: number };
  /** The strip of those without feedback; none when everybody has some. */
  strip: { top: number; bottom: number } | null;
  /** The columns of the statuses, or none in the score's view. */
  columns: Column[];
  /** Scores at the axis. */
  x: ((score: number) => number) | null;
  domain: [number, number];
  y: (happiness: number) => number;
  marks: Mark[];
  dense: boolean;
}

/** Status columns from left to right. */
const COLUMNS: readonly Status[] = [...STATUSES].reverse();
const LEFT = 34;
const RIGHT = 10;
const TOP = 20;
const AXIS = 26;
const STRIP = 62;
/** Room above and below the values for the names in the corners. */
const NAMES = 46;

/** More dots than these are drawn on a canvas. */
export const SVG_DOTS = 2000;

export function layout(customers: readonly QuadrantCustomer[], mode: Mode, width: number, height: number): Layout {
  const xOf = (customer: QuadrantCustomer) => (mode === 'status' ? customer.status : customer.score);
  const withoutX = customers.some((customer) => xOf(customer) === null);
  const withoutY = customers.some((customer) => customer.happiness === null);
  const bottom = height - AXIS - (withoutY ? STRIP : 0);
  const right = width - RIGHT;
  const most =
    Math.min(20, Math.max(9, width / 42)) * Math.min(1, Math.max(0.35, Math.sqrt(220 / Math.max(1, customers.length))));
  const least = customers.length > SVG_DOTS ? 2.5 : customers.length > 600 ? 3 : 4.5;
  const inset = most + 2;
  const y = linear([0, 100], [bottom - Math.max(NAMES, inset), TOP + Math.max(NAMES, inset)]);
  const aside = withoutX ? Math.min(72, Math.max(26, (right - LEFT) / 8)) : 0;
  const left = LEFT + aside;

  const share = (right - left) / COLUMNS.length;
  const columns: Column[] =
    mode === 'status'
      ? COLUMNS.map((status, index) => ({
          status,
          label: STATUS[status].label,
          shape: STATUS[status].shape,
          left: left + index * share,
          right: left + (index + 1) * share,
        }))
      : [];
  if (withoutX) {
    columns.unshift({ status: null, label: mode === 'status' ? 'Not set' : 'No score', shape: '', left: LEFT, right: left });
  }
  const scores = customers.flatMap((customer) => (customer.score === null ? [] : [customer.score]));
  const domain = around(scores, [0, 100], 40);
  const x = mode === 'score' ? linear(domain, [left + inset, right - inset]) : null;
  const stripTop = bottom + AXIS;

  // Money of different currencies cannot be compared: each customer's size is its share of the largest in its own.
  const largest = new Map<string, number>();
  for (const { currency, arr_cents } of customers) largest.set(currency, Math.max(largest.get(currency) ?? 0, arr_cents ?? 0));

  const within = (column: Column, id: string, r: number) => {
    const room = Math.max(0, (column.right - column.left) / 2 - r - 3);
    return (column.left + column.right) / 2 + (stable(id) * 2 - 1) * room;
  };
  const marks = customers.map((customer): Mark => {
    const r = radius(customer.arr_cents, largest.get(customer.currency) ?? 0, least, most);
    const column = columns.find((one) =>
      mode === 'status' ? one.status === customer.status : one.status === null && customer.score === null,
    );
    const across = column ? within(column, customer.id, r) : x && customer.score !== null ? x(customer.score) : left;
    const down =
      customer.happiness === null
        ? stripTop + 12 + r + stable(customer.id, 7) * Math.max(0, STRIP - 20 - 2 * r)
        : // Answers have few values; a little up or down shows that there are several dots.
          y(customer.happiness) + (stable(customer.id, 3) * 2 - 1) * (mode === 'status' ? 3 : 1.5);
    return { id: customer.id, x: across, y: down, r, customer, hollow: customer.insight === 'stale' };
  });
  // Small ones on top.
  marks.sort((a, b) => b.r - a.r);
  return {
    width,
    height,
    plot: { left, right, top: TOP, bottom },
    strip: withoutY ? { top: stripTop, bottom: stripTop + STRIP - 4 } : null,
    columns,
    x,
    domain,
    y,
    marks,
    dense: customers.length > SVG_DOTS,
  };
}

/** Where the line of the statuses stands: left of the lowest that is high. */
export function statusX(drawn: Layout, status: Status): number {
  return drawn.columns.find((column) => column.status === status)?.left ?? drawn.plot.left;
}

/** The status whose left edge is nearest to a place: where a dragged line comes to rest. */
export function statusAt(drawn: Layout, x: number): Status {
  let best: Status = 'healthy';
  let least = Number.POSITIVE_INFINITY;
  for (const column of drawn.columns) {
    if (column.status !== null && Math.abs(column.left - x) < least) {
      best = column.status;
      least = Math.abs(column.left - x);
    }
  }
  return best;
}

/** The next status to the right or the left, as an arrow key moves the line. */
export function nextStatus(status: Status, step: 1 | -1): Status {
  const at = COLUMNS.indexOf(status) + step;
  return COLUMNS[Math.min(COLUMNS.length - 1, Math.max(0, at))] ?? status;
}

export type Corner = Extract<Insight, 'advocate' | 'product_issues' | 'business_trouble' | 'churn_risk'>;
export const CORNERS: readonly Corner[] = ['business_trouble', 'advocate', 'churn_risk', 'product_issues'];

/** In which corner of the drawing a dot lies against the lines; none without both, or when its status is out of date. */
export function corner(customer: QuadrantCustomer, lines: Lines): Corner | null {
  if (customer.status === null || customer.happiness === null || customer.insight === 'stale') return null;
  const right = COLUMNS.indexOf(customer.status) >= COLUMNS.indexOf(lines.status);
  const up = customer.happiness >= lines.happiness;
  if (up) return right ? 'advocate' : 'business_trouble';
  return right ? 'product_issues' : 'churn_risk';
}

/** How many dots lie in each corner. */
export function counts(customers: readonly QuadrantCustomer[], lines: Lines): Record<Corner, number> {
  const found: Record<Corner, number> = { advocate: 0, product_issues: 0, business_trouble: 0, churn_risk: 0 };
  for (const customer of customers) {
    const where = corner(customer, lines);
    if (where) found[where] += 1;
  }
  return found;
}

/** The middle value. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export interface Step {
  at: string;
  x: number;
  y: number;
}

interface Past {
  happiness: readonly { at: string; value: number | null }[];
  scores: readonly { at: string; value: number | null }[];
  /** Changes of the status, in any order. */
  statuses: readonly { at: string; to: Status }[];
}

/** The way of a customer since a moment, oldest first: a place for each week in which both values were known, and where it stands now. */
export function trail(drawn: Layout, mode: Mode, mark: Mark, past: Past, since: string): Step[] {
  if (mark.customer.happiness === null) return [];
  const held = <E extends { at: string }>(events: readonly E[], at: string): E | undefined => {
    let found: E | undefined;
    for (const event of events) if (event.at <= at && (!found || event.at > found.at)) found = event;
    return found;
  };
  const own = drawn.columns.find((column) => column.status === mark.customer.status);
  const offset = own ? mark.x - (own.left + own.right) / 2 : 0;
  const steps: Step[] = [];
  for (const { at, value } of past.happiness) {
    if (at < since || value === null) continue;
    if (mode === 'score') {
      const score = held(past.scores, at)?.value ?? null;
      if (score === null || !drawn.x) continue;
      const x = Math.min(drawn.plot.right, Math.max(drawn.plot.left, drawn.x(score)));
      steps.push({ at, x, y: drawn.y(value) });
    } else {
      const status = held(past.statuses, at)?.to;
      const column = drawn.columns.find((one) => one.status !== null && one.status === status);
      if (column) steps.push({ at, x: (column.left + column.right) / 2 + offset, y: drawn.y(value) });
    }
  }
  // The last week is about now: the dot itself stands for it.
  if (steps.length > 0) steps.pop();
  return steps.length > 0 ? [...steps, { at: '', x: mark.x, y: mark.y }] : [];
}
