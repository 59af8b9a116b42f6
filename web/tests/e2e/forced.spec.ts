// Forced colours: nothing that is chosen, focused or a status is said by a ground or a colour that this mode takes away.
import type { Locator } from '@playwright/test';
import { accessible, expect, settled, tabTo, test } from './fixtures';

test.use({ forcedColors: 'active' });

/** The width of the line that stands around something. */
const line = (element: Locator) =>
  element.evaluate((node) => {
    const style = getComputedStyle(node);
    const seen = (width: string, kind: string) => (kind === 'none' ? 0 : Number.parseFloat(width));
    return Math.max(seen(style.outlineWidth, style.outlineStyle), seen(style.borderBottomWidth, style.borderBottomStyle));
  });
const colour = (element: Locator, name: 'borderBottomColor' | 'outlineColor') =>
  element.evaluate((node, what) => getComputedStyle(node)[what], name);

test('statuses, what is chosen and what has the focus keep their lines', async ({ page, console }) => {
  await console.open('/customers?book=all&status=thriving&open=voltmarrow');
  await settled(page);
  await expect(page.getByText('What happened last')).toBeVisible();
  expect(await line(page.locator('tr[data-index] .pill').first())).toBeGreaterThan(0);
  expect(await line(page.locator('tr.open'))).toBeGreaterThanOrEqual(2);
  expect(await line(page.locator('.tile.on'))).toBeGreaterThanOrEqual(2);
  expect(await line(page.locator('.rail a[aria-current="page"]'))).toBeGreaterThanOrEqual(2);
  expect(await line(page.locator('.segmented [aria-pressed="true"]').first())).toBeGreaterThanOrEqual(2);
  const filter = page.getByRole('button', { name: 'Filter', exact: true });
  await tabTo(page, filter);
  expect(await line(filter)).toBeGreaterThanOrEqual(2);
  await accessible(page);
});

test('of the tabs only the open one has its line, and the charts their bars', async ({ page, console }) => {
  await console.open('/customers/voltmarrow');
  await settled(page);
  const tabs = page.getByRole('navigation', { name: 'Parts of the customer' }).getByRole('link');
  const open = await colour(tabs.nth(0), 'borderBottomColor');
  expect(await colour(tabs.nth(1), 'borderBottomColor')).not.toBe(open);
  expect(
    await page
      .locator('.chart-bar')
      .first()
      .evaluate((bar) => getComputedStyle(bar).fill),
  ).not.toBe('none');
  await accessible(page);
});

test('pages in forced colours are accessible', async ({ page, console }) => {
  for (const path of ['/?book=all', '/tasks?book=all', '/inbox?rating=not_happy', '/customers/larkmoor?tab=goals']) {
    await console.open(path);
    await settled(page);
    await accessible(page);
  }
  await page.goto(`${console.url}/inbox?rating=not_happy`);
  await settled(page);
  await page.keyboard.press('j');
  expect(await line(page.locator('li.open > button[data-answer]'))).toBeGreaterThanOrEqual(2);
  expect(await line(page.locator('.chip.on'))).toBeGreaterThanOrEqual(2);
});
