// Last, because it turns the clock that all tests share.
import { expect, settled, test } from './fixtures';

test('turning the clock sends mails, which the mailbox shows', async ({ page, console }) => {
  // A day of schedules over the whole portfolio, in a debug build on a busy machine.
  test.setTimeout(240_000);
  await console.open('/clock');
  await settled(page);
  await page.getByRole('button', { name: 'A day', exact: true }).click();
  await expect(page.getByText(/It is 28 Nov 2026/).first()).toBeVisible({ timeout: 200_000 });
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await settled(page);
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('body')).not.toBeEmpty();
});
