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
  await page.getByRole('combobox', { name: /^Plan/ }).selectOption('Enterprise');
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

test('a cell of the movement leads to the customers who went that way', async ({ page, console }) => {
  const asked = '/v1/analytics/movement?was=healthy&is=steady';
  const { items } = (await console.api('viewer', 'GET', asked)).body as { items: { name: string; customer: string }[] };
  await console.open('/analytics?book=all&tab=movement');
  await settled(page);
  const cell = page.getByRole('link', { name: `${items.length} customers from Healthy to Steady` });
  await tabTo(page, cell, 80);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/was=healthy&is=steady/);
  const table = page.getByRole('region', { name: 'Customers who went this way' });
  await expect(table.getByRole('rowheader')).toHaveText(items.map((item) => item.name));
  await table.getByRole('link', { name: items[0]?.name ?? '' }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${items[0]?.customer}`));
  await page.goBack();
  await expect(table).toBeVisible();
});

test('the matrix says what it is to a screen reader, and adds up', async ({ page, console }) => {
  await console.open('/analytics?book=all&tab=movement');
  await settled(page);
  const links = page.getByRole('region', { name: 'Matrix of the movement' }).getByRole('link');
  const names = await links.evaluateAll((all) => all.map((link) => link.getAttribute('aria-label') ?? ''));
  const sum = names.reduce((total, name) => total + Number.parseInt(name, 10), 0);
  expect(sum).toBe(72);
  await expect(page.getByRole('region', { name: 'Matrix of the movement' })).toMatchAriaSnapshot(`
    - table "From the rows on 28 Oct to the columns on 27 Nov":
      - rowgroup:
        - row:
          - columnheader "was ↓ is →"
          - columnheader /Thriving/
          - columnheader /Healthy/
          - columnheader /Steady/
          - columnheader /Struggling/
          - columnheader /Churned/
  `);
});

test('a rule leads to the customers whose score it moved', async ({ page, console }) => {
  const all = (await console.api('viewer', 'GET', '/v1/analytics/drivers')).body as {
    drivers: { rule: string; customers: number }[];
  };
  const first = all.drivers[0];
  await console.open('/analytics?book=all&tab=drivers');
  await settled(page);
  await page.getByRole('link', { name: /^Usage trend/ }).click();
  await expect(page.getByRole('heading', { name: `Moved by Usage trend, ${first?.customers} customers` })).toBeVisible();
  await page.getByRole('button', { name: 'Customers', exact: true }).click();
  await expect(page).toHaveURL(/order=customers/);
});

test('arrow keys go through a trend, and say each week with its n', async ({ page, console }) => {
  await console.open('/analytics?book=all');
  await settled(page);
  const chart = page.getByRole('slider', { name: 'Mean score by week' });
  await tabTo(page, chart);
  await page.keyboard.press('ArrowRight');
  await expect(chart).toHaveAttribute('aria-valuetext', /^29 May: 72\.1 \(69\.6 to 74\.5\), n = 67$/);
  await page.keyboard.press('End');
  await expect(chart).toHaveAttribute('aria-valuetext', /^27 Nov: .*n = 67$/);
});

test('period, owner and segment go along from question to question', async ({ page, console }) => {
  await console.open('/analytics?book=all');
  await settled(page);
  await page.getByRole('button', { name: '12 weeks' }).click();
  await expect(page).toHaveURL(/from=2026-09-04/);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Owner').selectOption('ana.ruiz@keepwell.example');
  await page.getByRole('combobox', { name: /^Plan/ }).selectOption('Team');
  await page.getByRole('navigation', { name: 'Questions' }).getByRole('link', { name: 'Movement' }).click();
  await expect(page).toHaveURL(
    (url) =>
      url.searchParams.get('tab') === 'movement' &&
      url.searchParams.get('from') === '2026-09-04' &&
      url.searchParams.get('owner') === 'ana.ruiz@keepwell.example' &&
      url.searchParams.get('segment.plan') === 'Team',
  );
  await settled(page);
  const asked = '/v1/analytics/movement?from=2026-09-04&owner=ana.ruiz@keepwell.example&segment.plan=Team';
  const found = (await console.api('viewer', 'GET', asked)).body as { customers: number; up: number; down: number };
  const moved = found.up + found.down;
  await expect(page.locator('figcaption')).toContainText(
    moved === 0 ? 'No customer changed band' : `${moved} of ${found.customers} customers changed band`,
  );
});

test('a day that the API refuses is said, and can be changed', async ({ page, console }) => {
  console.expectErrors(/422/);
  await console.open('/analytics?book=all&tab=drivers&from=2020-01-01');
  await expect(page.getByRole('alert')).toContainText('from');
  await page.getByRole('button', { name: '30 days' }).click();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the year of a customer, by keyboard: score, happiness, and what happened', async ({ page, console }) => {
  await console.open('/customers/larkmoor');
  await settled(page);
  const chart = page.getByRole('slider', { name: 'Score and happiness over time' });
  await tabTo(page, chart, 80);
  await page.keyboard.press('End');
  await expect(chart).toHaveAttribute(
    'aria-valuetext',
    /^27 Nov: score 47 \(Steady\); happiness 13 \(Not Happy, 6 answers\); Automation:/,
  );
  await expect(page.getByText(/^27 Nov: score 47/)).toBeVisible();
  const said = new Set<string>();
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('ArrowLeft');
    said.add((await chart.getAttribute('aria-valuetext')) ?? '');
  }
  expect(said.size).toBe(8);
  expect([...said].join('\n')).toContain('Health Status Healthy → Struggling: “Outage hit their core business');
  expect([...said].join('\n')).toContain('(critical, closed, escalated)');
});

test('a part of the year is marked by dragging, and lives in the address', async ({ page, console }) => {
  await console.open('/customers/larkmoor');
  await settled(page);
  const chart = page.getByRole('slider', { name: 'Score and happiness over time' });
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  if (!box) throw new Error('no chart');
  await page.mouse.move(box.x + box.width * 0.5, box.y + 120);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 130, { steps: 5 });
  await page.mouse.up();
  await expect(page).toHaveURL(/trend_from=2026-0\d-\d\d&trend_to=2026-\d\d-\d\d/);
  await page.reload();
  await settled(page);
  await expect(page.getByRole('button', { name: 'Show 12 months' })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(/larkmoor$/);
  await page.getByRole('button', { name: '3 months' }).click();
  await expect(page).toHaveURL(/trend_from=2026-08-28$/);
  await page.getByRole('button', { name: 'Show as table' }).click();
  await expect(page.getByRole('region', { name: 'Trend as a table' }).getByRole('row').nth(1)).toContainText('27 Nov');
});
