import { expect, test } from 'vitest';
import {
  corner,
  counts,
  layout,
  median,
  nextStatus,
  type QuadrantCustomer,
  statusAt,
  statusX,
  trail,
} from '../../src/charts/quadrant';

const customer = (id: string, more: Partial<QuadrantCustomer> = {}): QuadrantCustomer => ({
  id,
  name: id,
  owner: null,
  arr_cents: 1_000_000,
  currency: 'USD',
  status: 'healthy',
  score: 70,
  happiness: 80,
  insight: 'advocate',
  ...more,
});
const LINES = { happiness: 60, status: 'healthy' } as const;

test('a corner holds its lower bounds, as the rule of the insights does', () => {
  expect(corner(customer('a', { happiness: 60 }), LINES)).toBe('advocate');
  expect(corner(customer('a', { happiness: 59.9 }), LINES)).toBe('product_issues');
  expect(corner(customer('a', { status: 'steady' }), LINES)).toBe('business_trouble');
  expect(corner(customer('a', { status: 'struggling', happiness: 0 }), LINES)).toBe('churn_risk');
});

test('who lacks something or is out of date is in no corner', () => {
  expect(corner(customer('a', { happiness: null }), LINES)).toBeNull();
  expect(corner(customer('a', { status: null }), LINES)).toBeNull();
  expect(corner(customer('a', { insight: 'stale' }), LINES)).toBeNull();
  expect(counts([customer('a'), customer('b', { status: null })], LINES)).toEqual({
    advocate: 1,
    product_issues: 0,
    business_trouble: 0,
    churn_risk: 0,
  });
});

test('in the view of statuses each dot stands in its column, the worst left', () => {
  const drawn = layout(
    [customer('a', { status: 'struggling' }), customer('b', { status: 'thriving' }), customer('c', { status: 'steady' })],
    'status',
    800,
    500,
  );
  expect(drawn.columns.map((column) => column.status)).toEqual(['struggling', 'steady', 'healthy', 'thriving']);
  for (const mark of drawn.marks) {
    const column = drawn.columns.find((one) => one.status === mark.customer.status);
    expect(mark.x - mark.r).toBeGreaterThanOrEqual(column?.left ?? Number.NaN);
    expect(mark.x + mark.r).toBeLessThanOrEqual(column?.right ?? Number.NaN);
  }
  expect(drawn.strip).toBeNull();
});

test('who has no feedback stands in the strip, who has no status in a column of its own', () => {
  const drawn = layout([customer('a', { happiness: null }), customer('b', { status: null })], 'status', 320, 400);
  const [a, b] = ['a', 'b'].map((id) => drawn.marks.find((mark) => mark.id === id));
  expect(a?.y).toBeGreaterThan(drawn.plot.bottom);
  expect(a?.y).toBeLessThan(400);
  expect(b?.x).toBeLessThan(drawn.plot.left);
});

test('in the view of scores a higher score stands further right, and a customer without one aside', () => {
  const drawn = layout(
    [customer('a', { score: 40 }), customer('b', { score: 90 }), customer('c', { score: null })],
    'score',
    800,
    500,
  );
  const x = (id: string) => drawn.marks.find((mark) => mark.id === id)?.x ?? Number.NaN;
  expect(x('a')).toBeLessThan(x('b'));
  expect(x('c')).toBeLessThan(drawn.plot.left);
});

test('sizes compare within a currency, and the small lie on top', () => {
  const drawn = layout(
    [
      customer('small', { arr_cents: 10_000 }),
      customer('large', { arr_cents: 9_000_000 }),
      customer('yen', { arr_cents: 900, currency: 'JPY' }),
    ],
    'status',
    800,
    500,
  );
  const r = (id: string) => drawn.marks.find((mark) => mark.id === id)?.r;
  expect(r('yen')).toBe(r('large'));
  expect(drawn.marks.at(-1)?.id).toBe('small');
});

test('a dragged line comes to rest at the nearest edge of a column', () => {
  const drawn = layout([customer('a')], 'status', 800, 500);
  for (const status of ['struggling', 'steady', 'healthy', 'thriving'] as const) {
    expect(statusAt(drawn, statusX(drawn, status) + 30)).toBe(status);
  }
  expect(nextStatus('healthy', 1)).toBe('thriving');
  expect(nextStatus('thriving', 1)).toBe('thriving');
  expect(nextStatus('struggling', -1)).toBe('struggling');
});

test('a trail goes through the weeks in which both were known, and ends at the dot', () => {
  const drawn = layout([customer('a', { status: 'struggling', happiness: 20 })], 'status', 800, 500);
  const [mark] = drawn.marks;
  if (!mark) throw new Error('no mark');
  const steps = trail(
    drawn,
    'status',
    mark,
    {
      happiness: [
        { at: '2026-08-01', value: 90 },
        { at: '2026-10-01', value: 80 },
        { at: '2026-10-08', value: null },
        { at: '2026-10-15', value: 40 },
        { at: '2026-11-27', value: 20 },
      ],
      scores: [],
      statuses: [
        { at: '2026-10-10', to: 'struggling' },
        { at: '2026-01-01', to: 'thriving' },
      ],
    },
    '2026-09-01',
  );
  expect(steps.map((step) => step.at)).toEqual(['2026-10-01', '2026-10-15', '']);
  expect(steps[0]?.x).toBeGreaterThan(steps[1]?.x ?? Number.NaN);
  expect(steps.at(-1)).toMatchObject({ x: mark.x, y: mark.y });
});

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNull();
});
