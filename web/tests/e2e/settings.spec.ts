// What an admin does in the settings, against the real handlers.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { KIND, KINDS } from '../../src/lib/imports';
import { SHIPPED } from '../../src/lib/settings';
import { expect, settled, test } from './fixtures';

const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

async function downloaded(page: Page, press: Locator): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent('download'), press.click()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
}

test('a write key is shown once, works with curl, and is taken back', async ({ page, console }) => {
  await console.open('/settings/write-keys', 'admin');
  await page.getByLabel('What it is for').fill('Nightly job');
  await page.getByRole('button', { name: 'Make key' }).click();
  const secret = (await page.getByRole('group', { name: 'Write key' }).textContent())?.trim() ?? '';
  expect(secret.length).toBeGreaterThan(20);
  const body = JSON.stringify({ userId: 'u1', groupId: 'curl-customer', traits: { name: 'By curl' } });
  const send = () =>
    execFileSync(
      'curl',
      ['-s', '-u', `${secret}:`, '-H', 'Content-Type: application/json', '-d', body, `${console.url}/v1/group`],
      {
        encoding: 'utf8',
      },
    );
  expect(JSON.parse(send())).toMatchObject({ success: true, accepted: 1 });
  expect((await console.api('viewer', 'GET', '/v1/customers/curl-customer')).body).toMatchObject({ name: 'By curl' });
  await page.reload();
  await settled(page);
  await expect(page.getByRole('row', { name: /Nightly job/ })).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.getByRole('button', { name: 'Take back the key “Nightly job”' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back', exact: true }).click();
  await expect(page.getByRole('row', { name: /Nightly job/ })).toHaveCount(0);
  // That it is refused from now on, within a minute, is held by a story of the API.
  await console.api('admin', 'DELETE', '/v1/customers/curl-customer');
});

test('settings: what is wrong stands at its field, what is right is saved, and goes back to the default', async ({
  page,
  console,
}) => {
  console.expectErrors(/422/);
  await console.open('/settings', 'admin');
  await settled(page);
  const worth = page.getByRole('group', { name: 'What the four answers are worth' });
  await worth.getByRole('textbox', { name: 'Neutral' }).fill('80');
  await page.getByRole('textbox', { name: 'Key features' }).fill('Export\nLogin');
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await save.click();
  await expect(worth.getByRole('textbox', { name: 'Neutral' })).toHaveAccessibleDescription(/must not be above happy/);
  await expect(page.getByRole('textbox', { name: 'Key features' })).toHaveAccessibleDescription(/it is one of login_features/);
  await worth.getByRole('textbox', { name: 'Neutral' }).fill('30');
  await page.getByRole('textbox', { name: 'Key features' }).fill('Export');
  await page.getByRole('textbox', { name: 'Weights of features' }).fill('Export = 2.5');
  await save.click();
  await expect(page.getByText(/^Settings saved/).first()).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/settings')).body).toMatchObject({
    answer_values: { neutral: 30 },
    key_features: ['Export'],
    feature_weights: { Export: 2.5 },
  });
  for (const label of ['Neutral', 'Key features', 'Weights of features'])
    await page.getByRole('button', { name: `Back to default: ${label}` }).click();
  await save.click();
  await expect
    .poll(async () => (await console.api('viewer', 'GET', '/v1/settings')).body)
    .toMatchObject({
      answer_values: SHIPPED.answer_values,
      key_features: [],
      feature_weights: {},
    });
});

