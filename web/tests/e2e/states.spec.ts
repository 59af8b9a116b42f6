// Every page in every state it can be in: accessible, no wider than the screen, without errors. Run in light, in dark, and on a phone.
import { accessible, expect, fits, settled, test } from './fixtures';

const PAGES: [name: string, path: string, shows: string | RegExp][] = [
  ['home', '/?book=all', 'Latest feedback'],
  ['home of a CSM', '/', 'My book'],
  ['portfolio', '/customers?book=all', 'Voltmarrow Energy'],
  [
    'portfolio, filtered and sorted',
    '/customers?book=all&status=struggling&sort=score&segment.plan=Enterprise',
    'Larkmoor Freight',
  ],
  ['portfolio with a preview', '/customers?book=all&open=voltmarrow', 'What happened last'],
  ['portfolio where nothing matches', '/customers?book=all&q=nobody-has-this-name', 'No customer matches'],
  ['customer', '/customers/voltmarrow', 'Why did it change?'],
  ['customer, with evidence', '/customers/voltmarrow?why=usage_trend', /Usage of the last 28 days/],
  ['customer, score', '/customers/voltmarrow?tab=score', 'caps the score'],
  ['customer, score of a past day', '/customers/voltmarrow?tab=score&as_of=2026-10-01', 'Back to now'],
  ['customer, timeline', '/customers/larkmoor?tab=timeline', 'Today'],
  ['customer, timeline of a kind without events', '/customers/larkmoor?tab=timeline&kind=score', 'Nothing happened yet'],
  ['customer, feedback', '/customers/larkmoor?tab=feedback', 'Response rate'],
  ['customer, tasks', '/customers/larkmoor?tab=tasks', 'Save Larkmoor Freight'],
  ['customer, contacts', '/customers/larkmoor?tab=contacts', 'may be mailed'],
  ['customer that is not there', '/customers/nobody', 'There is no such customer'],
  ['tasks', '/tasks?book=all', 'Today'],
  ['tasks, none', '/tasks?book=all&state=dropped', 'Nothing here'],
  ['inbox', '/inbox', 'Not Happy'],
  ['inbox, one rating', '/inbox?rating=not_happy', 'Not Happy'],
  ['mailbox', '/mailbox', 'Nothing leaves this machine'],
  ['mailbox where nothing matches', '/mailbox?to=nobody@nowhere.example', 'No mail matches'],
  ['clock', '/clock', 'Score recompute'],
  ['settings', '/settings', 'Product name'],
  ['settings, feedback', '/settings/feedback', 'The mail that asks'],
  ['settings, members', '/settings/members', 'Where roles come from'],
  ['settings, write keys', '/settings/write-keys', 'Write keys are shown to admins'],
  ['settings, segments and measures', '/settings/segments?by=industry', 'usage.active_days_28d'],
  ['settings, measures that nothing matches', '/settings/segments?find=nothing-has-this', 'No measure matches'],
  ['settings, import', '/settings/import', 'Drop a CSV file here'],
  ['settings, exports', '/settings/exports', 'Giving data out and erasing it is for admins'],
  ['settings, system', '/settings/system', "The system's state is shown to admins"],
  ['settings, appearance', '/settings/appearance', 'Shortcuts of a single key are on'],
  ['settings, a section that is not there', '/settings/nothing', 'There is no such section'],
  ['first run', '/start', 'Start with demo data'],
  ['first run, import', '/start?step=import', 'Drop a CSV file here'],
  ['first run, connect', '/start?step=connect', 'this page waits for the first event'],
  ['address that is nothing', '/no/such/page', 'There is nothing at this address'],
];

for (const [name, path, shows] of PAGES) {
  test(name, async ({ page, console }) => {
    if (path.endsWith('/nobody')) console.expectErrors(/404/);
    await console.open(path);
    await settled(page);
    await expect(page.getByText(shows, { exact: false }).filter({ visible: true }).first()).toBeVisible();
    await accessible(page);
    await fits(page);
  });
}

for (const [name, path, shows] of [
  ['settings of an admin', '/settings', 'Nothing changed'],
  ['members of an admin', '/settings/members', 'Where roles come from'],
  ['write keys of an admin', '/settings/write-keys', 'Keys that work'],
  ['exports of an admin', '/settings/exports', 'One company or one person'],
  ['system of an admin', '/settings/system', 'What time brings'],
] as const) {
  test(name, async ({ page, console }) => {
    await console.open(path, 'admin');
    await settled(page);
    await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
    await accessible(page);
    await fits(page);
  });
}

