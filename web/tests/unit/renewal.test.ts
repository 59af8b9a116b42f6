import { expect, test } from 'vitest';
import { mayRenew } from '../../src/lib/renewal';

test('a page is loaded again once, and again only after a while', () => {
  expect(mayRenew(null, 1_000)).toBe(true);
  expect(mayRenew('1000', 30_000)).toBe(false);
  expect(mayRenew('1000', 62_000)).toBe(true);
  expect(mayRenew('nonsense', 1_000)).toBe(true);
});
