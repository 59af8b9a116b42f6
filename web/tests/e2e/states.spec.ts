// Every page in every state it can be in: accessible, no wider than the screen, without errors. On a desktop and on a phone, in light and in dark colours.
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
  ['portfolio with chosen columns', '/customers?book=all&columns=status,score,tags,industry', 'Voltmarrow Energy'],
  ['portfolio with a preview', '/customers?book=all&open=voltmarrow', 'What happened last'],
  ['portfolio where nothing matches', '/customers?book=all&q=nobody-has-this-name', 'No customer matches'],
  ['customer', '/customers/voltmarrow', 'Why did it change?'],
  ['customer, a part of the year', '/customers/larkmoor?trend_from=2026-08-28&trend_to=2026-11-20', 'Show 12 months'],
  ['customer, with evidence', '/customers/voltmarrow?why=usage_trend', /Usage of the last 28 days/],
  ['customer, score', '/customers/voltmarrow?tab=score', 'caps the score'],
  ['customer, score of a past day', '/customers/voltmarrow?tab=score&as_of=2026-10-01', 'Back to now'],
  ['customer, score before its first day', '/customers/voltmarrow?tab=score&as_of=2020-01-01', 'There was no score on that day'],
  ['customer, timeline', '/customers/larkmoor?tab=timeline', 'Today'],
  ['customer, timeline of a kind without events', '/customers/larkmoor?tab=timeline&kind=score', 'Nothing happened yet'],
  ['customer, feedback', '/customers/larkmoor?tab=feedback', 'Response rate'],
  ['customer, tasks', '/customers/larkmoor?tab=tasks', 'Save Larkmoor Freight'],
  ['customer, contacts', '/customers/larkmoor?tab=contacts', 'may be mailed'],
  ['customer, goals', '/customers/larkmoor?tab=goals', 'Reporting hours saved'],
  ['customer, no goals', '/customers/glimmerdown?tab=goals', /No goals|Due/],
  ['customer, tickets', '/customers/larkmoor?tab=tickets', 'Records of the outage night'],
  ['customer that is not there', '/customers/nobody', 'There is no such customer'],
  ['quadrant', '/quadrant?book=all', 'Health Status and happiness'],
  ['quadrant by score, with a trail', '/quadrant?book=all&x=score&at=voltmarrow', 'In 90 days: happiness'],
  ['quadrant, lines on trial', '/quadrant?book=all&try_happiness=75&try_status=steady', 'A trial, not saved'],
  ['quadrant where nothing matches', '/quadrant?book=all&segment.plan=nothing', 'No customer is here'],
  ['analytics, trend', '/analytics?book=all', 'The mean score'],
  ['analytics of an empty part', '/analytics?book=all&segment.plan=nothing', 'No customer is here'],
  ['analytics, segments', '/analytics?book=all&tab=segments', 'has the highest mean score'],
  ['analytics, movement with a cell', '/analytics?book=all&tab=movement&was=healthy&is=steady', 'Healthy → Steady, 2 customers'],
  ['analytics, drivers with a rule', '/analytics?book=all&tab=drivers&rule=usage_trend', 'Moved by Usage trend'],
  ['analytics, renewals', '/analytics?book=all&tab=renewals', 'is at risk'],
  ['analytics, response rate', '/analytics?book=all&tab=responses', 'requests were answered'],
  ['analytics, cohorts', '/analytics?book=all&tab=cohorts', 'started in'],
  ['tasks', '/tasks?book=all', 'Today'],
  ['tasks, none', '/tasks?book=all&state=dropped', 'Nothing here'],
  ['inbox', '/inbox', 'Not Happy'],
  ['inbox, nothing in work', '/inbox?state=closed&rating=neutral', /No answer|Closed/],
  ['inbox, one rating', '/inbox?rating=not_happy', 'Not Happy'],
  ['scorecards', '/scorecards', 'Everybody whom no other scorecard takes'],
  ['scorecard', '/scorecards/default', 'Below Steady is Struggling'],
  ['scorecard, a dimension', '/scorecards/default?at=0', 'Normalise to 100'],
  ['scorecard, a rule on a customer', '/scorecards/default?at=0.0&customer=voltmarrow', /Days of the last 28/],
  ['scorecard, a rule by steps', '/scorecards/default?at=0.2', 'below'],
  ['scorecard, a rule by trend', '/scorecards/default?at=0.1', 'Points for no change'],
  ['scorecard, a rule by words', '/scorecards/default?at=1.0', 'Any other word'],
  ['scorecard, a part that is not there', '/scorecards/default?at=9.9', 'This part is not there'],
  ['scorecard, overrides', '/scorecards/default?at=overrides', 'Missing data never triggers one'],
  ['scorecard as YAML', '/scorecards/default?tab=yaml', 'It reads without a problem'],
  ['scorecard, plan of nothing', '/scorecards/default?tab=plan', 'Nothing would change'],
  ['scorecard, backtest', '/scorecards/default?tab=proof', 'Does it tell who leaves?'],
  ['scorecard, versions', '/scorecards/default?tab=versions', 'shipped with Keepwell'],
  ['scorecard that is not there', '/scorecards/nobody', 'There is no such scorecard'],
  ['automations', '/automations', 'A customer is struggling'],
  ['automations, none', '/automations?show=off', 'None is like that'],
  ['automations, run log', '/automations?tab=runs', 'Today, 27 Nov'],
  ['automations, run log where nothing matches', '/automations?tab=runs&result=failed&customer=larkmoor', 'No run matches'],
  ['automation', '/automations/status-struggling', 'Dry run'],
  ['automation with conditions and a cool-down', '/automations/score-fell', 'At most once in 14 days'],
  ['automation, YAML', '/automations/status-struggling?tab=yaml', 'The document'],
  ['automation, run log', '/automations/insight-churn-risk?tab=runs', 'Larkmoor Freight'],
  ['automation, versions', '/automations/status-struggling?tab=versions', 'There is one version'],
  ['automation, new', '/automations/new', 'What is to be done'],
  ['automation that is not there', '/automations/nobody', 'There is no such automation'],
  ['endpoints', '/endpoints', 'No endpoint yet'],
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

test('a customer of whom nothing is known yet', async ({ page, console }, { project }) => {
  // Desktop and phone may be here at the same time.
  const id = `brand-new-${project.name}`;
  await console.api('csm', 'POST', '/v1/customers', { id, name: 'Brand New' });
  for (const [tab, shows] of [
    ['overview', 'No scores yet'],
    ['score', '0 % of the weight has data'],
    ['timeline', 'Nothing happened yet'],
    ['feedback', 'No answer'],
    ['contacts', 'No contacts'],
    ['tickets', 'No tickets'],
  ] as const) {
    await console.open(`/customers/${id}?tab=${tab}`);
    await settled(page);
    await expect(page.getByText(shows, { exact: false }).filter({ visible: true }).first()).toBeVisible();
    await accessible(page);
    await fits(page);
  }
  // Other stories count the demo's customers.
  expect((await console.api('admin', 'DELETE', `/v1/customers/${id}`)).status).toBe(204);
});

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
  ['Edit profile', 'Profile of Copperjay Legal'],
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
  for (const path of [
    '/',
    '/customers',
    '/customers/acme',
    '/quadrant',
    '/analytics',
    '/tasks',
    '/inbox',
    '/scorecards',
    '/scorecards/default',
    '/automations',
    '/automations/acme',
    '/endpoints',
  ]) {
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
