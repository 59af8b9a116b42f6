// On a phone, down to 320 px.
import { expect, fits, settled, test } from './fixtures';

test('nothing is wider than 320 px', async ({ page, console }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of [
    '/',
    '/customers?book=all',
    '/customers?book=all&open=voltmarrow',
    '/customers/voltmarrow',
    '/customers/voltmarrow?tab=score',
    '/customers/larkmoor?tab=timeline',
    '/customers/larkmoor?tab=contacts',
    '/tasks?book=all',
    '/inbox?rating=not_happy',
    '/mailbox',
    '/clock',
    '/settings',
    '/settings/feedback',
    '/settings/members',
    '/settings/segments',
    '/settings/import',
    '/settings/exports',
    '/settings/appearance',
    '/start',
    '/start?step=connect',
  ]) {
    await console.open(path);
    await settled(page);
    await fits(page);
  }
});

test('the bar at the bottom leads to the pages', async ({ page, console }) => {
  await console.open('/');
  await settled(page);
  await page
    .getByRole('navigation', { name: 'Pages' })
    .filter({ visible: true })
    .getByRole('link', { name: 'Portfolio' })
    .click();
  await expect(page.getByRole('heading', { name: 'Portfolio' })).toBeVisible();
});
