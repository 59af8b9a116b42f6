// On a phone, down to 320 px.
import { expect, fits, settled, test } from './fixtures';

test('nothing is wider than 320 px', async ({ page, console }) => {
  // Many pages one after the other, from a debug build on a busy machine.
  test.setTimeout(150_000);
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
  ]) {
    await console.open(path);
    await settled(page);
    await fits(page);
  }
});

test('no chart is wider than 320 px', async ({ page, console }) => {
  // Many pages one after the other, from a debug build on a busy machine.
  test.setTimeout(150_000);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of [
    '/quadrant?book=all&at=larkmoor',
    '/quadrant?book=all&x=score&try_happiness=75',
    '/analytics?book=all',
    '/analytics?book=all&tab=segments',
    '/analytics?book=all&tab=movement&was=healthy&is=steady',
    '/analytics?book=all&tab=drivers&rule=usage_trend',
    '/analytics?book=all&tab=renewals',
    '/analytics?book=all&tab=responses',
  ]) {
    await console.open(path);
    await settled(page);
    await fits(page);
  }
});

test('nothing that an admin sets up is wider than 320 px', async ({ page, console }) => {
  // Many pages one after the other, from a debug build on a busy machine.
  test.setTimeout(150_000);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of [
    '/scorecards',
    '/scorecards/default?at=0.0&customer=voltmarrow',
    '/scorecards/default?tab=yaml',
    '/automations',
    '/automations?tab=runs',
    '/automations/score-fell',
    '/automations/status-struggling?tab=yaml',
    '/endpoints',
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

test('a tap on a dot of the quadrant keeps it, and its name leads to the customer', async ({ page, console }) => {
  await console.open('/quadrant?book=all');
  await settled(page);
  const dot = page.locator('svg .dot.steady').first();
  const box = await dot.boundingBox();
  if (!box) throw new Error('no dot');
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page).toHaveURL(/at=/);
  const picked = page.getByRole('region', { name: /^Selected:/ });
  await picked.getByRole('link').click();
  await expect(page).toHaveURL(/\/customers\//);
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
