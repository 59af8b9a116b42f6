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
  ['portfolio with chosen columns', '/customers?book=all&columns=status,score,tags,industry', 'Voltmarrow Energy'],
  ['portfolio with a preview', '/customers?book=all&open=voltmarrow', 'What happened last'],
  ['portfolio where nothing matches', '/customers?book=all&q=nobody-has-this-name', 'No customer matches'],
  ['customer', '/customers/voltmarrow', 'Why did it change?'],
  ['customer, a part of the year', '/customers/larkmoor?trend_from=2026-08-28&trend_to=2026-11-20', 'Show 12 months'],
  ['customer, with evidence', '/customers/voltmarrow?why=usage_trend', /Usage of the last 28 days/],
  ['customer, score', '/customers/voltmarrow?tab=score', 'caps the score'],
  ['customer, score of a past day', '/customers/voltmarrow?tab=score&as_of=2026-10-01', 'Back to now'],
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
  ['mailbox', '/mailbox', 'Nothing leaves this machine'],
  ['mailbox where nothing matches', '/mailbox?to=nobody@nowhere.example', 'No mail matches'],
  ['clock', '/clock', 'Score recompute'],
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
  for (const path of ['/', '/customers', '/customers/acme', '/quadrant', '/analytics', '/tasks', '/inbox']) {
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
