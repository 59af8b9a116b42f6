import { expect, test } from 'vitest';
import { each } from '../../src/lib/bulk';

test('a few at a time, each with its own end', async () => {
  let running = 0;
  let most = 0;
  const told: number[] = [];
  const failed = await each(
    Array.from({ length: 20 }, (_, at) => at),
    async (item) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running -= 1;
      if (item % 6 === 5) throw new Error(`no ${item}`);
    },
    (done) => told.push(done),
  );
  expect(most).toBe(4);
  expect(told).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(failed.map((outcome) => [outcome.item, String(outcome.error)])).toEqual([
    [5, 'Error: no 5'],
    [11, 'Error: no 11'],
    [17, 'Error: no 17'],
  ]);
});

test('nothing to do is done', async () => {
  expect(
    await each(
      [],
      () => Promise.reject(new Error('called')),
      () => undefined,
    ),
  ).toEqual([]);
});