test('settings with changes, and what is wrong with them', async ({ page, console }) => {
  console.expectErrors(/422/);
  await console.open('/settings', 'admin');
  await settled(page);
  await page
    .getByRole('group', { name: 'What the four answers are worth' })
    .getByRole('textbox', { name: 'Neutral' })
    .fill('ninety');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('must be a number').first()).toBeVisible();
  await accessible(page);
  await fits(page);
});

test('a new write key, and taking one back', async ({ page, console }) => {
  await console.open('/settings/write-keys', 'admin');
  await page.getByLabel('What it is for').fill('Looked at');
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByText('Copy it now: it is shown this once.').filter({ visible: true }).first()).toBeVisible();
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: 'Take back the key “Looked at”' }).first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Take back', exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a file that is checked', async ({ page, console }) => {
  await console.open('/settings/import');
  const file =
    'Account,Company,Renewal date,Nothing of ours\nlooked-at,"Looked, at",2027-01-31,x\nlooked-at-2,Looked at,soon,y\n';
  await page.setInputFiles('input[type=file]', { name: 'accounts.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByRole('button', { name: 'Check without importing' }).click();
  await expect(page.getByRole('region', { name: 'Rejected rows' })).toContainText('must be a date');
  await accessible(page);
  await fits(page);
});

test('erasing is asked twice', async ({ page, console }) => {
  await console.open('/settings/exports', 'admin');
  await page.getByRole('combobox', { name: 'Find a customer' }).fill('copperjay');
  await page.getByRole('option', { name: /Copperjay/ }).click();
  await page.getByRole('button', { name: 'Erase the company…' }).click();
  await expect(page.getByRole('dialog', { name: 'Erase Copperjay Legal?' })).toBeVisible();
  await accessible(page);
  await fits(page);
});

test('sign-in', async ({ page, console }) => {
  await page.goto(`${console.url}/customers`);
  await expect(page.getByRole('heading', { name: 'Sign in to Keepwell' })).toBeVisible();
  await accessible(page);
  await fits(page);
});

test('palette and help', async ({ page, console, isMobile }) => {
  await console.open('/customers?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Search customers, pages and actions' }).click();
  await page.getByRole('combobox').fill('volt');
  await expect(page.getByRole('option', { name: /Voltmarrow Energy/ })).toBeVisible();
  await accessible(page);
  await fits(page);
  await page.keyboard.press('Escape');
  if (isMobile) return;
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await accessible(page);
});

test('menus and filters', async ({ page, console }) => {
  await console.open('/customers?book=all');
  await settled(page);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('button', { name: 'Views' }).click();
  await expect(page.getByRole('menuitem', { name: /Largest first/ })).toBeFocused();
  await accessible(page);
  await fits(page);
});

for (const [button, dialog] of [
  ['Change status', 'Health Status of Copperjay Legal'],
  ['Log interaction', 'Log an interaction with Copperjay Legal'],
  ['New task', 'New task for Copperjay Legal'],
]) {
  test(`dialog: ${button}`, async ({ page, console }) => {
    await console.open('/customers/copperjay');
    await page.getByRole('button', { name: button ?? '' }).click();
    await expect(page.getByRole('dialog', { name: dialog ?? '' })).toBeVisible();
    await accessible(page);
    await fits(page);
  });
}

test('a server that fails', async ({ page, console }) => {
  console.expectErrors(/500/);
  await page.route('**/v1/**', (route) => {
    if (route.request().url().endsWith('/v1/sign-in')) return route.continue();
    return route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: JSON.stringify({ title: 'Something broke', detail: 'It is logged.', status: 500 }),
    });
  });
  for (const path of ['/', '/customers', '/customers/acme', '/tasks', '/inbox']) {
    await console.open(path);
    await expect(page.getByRole('alert').first()).toContainText('Something broke');
    await accessible(page);
    await fits(page);
  }
});

test('a viewer sees what they may not do, and why', async ({ page, console }) => {
  await console.open('/customers/copperjay', 'viewer');
  const button = page.getByRole('button', { name: 'Change status' });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(button).toHaveAccessibleDescription(/Your role is Viewer; this needs Customer success manager/);
  // Playwright waits for a disabled button for ever; a person does not.
  await button.click({ force: true });
  await page.keyboard.press('e');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await accessible(page);
});
