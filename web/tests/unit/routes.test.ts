import { expect, test } from 'vitest';
import { customerHref, find, navigation } from '../../src/routes';

test('an id may hold what an address must not', () => {
  for (const id of ['acme', 'acme.example', 'a:b_c-d', 'ä/ö?']) {
    const path = new URL(customerHref(id), 'http://x').pathname;
    expect(find(path)).toMatchObject({ id, route: { name: 'customer' } });
  }
  expect(customerHref('acme', { tab: 'score' })).toBe('/customers/acme?tab=score');
});

test('what stands in the rail is a page, with a key of its own', () => {
  for (const entry of navigation) expect(find(entry.href).route.name, entry.href).not.toBe('not-found');
  expect(new Set(navigation.map((entry) => entry.key)).size).toBe(navigation.length);
});

test('other paths are no page', () => {
  for (const path of ['/nothing', '/customers/a/b', '//', '/Customers']) expect(find(path).route.name).toBe('not-found');
});