test('settings that somebody else saved meanwhile are kept', async ({ page, console }) => {
  console.expectErrors(/412/);
  await console.open('/settings', 'admin');
  await settled(page);
  await page.getByRole('textbox', { name: 'Product name' }).fill('Mine');
  await page.getByRole('textbox', { name: 'Within' }).fill('14');
  const { body } = await console.api('viewer', 'GET', '/v1/settings');
  const answer = await page.request.fetch(`${console.url}/v1/settings`, {
    headers: {
      authorization: `Bearer ${JSON.parse(await page.evaluate(() => sessionStorage.getItem('keepwell.token') ?? '')).token}`,
    },
  });
  const theirs = { ...(body as object), product_name: 'Theirs', high_happiness: 65 };
  expect((await console.api('admin', 'PUT', '/v1/settings', theirs, { 'if-match': answer.headers().etag ?? '' })).status).toBe(
    200,
  );
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const note = page.getByRole('alert').filter({ hasText: 'Somebody else saved settings while you edited' });
  await expect(note).toContainText('You both changed Product name');
  await expect(page.getByRole('textbox', { name: 'Happiness is high from' })).toHaveValue('65');
  await expect(page.getByRole('textbox', { name: 'Product name' })).toHaveValue('Mine');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText(/^Settings saved/).first()).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/settings')).body).toMatchObject({
    product_name: 'Mine',
    high_happiness: 65,
    score_drop: { days: 14 },
  });
  for (const label of ['Product name', 'Within', 'Happiness is high from'])
    await page.getByRole('button', { name: `Back to default: ${label}` }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(async () => (await console.api('viewer', 'GET', '/v1/settings')).body).toMatchObject({ high_happiness: 60 });
});

test('a file with other names for its columns is checked first, then imported', async ({ page, console }) => {
  await console.open('/settings/import');
  const rows = ['imp-1,"Import, One",Pro,2027-03-01,yes', 'imp-2,Import Two,Pro,soon,no', 'imp-3,Import Three,,2027-05-01,maybe'];
  await page.setInputFiles(
    'input[type=file]',
    csv('accounts.csv', `Account ID;Company;Plan tier;Renewal date;Ask them\n${rows.join('\n')}\n`.replaceAll(';', ',')),
  );
  const column = (name: string) => page.getByRole('combobox', { name: new RegExp(`^${name}`) });
  await expect(column('id').locator('option:checked')).toHaveText('Account ID');
  await expect(column('renewal_on').locator('option:checked')).toHaveText('Renewal date');
  await expect(page.getByText('Left out of the file: Ask them.')).toBeVisible();
  await column('request_feedback').selectOption('Ask them');
  await page.getByRole('button', { name: 'Check without importing' }).click();
  const report = page.getByRole('region', { name: 'What importing it would do' });
  await expect(report.getByRole('row', { name: /3 renewal_on must be a date/ })).toBeVisible();
  await expect(report.getByRole('row', { name: /4 request_feedback must be true or false/ })).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/customers/imp-1')).status).toBe(404);
  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await expect(page.getByRole('region', { name: 'Imported', exact: true })).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/customers/imp-1')).body).toMatchObject({
    name: 'Import, One',
    plan: 'Pro',
    renewal_on: '2027-03-01',
    request_feedback: true,
  });
  const rejected = await downloaded(page, page.getByRole('button', { name: 'Download the rejected rows' }));
  expect(rejected.name).toBe('accounts-rejected.csv');
  expect(rejected.text.split('\r\n').slice(0, 2)).toEqual([
    'Account ID,Company,Plan tier,Renewal date,Ask them,row in the file,what is wrong',
    expect.stringMatching(/^imp-2,Import Two,Pro,soon,no,3,renewal_on: must be a date/),
  ]);
  // The same file again: what is there is known.
  await page.getByRole('button', { name: 'Check without importing' }).click();
  await expect(report.locator('div', { hasText: /^known already/ })).toContainText('1');
  await console.api('admin', 'DELETE', '/v1/customers/imp-1');
});

