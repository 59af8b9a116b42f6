// The portfolio: many customers changed at once, views, columns, the file, the place in a long list.
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { accessible, expect, fits, settled, test } from './fixtures';

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

test('several customers get a tag and an owner, by keyboard and by mouse', async ({ page, console }) => {
  await console.open('/customers?book=all&q=Farms&sort=name');
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('X');
  const chosen = page.getByRole('region', { name: 'Chosen customers' });
  await expect(chosen).toContainText('3 customers chosen');
  await accessible(page);
  await chosen.getByRole('button', { name: 'Tag…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Tags for 3 customers' });
  await dialog.getByLabel('Tag', { exact: true }).fill('harvest');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Change 3 customers' }).click();
  await expect(page.getByText('3 customers: “harvest” added.').first()).toBeVisible();
  await expect(chosen).toHaveCount(0);
  const tagged = (await console.api('viewer', 'GET', '/v1/customers?segment.tag=harvest')).body as { total: number };
  expect(tagged.total).toBe(3);

  // The other way: with the mouse, a range by shift, and everybody by the box in the head.
  await console.open('/customers?book=all&segment.tag=harvest&sort=name');
  await settled(page);
  await page.getByRole('checkbox', { name: 'Select all 3' }).click();
  await page.getByRole('button', { name: 'Owner…' }).click();
  await page.getByRole('dialog').getByLabel('Owner').fill('mei.tanaka@keepwell.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Change 3 customers' }).click();
  await expect(page.getByText('3 customers: the owner is Mei Tanaka now.').first()).toBeVisible();
  const owned = (await console.api('viewer', 'GET', '/v1/customers?segment.tag=harvest&owner=mei.tanaka@keepwell.example')).body;
  expect((owned as { total: number }).total).toBe(3);
});

