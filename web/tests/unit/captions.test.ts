import { expect, test } from 'vitest';
import {
  bandsCaption,
  cohortsCaption,
  customerCaption,
  driversCaption,
  list,
  movementCaption,
  quadrantCaption,
  renewalsCaption,
  responsesCaption,
  segmentsCaption,
  trendCaption,
} from '../../src/charts/captions';
import { flow } from '../../src/charts/flow';

test('lists read as people say them', () => {
  expect([list([]), list(['a']), list(['a', 'b']), list(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
});

test('the quadrant', () => {
  const corners = [
    { title: 'Advocate', count: 3, arr: '$10K' },
    { title: 'Churn risk', count: 1, arr: '$2K' },
    { title: 'Product issues', count: 0, arr: '–' },
  ];
  expect(quadrantCaption({ total: 6, corners, stale: 1, unknown: 1 })).toBe(
    'Of 6 customers, 4 have a Health Status and feedback: 3 Advocate ($10K) and 1 Churn risk ($2K). 1 customer lacks one of the two and 1 status is out of date.',
  );
  expect(quadrantCaption({ total: 0, corners, stale: 0, unknown: 0 })).toBe('There are no customers here.');
});

test('a trend says direction, size and n; nothing is made of one point or none', () => {
  const point = (mean: number | null, n = 10) => ({ on: '2026-11-27', mean, n });
  expect(trendCaption({ what: 'The mean score', points: [point(72.1), point(null, 0), point(69.4, 12)] })).toBe(
    'The mean score fell by 2.7 points in 1 week: from 72.1 (n = 10) to 69.4 (n = 12).',
  );
  expect(trendCaption({ what: 'Mean happiness', points: [point(60), point(60.2)] })).toContain('hardly moved');
  expect(trendCaption({ what: 'Mean happiness', points: [point(60)] })).toBe(
    'Mean happiness is 60 on average, from 10 customers.',
  );
  expect(trendCaption({ what: 'Mean happiness', points: [point(null)] })).toBe('There is no mean happiness in these weeks.');
});

test('bands', () => {
  const week = (struggling: number, thriving: number) => ({
    bands: { struggling, steady: 8, healthy: 40, thriving },
    customers: 60,
  });
  expect(bandsCaption([week(1, 13), week(2, 12)])).toBe(
    '10 of 60 customers score Steady or Struggling now, 9 of 60 at the beginning; 12 are Thriving, 13 were.',
  );
});

test('segments: a difference is called one only when the intervals do not touch', () => {
  const item = (value: string, mean: number, low: number, high: number) => ({ value, score: { mean, low, high, n: 9 } });
  expect(segmentsCaption('plan', [item('Team', 70, 66, 74), item('Starter', 60, 56, 64)])).toBe(
    'Team has the highest mean score, 70 (n = 9), Starter the lowest, 60 (n = 9). Their intervals do not touch: the difference is no accident.',
  );
  expect(segmentsCaption('plan', [item('Team', 70, 60, 80), item('Starter', 60, 56, 64)])).toContain('may be chance');
  expect(segmentsCaption('plan', [])).toBe('No customer has a score and a value of plan.');
});

test('movement, drivers, renewals, responses, cohorts', () => {
  expect(movementCaption(7, 8, 72, '28 Oct', '27 Nov')).toBe(
    '15 of 72 customers changed band between 28 Oct and 27 Nov: 8 went down, 7 up.',
  );
  expect(movementCaption(0, 0, 72, 'a', 'b')).toBe('No customer changed band between a and b.');
  expect(
    driversCaption(
      [
        { label: 'Usage trend', lost: -120.03, gained: 30, customers_lost: 45, customers_gained: 18 },
        { label: 'Health status', lost: -78, gained: 43.3, customers_lost: 18, customers_gained: 1 },
      ],
      -211.27,
      67,
    ),
  ).toBe(
    'All rules together moved 67 scores by −211.3 points. Usage trend took the most, 120 points from 45 customers. Health status gave the most, 43.3 to 1 customer.',
  );
  expect(renewalsCaption({ customers: 1, at_risk: 0 }, '$2K', '–')).toBe('$2K a year from 1 customer; none of it is at risk.');
  expect(responsesCaption({ share: 0.5229, count: 285, n: 545, low: 0.481, high: 0.5646 })).toBe(
    '285 of 545 requests were answered: 52 %, with 95 % certainty between 48 % and 56 %.',
  );
  expect(responsesCaption({ share: null, count: 0, n: 0, low: null, high: null })).toBe(
    'Nobody was asked for feedback in this time.',
  );
  expect(
    cohortsCaption([
      { started: '2026-02', customers: 3, months: [{ month: 0, retained: 1, mean_score: 70 }] },
      { started: '2026-01', customers: 4, months: [{ month: 9, retained: 0.75, mean_score: 70 }] },
    ]),
  ).toBe('7 customers started in 2 months. Of 4 customers that started in Jan 2026, 75 % stayed 9 months.');
});

test('a customer', () => {
  expect(
    customerCaption({
      score: [{ value: 83 }, { value: 46.6 }],
      happiness: [{ value: 92 }, { value: 13 }],
      from: '28 Nov 2025',
      marks: 1,
    }),
  ).toBe('The score is 47 at the end, between 47 and 83 since 28 Nov 2025. Happiness went from 92 to 13. 1 event is marked.');
});

test('a flow: every customer leaves one block and comes into one, and ribbons do not overlap at their ends', () => {
  const places = ['thriving', 'healthy', 'steady'];
  const streams = [
    { from: 'thriving', to: 'healthy', customers: 5 },
    { from: 'healthy', to: 'healthy', customers: 10 },
    { from: 'healthy', to: 'thriving', customers: 4 },
    { from: 'steady', to: 'steady', customers: 0 },
  ];
  const { left, right, ribbons } = flow(places, streams, 200, 10);
  expect(left.map((block) => [block.place, block.customers])).toEqual([
    ['thriving', 5],
    ['healthy', 14],
  ]);
  expect(right.map((block) => [block.place, block.customers])).toEqual([
    ['thriving', 4],
    ['healthy', 15],
  ]);
  expect(left.at(-1)?.bottom).toBeCloseTo(200);
  expect(right.at(-1)?.bottom).toBeCloseTo(200);
  for (const side of ['left', 'right'] as const) {
    const ends = ribbons.map((ribbon) => ribbon[side]).sort((a, b) => a[0] - b[0]);
    for (let index = 1; index < ends.length; index += 1)
      expect(ends[index]?.[0]).toBeGreaterThanOrEqual((ends[index - 1]?.[1] ?? 0) - 1e-9);
  }
});