test('a long file goes in several parts, and tells its own rows', async ({ page, console }) => {
  await console.api('csm', 'POST', '/v1/customers', { id: 'long-1', name: 'Long One' });
  await console.open('/settings/import');
  await page.getByLabel('What the file holds').selectOption('usage');
  const rows = Array.from(
    { length: 4_500 },
    (_, index) =>
      `e${index},${index === 4_400 ? 'nobody-at-all' : 'long-1'},2026-11-${String(1 + (index % 20)).padStart(2, '0')},Export`,
  );
  await page.setInputFiles(
    'input[type=file]',
    csv('usage.csv', `event_id,account_id,timestamp,feature_name\n${rows.join('\n')}\n`),
  );
  await page.getByRole('button', { name: 'Check without importing' }).click();
  const report = page.getByRole('region', { name: 'What importing it would do' });
  await expect(report.getByText('4,500 of 4,500 rows')).toBeVisible({ timeout: 60_000 });
  // Row 4402 of the file stood in another place of another part.
  await expect(report.getByRole('row', { name: /^4402 / })).toBeVisible();
  await console.api('admin', 'DELETE', '/v1/customers/long-1');
});

test('the columns of every kind are those that the API knows', async ({ console }) => {
  for (const kind of KINDS) {
    const { body } = await console.api('csm', 'POST', `/v1/imports/${kind}?dry_run=true&mapping=nothing:x`, 'x', {
      'content-type': 'text/csv',
    });
    const known = /known are (.*)$/.exec((body as { errors: { detail: string }[] }).errors[0]?.detail ?? '')?.[1]?.split(', ');
    expect(
      KIND[kind].columns.map((column) => column.name),
      kind,
    ).toEqual(known);
  }
});

test('everything of a kind comes out as one file', async ({ page, console }) => {
  await console.open('/settings/exports', 'admin');
  await settled(page);
  // Pages of ten, so that their putting together is seen.
  await page.route('**/v1/exports/customers*', (route) => {
    const url = new URL(route.request().url());
    url.searchParams.set('limit', '10');
    return route.continue({ url: url.href });
  });
  const file = await downloaded(page, page.getByRole('button', { name: 'Download Customers as CSV' }));
  expect(file.name).toBe('customers.csv');
  const { body } = await console.api('viewer', 'GET', '/v1/customers?limit=1');
  expect(file.text.trim().split('\r\n').length).toBe(1 + (body as { total: number }).total);
});