test('of many changes the one that fails is named, and tried again against what is there now', async ({ page, console }) => {
  console.expectErrors(/412/);
  await console.open('/customers?book=all&q=Power&sort=name');
  await settled(page);
  const rows = page.getByRole('table', { name: 'Customers' });
  const all = Number(await rows.getAttribute('aria-rowcount')) - 1;
  expect(all).toBeGreaterThan(1);
  await page.getByRole('checkbox', { name: `Select all ${all}` }).click();
  await page.getByRole('button', { name: 'Tag…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tag', { exact: true }).fill('grid');
  const { body } = await console.api('viewer', 'GET', '/v1/customers?q=Flintparasol');
  const [other] = (body as { items: { id: string; version: number; name: string }[] }).items;
  const changed = await console.api(
    'admin',
    'PATCH',
    `/v1/customers/${other?.id}`,
    { tags: ['changed'] },
    { 'if-match': `"${other?.version}"` },
  );
  expect(changed.status).toBe(200);
  await dialog.getByRole('button', { name: `Change ${all} customers` }).click();
  await expect(dialog).toContainText(`1 customer was not changed, ${all - 1} of ${all} were.`);
  await expect(dialog).toContainText('Flintparasol Power: somebody changed it meanwhile');
  await dialog.getByRole('button', { name: 'Try 1 customer again' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const after = (await console.api('viewer', 'GET', `/v1/customers/${other?.id}`)).body as { tags: string[] };
  expect(after.tags.sort()).toEqual(['changed', 'grid']);
});

test('several customers get a task each', async ({ page, console }) => {
  await console.open('/customers?book=all&q=Robotics&sort=name');
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog', { name: /^New task for 1 customer/ });
  await dialog.getByLabel('What is to be done').fill('Ask about the new line');
  await dialog.getByRole('button', { name: 'Make 1 task' }).click();
  await expect(page.getByText('1 customer: task made.').first()).toBeVisible();
  const tasks = (await console.api('viewer', 'GET', '/v1/tasks?state=open&limit=1000')).body as { items: { title: string }[] };
  expect(tasks.items.filter((task) => task.title === 'Ask about the new line')).toHaveLength(1);
});

test('a view is saved, found again, renamed and deleted', async ({ page, console }) => {
  await console.open('/customers?book=all&status=struggling&sort=score&columns=status,score,arr,tags');
  await settled(page);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: /Save this view/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Save this view' });
  await dialog.getByLabel('Name').fill('Rescue');
  await dialog.getByLabel('Share it with the team').check();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Save view' }).click();
  await expect(page.getByText('The view “Rescue” is saved.').first()).toBeVisible();

  await console.open('/customers?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitemradio', { name: /Rescue/ }).click();
  await expect(page).toHaveURL(/status=struggling&sort=score&columns=/);
  await expect(page.getByRole('columnheader', { name: 'Tags' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Renewal' })).toHaveCount(0);

  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: /Saved views/ }).click();
  const manage = page.getByRole('dialog', { name: 'Saved views' });
  await manage.getByRole('button', { name: 'Rename Rescue' }).click();
  await manage.getByLabel('New name of Rescue').fill('To save');
  await manage.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(manage.getByRole('link', { name: 'To save' })).toBeVisible();
  await accessible(page);
  await manage.getByRole('button', { name: 'Delete To save' }).click();
  await expect(manage).toContainText('None is left.');
  const left = (await console.api('viewer', 'GET', '/v1/views')).body as { items: unknown[] };
  expect(left.items).toEqual([]);
});

test('columns are chosen, and the address keeps them', async ({ page, console }) => {
  await console.open('/customers?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Industry' }).check();
  await page.getByRole('checkbox', { name: 'Happiness' }).uncheck();
  await expect(page.getByRole('columnheader', { name: 'Industry' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Happiness' })).toHaveCount(0);
  await accessible(page);
  await fits(page);
  await page.reload();
  await settled(page);
  await expect(page.getByRole('columnheader', { name: 'Industry' })).toBeVisible();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'As shipped' }).click();
  await expect(page).toHaveURL(/customers\?book=all$/);
  await expect(page.getByRole('columnheader', { name: 'Happiness' })).toBeVisible();
});

test('who has left is not among the others until somebody asks', async ({ page, console }) => {
  const total = async (query: string) =>
    ((await console.api('viewer', 'GET', `/v1/customers?limit=1${query}`)).body as { total: number }).total;
  const [all, left] = [await total(''), await total('&churned=true')];
  expect(left).toBeGreaterThan(0);
  const rows = page.getByRole('table', { name: 'Customers' });
  await console.open('/customers?book=all');
  await settled(page);
  await expect(rows).toHaveAttribute('aria-rowcount', String(all - left + 1));
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.locator('#filters').getByLabel('Churned customers').selectOption('alone');
  await expect(page).toHaveURL(/churned=true/);
  await expect(rows).toHaveAttribute('aria-rowcount', String(left + 1));
  await page.locator('#filters').getByLabel('Churned customers').selectOption('among the others');
  await expect(rows).toHaveAttribute('aria-rowcount', String(all + 1));
  await page.getByRole('button', { name: /^Take away the filter Churned customers/ }).click();
  await expect(rows).toHaveAttribute('aria-rowcount', String(all - left + 1));
});

test('what the filters find comes as a file', async ({ page, console }) => {
  await console.open('/customers?book=all&status=struggling');
  await settled(page);
  const total = Number(await page.getByRole('table', { name: 'Customers' }).getAttribute('aria-rowcount')) - 1;
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toBe('customers.csv');
  const text = await readFile(await file.path(), 'utf8');
  expect(text.split('\r\n')[0]).toContain('id,name,owner');
  expect(
    text
      .trim()
      .split('\r\n')
      .filter((line) => line.includes(',struggling,')),
  ).toHaveLength(total);
});

test('the end of the list is a key away, and coming back finds the place', async ({ page, console }) => {
  await console.open('/customers?book=all&sort=name');
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('End');
  const rows = Number(await page.getByRole('table', { name: 'Customers' }).getAttribute('aria-rowcount'));
  expect(rows).toBeGreaterThan(60);
  const last = page.locator(`tr[data-index="${rows - 2}"]`);
  await expect(last.getByRole('link').first()).toBeFocused();
  await expect(last).toHaveAttribute('aria-rowindex', String(rows));
  const name = (await last.getByRole('rowheader').getByRole('link').textContent()) ?? '';
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  await page.goBack();
  await settled(page);
  await expect(rowOf(page, name)).toBeInViewport();
  await page.reload();
  await settled(page);
  await expect(rowOf(page, name)).toBeInViewport();
});

test('a customer who comes between two pages of the list is counted', async ({ page, console }) => {
  let shown = 0;
  await page.route('**/v1/customers?**cursor=**', async (route) => {
    const response = await route.fetch();
    const answer = (await response.json()) as { total: number };
    shown = answer.total + 1;
    await route.fulfill({ response, json: { ...answer, total: shown } });
  });
  await console.open('/customers?book=all');
  const table = page.getByRole('table', { name: 'Customers' });
  await expect(async () => {
    expect(shown).toBeGreaterThan(20);
    expect(await table.getAttribute('aria-rowcount')).toBe(String(shown + 1));
  }).toPass();
});

test('a list of 100,000 is one that a browser can hold', async ({ page, console }) => {
  // The demo's rows over and over, with cursors as the API has them: the page is tried here, not the server.
  const total = 100_000;
  let asked = 0;
  const demo = ((await console.api('viewer', 'GET', '/v1/customers?limit=72')).body as { items: Record<string, unknown>[] })
    .items;
  await page.route('**/v1/customers?**', async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const from = Number(query.get('cursor') ?? 0) + Number(query.get('skip') ?? 0);
    const to = Math.min(total, from + Number(query.get('limit')));
    asked += 1;
    const items = Array.from({ length: to - from }, (_, at) => ({
      ...demo[(from + at) % demo.length],
      id: `c${from + at}`,
      name: `Customer ${from + at + 1}`,
    }));
    await route.fulfill({ json: { items, next_cursor: to < total ? String(to) : null, total } });
  });
  await console.open('/customers?book=all');
  await settled(page);
  await expect(page.getByRole('table', { name: 'Customers' })).toHaveAttribute('aria-rowcount', '100001');
  await page.locator('.table-scroll').evaluate((table) => {
    table.scrollTop = 5000 * (table.querySelector('tr[data-index]')?.getBoundingClientRect().height ?? 0);
  });
  await expect(rowOf(page, 'Customer 5005')).toBeVisible();
  // Straight there: the row before the page, and the rows in sight.
  expect(asked).toBeLessThan(7);
  expect(await page.locator('tr[data-index]').count()).toBeLessThan(80);
  await accessible(page);
});
