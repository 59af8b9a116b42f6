import { expect, test } from 'vitest';
import { type Step, waterfall } from '../../src/charts/waterfall';

const step = (id: string, delta: number): Step => ({ id, label: id, note: '', delta, neutral: false });

test('bars lead from before to after, the largest first, the rest as one', () => {
  const deltas = [1, -24.4, 2.2, -1.8, -1.6, -1.4, 0.7, 0.3, -0.2, 0];
  const bars = waterfall(
    78.3,
    deltas.map((delta, index) => step(`r${index}`, delta)),
  );
  expect(bars[0]).toMatchObject({ id: 'r1', from: 78.3 });
  expect(bars).toHaveLength(7);
  expect(bars.at(-1)).toMatchObject({ id: 'rest', label: '3 smaller changes', neutral: true });
  for (const [index, bar] of bars.entries()) {
    expect(bar.to - bar.from).toBeCloseTo(bar.delta);
    if (index > 0) expect(bar.from).toBe(bars[index - 1]?.to);
  }
  expect(bars.at(-1)?.to).toBeCloseTo(78.3 + deltas.reduce((sum, delta) => sum + delta, 0));
});

test('a single change beyond the sixth stands for itself, and none is no bar', () => {
  const bars = waterfall(
    50,
    [7, 6, 5, 4, 3, 2, 1].map((delta) => step(`r${delta}`, delta)),
  );
  expect(bars.map((bar) => bar.id)).toEqual(['r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1']);
  expect(waterfall(50, [step('r', 0)])).toEqual([]);
});