test('a contact is given out and erased', async ({ page, console }) => {
  await console.api('csm', 'POST', '/v1/customers', { id: 'forget-co', name: 'Forget Co' });
  await console.api('csm', 'POST', '/v1/customers/forget-co/contacts', {
    id: 'p1',
    name: 'Fiona Forgotten',
    email: 'fiona@forget.example',
  });
  await console.open('/settings/exports', 'admin');
  await page.getByRole('combobox', { name: 'Find a customer' }).fill('forget');
  await page.getByRole('option', { name: /Forget Co/ }).click();
  // As the link in a customer's profile says it.
  await expect(page).toHaveURL(/\/settings\/exports\?customer=forget-co$/);
  await page.reload();
  await page.getByLabel('Contact', { exact: true }).selectOption({ label: 'Fiona Forgotten, fiona@forget.example' });
  const given = await downloaded(page, page.getByRole('button', { name: 'Export as JSON' }).last());
  expect(given.name).toBe('forget-co-p1.json');
  expect(given.text).toContain('fiona@forget.example');
  await page.getByRole('button', { name: 'Erase the contact…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase Fiona Forgotten?' });
  await expect(dialog.getByRole('button', { name: 'Erase the contact' })).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByRole('textbox').fill('fiona@forget.example');
  await dialog.getByRole('button', { name: 'Erase the contact' }).click();
  await expect(page.getByText(/^The contact is erased/).first()).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/customers/forget-co/contacts')).body).toMatchObject({ items: [] });
  await page.getByRole('button', { name: 'Erase the company…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('forget co');
  await page.getByRole('dialog').getByRole('button', { name: 'Erase the company' }).click();
  await expect.poll(async () => (await console.api('viewer', 'GET', '/v1/customers/forget-co')).status).toBe(404);
});

test('a segment leads to its customers', async ({ page, console }) => {
  await console.open('/settings/segments');
  await settled(page);
  await page.getByRole('link', { name: 'Country', exact: true }).click();
  await settled(page);
  const first = page.getByRole('table').first().getByRole('row').nth(1);
  const n = Number((await first.getByRole('cell').last().textContent())?.match(/\d+/)?.[0]);
  await first.getByRole('link').click();
  await settled(page);
  await expect(page).toHaveURL(/segment\.country=/);
  // The portfolio also lists customers that left.
  const shown = async () =>
    Number(
      (
        await page
          .getByText(/^\d+ customers?$/)
          .first()
          .textContent()
      )?.match(/\d+/)?.[0],
    );
  await expect.poll(shown).toBeGreaterThanOrEqual(n);
  expect(await shown()).toBeLessThan(n + 5);
});

test('the mail that asks is shown as it looks, and how often is set', async ({ page, console }) => {
  await console.open('/settings/feedback', 'admin');
  await settled(page);
  const mail = page.frameLocator('iframe');
  await expect(mail.getByText('Very Happy')).toBeVisible();
  // Its inline styles hold, although the policy of the console forbids them.
  expect(await mail.locator('.card').evaluate((card) => getComputedStyle(card).borderTopLeftRadius)).toBe('12px');
  await page.getByRole('button', { name: 'Text', exact: true }).click();
  await expect(page.locator('pre')).toContainText('Very Happy');
  await page.getByRole('textbox', { name: 'Days between two requests' }).fill('400');
  console.expectErrors(/422/);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Days between two requests' })).toHaveAccessibleDescription(/365/);
  await page.getByRole('textbox', { name: 'Days between two requests' }).fill('45');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText(/^Settings saved/).first()).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/settings')).body).toMatchObject({ feedback_interval_days: 45 });
  await page.getByRole('button', { name: 'Back to default: Days between two requests' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect
    .poll(async () => (await console.api('viewer', 'GET', '/v1/settings')).body)
    .toMatchObject({ feedback_interval_days: 30 });
});

test('whoever signs in is a member, until an admin forgets the line', async ({ page, console }) => {
  await console.open('/settings/members', 'viewer');
  await expect(page.getByRole('row', { name: /viewer@keepwell\.example/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Forget viewer@keepwell.example' })).toHaveAttribute('aria-disabled', 'true');
  await console.open('/settings/members', 'admin');
  await page.getByRole('button', { name: 'Forget viewer@keepwell.example' }).click();
  await expect(page.getByRole('row', { name: /viewer@keepwell\.example/ })).toHaveCount(0);
});

test('the state of the system is told in words', async ({ page, console }) => {
  await console.open('/settings/system', 'admin');
  await settled(page);
  await expect(page.getByRole('heading', { name: /Everything runs on time|Something needs a look/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /score-recompute\/nightly every night/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /^Mails/ })).toBeVisible();
});

test('who may not sees why', async ({ page, console }) => {
  await console.open('/settings', 'viewer');
  await settled(page);
  await expect(page.getByRole('textbox', { name: 'Product name' })).toHaveAttribute('readonly');
  await expect(page.getByRole('button', { name: 'Save', exact: true })).toHaveAccessibleDescription(/this needs Admin/);
  await page.getByRole('link', { name: 'Import' }).click();
  await page.setInputFiles('input[type=file]', csv('a.csv', 'id,name\nx,X\n'));
  await expect(page.getByRole('button', { name: 'Check without importing' })).toHaveAccessibleDescription(
    /this needs Customer success manager/,
  );
  await page.getByRole('link', { name: 'Exports and erasure' }).click();
  await expect(page.getByRole('button', { name: 'Download Usage as CSV' })).toHaveAttribute('aria-disabled', 'true');
});

test('theme and keys are chosen by keyboard', async ({ page, console }) => {
  await console.open('/');
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press(',');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings: General' })).toBeFocused();
  await page.getByRole('link', { name: 'Appearance and keyboard' }).press('Enter');
  await page.getByRole('radio', { name: /^Dark/ }).press('Space');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByLabel('Shortcuts of a single key are on').press('Space');
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(page).toHaveURL(/appearance/);
});
