import { expect, test } from 'vitest';
import { flags, inWords, type Mark, stops } from '../../src/charts/trend';

const scores = [
  { at: '2026-09-01T09:00:00Z', value: 78, band: 'healthy' as const },
  { at: '2026-10-10T09:00:00Z', value: 51.5, band: 'steady' as const },
];
const happiness = [{ at: '2026-10-08T09:00:00Z', value: 29, level: 'not_happy' as const, answers: 1 }];
const marks: Mark[] = [
  { at: '2026-10-10T15:00:00Z', kind: 'status', title: 'Health Status Healthy → Struggling', detail: '“An outage”' },
];
const NOW = new Date('2026-11-27T09:00:00Z');

test('a stop is a day on which something came, with what held on it', () => {
  const found = stops(scores, happiness, marks, Date.parse('2026-10-01'), Date.parse('2026-10-31'));
  expect(found.map((stop) => stop.day)).toEqual(['2026-10-08', '2026-10-10', '2026-10-31']);
  // The score of September still holds.
  expect(found[0]?.score?.value).toBe(78);
  expect(found[0]?.happiness?.value).toBe(29);
  expect(found[1]?.marks).toHaveLength(1);
  expect(found[2]).toMatchObject({ score: { value: 51.5 }, marks: [] });
});

test('before anything is known a stop says so', () => {
  const [first] = stops(scores, happiness, [], Date.parse('2026-08-01'), Date.parse('2026-08-10'));
  expect(inWords(first as never, NOW)).toBe('10 Aug: no score; no feedback');
});

test('a stop is said with its numbers, their words, and what happened', () => {
  const found = stops(scores, happiness, marks, Date.parse('2026-10-09'), Date.parse('2026-10-10'));
  expect(inWords(found[0] as never, NOW)).toBe(
    '10 Oct: score 52 (Steady); happiness 29 (Not Happy, 1 answer); Health Status Healthy → Struggling: “An outage”',
  );
});

test('flags of near days stand below each other, and never all in one place', () => {
  const days = ['2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', '2026-12-01'].map((day) => ({
    day,
    time: Date.parse(day),
    score: null,
    happiness: null,
    marks: [{ at: day, kind: 'ticket' as const, title: '', detail: '' }],
  }));
  const x = (time: number) => (time - Date.parse('2026-10-01')) / 86_400_000 + 10;
  expect(flags(days, x, 17, 3).map((flag) => flag.row)).toEqual([0, 1, 2, 0, 0]);
});
