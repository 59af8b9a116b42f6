// Quadrant, analytics and the customer's trend: what people read off them and where they lead.
import { readFile } from 'node:fs/promises';
import { expect, settled, tabTo, test } from './fixtures';

interface Insights {
  cells: { insight: string; title: string; count: number; customers: { id: string; name: string }[] }[];
}

test('finds the customers that are about to leave, and opens them', async ({ page, console }) => {
  const insights = (await console.api('viewer', 'GET', '/v1/insights')).body as Insights;
  const risk = insights.cells.find((cell) => cell.insight === 'churn_risk');
  if (!risk) throw new Error('no such cell');
  await console.open('/quadrant?book=all');
  await settled(page);
  await expect(page.locator('figcaption')).toContainText(`${risk.count} ${risk.title}`);
  await page
    .getByRole('list', { name: 'Insights' })
    .getByRole('link', { name: new RegExp(`^${risk.title} ${risk.count} `) })
    .click();
  await expect(page).toHaveURL(/\/customers\?.*insight=churn_risk/);
  await settled(page);
  await expect(page.getByRole('table', { name: 'Customers' })).toHaveAttribute('aria-rowcount', String(risk.count + 1));
});

test('arrow keys walk from dot to dot, Enter opens the customer', async ({ page, console }) => {
  await console.open('/quadrant?book=all');
  await settled(page);
  const plot = page.getByRole('application', { name: /^Health Status against happiness/ });
  await tabTo(page, plot);
  const seen = new Set<string>();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowLeft']) {
    await page.keyboard.press(key);
    // Where the walk rests is selected, and said.
    await expect.poll(() => new URL(page.url()).searchParams.get('at') ?? '').not.toBe([...seen].at(-1) ?? '');
    seen.add(new URL(page.url()).searchParams.get('at') ?? '');
  }
  expect(seen.size).toBeGreaterThanOrEqual(4);
  const last = new URL(page.url()).searchParams.get('at') ?? '';
  const customer = (await console.api('viewer', 'GET', `/v1/customers/${last}`)).body as { name: string };
  await expect(page.getByRole('status').filter({ hasText: customer.name })).toContainText('happiness');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: customer.name, level: 1 })).toBeVisible();
});

test('somebody who may not save tries lines out, and sees that it is a trial', async ({ page, console }) => {
  await console.open('/quadrant?book=all');
  await settled(page);
  const slider = page.getByRole('slider', { name: 'Happiness is high from' });
  await tabTo(page, slider);
  await page.keyboard.press('PageUp');
  await expect(page).toHaveURL(/try_happiness=70/);
  const trial = page.getByRole('note', { name: 'Trial of the lines' });
  await expect(trial).toContainText('A trial, not saved.');
  const save = trial.getByRole('button', { name: 'Save for everybody' });
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await expect(save).toHaveAccessibleDescription(/this needs Admin/);
  await trial.getByRole('button', { name: 'Back to the saved lines' }).click();
  await expect(trial).toHaveCount(0);
  await expect(slider).toHaveAttribute('aria-valuenow', '60');
});

test('an admin drags a line and saves it; the counts of the trial are those of the API then', async ({ page, console }) => {
  const before = (await console.api('admin', 'GET', '/v1/settings')).body as Record<string, unknown>;
  await console.open('/quadrant?book=all', 'admin');
  await settled(page);
  const slider = page.getByRole('slider', { name: 'Happiness is high from' });
  const box = await slider.boundingBox();
  if (!box) throw new Error('no slider');
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 12, box.y - 48, { steps: 6 });
  await page.mouse.up();
  await page.getByLabel('Well from').selectOption('steady');
  const trial = page.getByRole('note', { name: 'Trial of the lines' });
  const happiness = Number(await slider.getAttribute('aria-valuenow'));
  expect(happiness).toBeGreaterThan(60);
  const words = (await trial.textContent()) ?? '';
  await trial.getByRole('button', { name: 'Save for everybody' }).click();
  await expect(page.getByText('The lines are saved.', { exact: false }).first()).toBeVisible();
  await expect(trial).toHaveCount(0);
  const after = (await console.api('admin', 'GET', '/v1/settings')).body as Record<string, unknown>;
  expect(after).toEqual({ ...before, high_happiness: happiness, high_status: 'steady' });
  const insights = (await console.api('viewer', 'GET', '/v1/insights')).body as Insights;
  for (const cell of insights.cells.filter((one) => !['stale', 'unknown'].includes(one.insight))) {
    expect(words).toContain(`${cell.title} ${cell.count} (`);
    await expect(
      page.getByRole('list', { name: 'Insights' }).getByRole('link', { name: new RegExp(`^${cell.title} ${cell.count} `) }),
    ).toBeVisible();
  }
  // What others tests rely on is put back.
  await page.getByRole('spinbutton', { name: 'Happy from' }).fill('60');
  await page.getByRole('spinbutton', { name: 'Happy from' }).press('Enter');
  await page.getByLabel('Well from').selectOption('healthy');
  await page.getByRole('button', { name: 'Save for everybody' }).click();
  await expect(trial).toHaveCount(0);
  expect((await console.api('admin', 'GET', '/v1/settings')).body).toEqual(before);
});

test('filters of the quadrant are those of the portfolio, and live in the address', async ({ page, console }) => {
  const plans = (await console.api('viewer', 'GET', '/v1/analytics/segments?by=plan')).body as {
    items: { value: string; customers: number }[];
  };
  const enterprise = plans.items.find((item) => item.value === 'Enterprise')?.customers;
  await console.open('/quadrant?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Plan').selectOption('Enterprise');
  await expect(page).toHaveURL(/segment\.plan=Enterprise/);
  await settled(page);
  await expect(page.locator('figcaption')).toContainText(`Of ${enterprise} customers`);
  await page.goBack();
  await expect(page.locator('figcaption')).toContainText('Of 67 customers');
});

test('the quadrant as a table, and the table as a file', async ({ page, console }) => {
  await console.open('/quadrant?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Show as table' }).click();
  const table = page.getByRole('region', { name: 'Health Status and happiness as a table' });
  await expect(table.getByRole('row')).toHaveCount(68);
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download Health Status and happiness as CSV' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('quadrant-2026-11-27.csv');
  const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
  expect(lines[0]).toBe('Customer,Insight,Health Status,Score,Happiness,ARR,Currency,Owner');
  expect(lines.find((line) => line.startsWith('Voltmarrow Energy,'))).toMatch(
    /,thriving,50,85,104268\.00,USD,csm@keepwell\.example$/,
  );
});
