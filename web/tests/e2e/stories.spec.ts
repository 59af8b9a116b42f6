// What a customer-success manager does with the console, against the real handlers.
import type { Page } from '@playwright/test';
import { expect, settled, tabTo, test } from './fixtures';

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

test('signs in by choosing a role, and out again', async ({ page, console }) => {
  await page.goto(`${console.url}/customers?book=all`);
  await page.getByRole('button', { name: /^Admin/ }).click();
  await expect(page.getByRole('heading', { name: 'Portfolio' })).toBeVisible();
  await page.getByRole('button', { name: /admin@keepwell.example/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Keepwell' })).toBeVisible();
});

test('a tab from before a deployment loads itself again', async ({ page, console }) => {
  console.expectErrors(/404/);
  await console.open('/');
  await settled(page);
  let gone = 0;
  // The file of the page's code has another name now.
  await page.route(/\/assets\/Tasks-.*\.js$/, (route) => {
    gone += 1;
    return gone === 1 ? route.fulfill({ status: 404 }) : route.fallback();
  });
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: /^Tasks/ })
    .click();
  await expect(page.getByRole('heading', { name: 'Tasks', level: 1 })).toBeVisible();
  await settled(page);
  await expect(page.getByText('Today').filter({ visible: true }).first()).toBeVisible();
  expect(gone).toBeGreaterThanOrEqual(2);
});

test('finds a slipping customer and sees why, without a mouse', async ({ page, console }) => {
  await page.goto(console.url);
  await tabTo(page, page.getByRole('button', { name: /^Customer success manager/ }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('fell most');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/sort=change/);
  await expect(page.getByRole('heading', { name: 'Portfolio' })).toBeFocused();
  await settled(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('rowheader').getByRole('link').first()).toBeFocused();
  await page.keyboard.press('Enter');
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('Voltmarrow Energy');
  await expect(heading).toBeFocused();
  await expect(page.getByText(/Fell by 28\.\d points in 30 days, most of all through critical ticket open/)).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: /Critical ticket age/ }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Evidence for Critical ticket age' })).toContainText(
    'Days for which the oldest critical ticket has been open',
  );
  await expect(page).toHaveURL(/why=critical_ticket_age/);
});

test('sets a status with a reason, without a mouse', async ({ page, console }) => {
  await console.open('/customers?book=all&q=Nettlebank');
  await settled(page);
  await expect(rowOf(page, 'Nettlebank Dental')).toContainText('Healthy');
  await page.keyboard.press('j');
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Health Status of Nettlebank Dental' });
  await expect(dialog.getByRole('radio', { name: 'Healthy' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('radio', { name: 'Steady' })).toBeChecked();
  await tabTo(page, dialog.getByRole('button', { name: 'Set status' }));
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Say why: it is shown beside the status.')).toBeVisible();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Shift+Tab');
  await expect(dialog.getByLabel('Why')).toBeFocused();
  await page.keyboard.type('Two practices closed; they buy fewer seats.');
  await tabTo(page, dialog.getByRole('button', { name: 'Set status' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Nettlebank Dental is Steady now.').first()).toBeVisible();
  await expect(rowOf(page, 'Nettlebank Dental')).toContainText('Steady');
  const stored = await console.api('viewer', 'GET', '/v1/customers/nettlebank');
  expect(stored.body).toMatchObject({
    status: 'steady',
    status_reason: 'Two practices closed; they buy fewer seats.',
    status_set_by: 'csm@keepwell.example',
  });
});

test('a status that somebody else changed meanwhile is taken back and shown', async ({ page, console }) => {
  console.expectErrors(/412/);
  await console.open('/customers?book=all&q=Duskharbour');
  await settled(page);
  await rowOf(page, 'Duskharbour Works').getByRole('button').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Steady').click();
  await dialog.getByLabel('Why').fill('Quiet for weeks.');
  const { body } = await console.api('admin', 'GET', '/v1/customers/duskharbour');
  const version = (body as { version: number }).version;
  const other = await console.api(
    'admin',
    'PUT',
    '/v1/customers/duskharbour/status',
    { status: 'thriving', reason: 'They signed for three years.' },
    { 'if-match': `"${version}"` },
  );
  expect(other.status).toBe(200);
  await dialog.getByRole('button', { name: 'Set status' }).click();
  await expect(dialog).toContainText('Somebody changed this customer while you wrote.');
  await expect(dialog).toContainText('It is Thriving now, set by Admin.');
  await expect(rowOf(page, 'Duskharbour Works')).toContainText('Thriving');
  await dialog.getByRole('button', { name: 'Set status' }).click();
  await expect(rowOf(page, 'Duskharbour Works')).toContainText('Steady');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a status shows at once and goes back when the server refuses it', async ({ page, console }) => {
  console.expectErrors(/500/);
  await console.open('/customers?book=all&q=Saffronbuoy');
  await settled(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/status', async (route) => {
    await held;
    await route.fulfill({
      status: 500,
      contentType: 'application/problem+json',
      body: '{"title":"Something broke","status":500}',
    });
  });
  const row = rowOf(page, 'Saffronbuoy Works');
  await expect(row).toContainText('Steady');
  await row.getByRole('button').click();
  await page.getByRole('dialog').getByText('Thriving').click();
  await page.getByLabel('Why').fill('New sponsor.');
  await page.getByRole('button', { name: 'Set status' }).click();
  await expect(row).toContainText('Thriving');
  release();
  await expect(page.getByRole('dialog')).toContainText('Something broke');
  await expect(row).toContainText('Steady');
});

test('filters live in the address, and the back button takes them off', async ({ page, console }) => {
  await console.open('/customers?book=all');
  await settled(page);
  const rows = page.getByRole('table', { name: 'Customers' });
  // The 72 of the demo without the five that have left.
  await expect(rows).toHaveAttribute('aria-rowcount', '68');
  await page.getByRole('link', { name: /Struggling/ }).click();
  await expect(page).toHaveURL(/status=struggling/);
  await expect(rows).toHaveAttribute('aria-rowcount', /^(1[0-9]|2[0-9])$/);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByLabel('Size').selectOption('Enterprise');
  await expect(page).toHaveURL(/segment\.size=Enterprise/);
  await expect(page.getByRole('button', { name: 'Take away the filter size: Enterprise' })).toBeVisible();
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL(/customers\?book=all$/);
  await expect(rows).toHaveAttribute('aria-rowcount', '68');
  await page.getByRole('button', { name: 'My book' }).click();
  await expect(rows).toHaveAttribute('aria-rowcount', '28');
});

test('the table says what it is to a screen reader', async ({ page, console }) => {
  await console.open('/customers?book=all&q=Voltmarrow');
  await settled(page);
  await expect(page.getByRole('table', { name: 'Customers' })).toMatchAriaSnapshot(`
    - table "Customers":
      - rowgroup:
        - row:
          - cell "Select all 1":
            - checkbox "Select all 1"
          - columnheader "Customer":
            - button "Customer"
          - columnheader "Status"
          - columnheader "Score":
            - button "Score"
          - columnheader "7 days":
            - button "7 days"
          - columnheader "12 weeks"
          - columnheader "Top driver"
          - columnheader "Happiness":
            - button "Happiness"
          - columnheader "Renewal":
            - button "Renewal"
          - columnheader "Last contact":
            - button "Last contact"
          - columnheader "ARR":
            - button "ARR"
          - columnheader "Owner"
      - rowgroup:
        - row:
          - cell "Select Voltmarrow Energy":
            - checkbox "Select Voltmarrow Energy"
          - rowheader "Voltmarrow Energy Enterprise":
            - link "Voltmarrow Energy"
            - text: Enterprise
          - cell "Thriving. Change the status of Voltmarrow Energy":
            - button "Thriving. Change the status of Voltmarrow Energy"
          - cell "50 , Steady disagrees with the status"
          - cell "−25 points in 7 days"
          - cell "−31 points in 12 weeks"
          - cell /Seats in use −5/:
            - link /Seats in use −5/
          - cell "Very Happy 85 of 100, from 5 answers"
          - cell "Apr 2027"
          - cell "7 d ago"
          - cell "$104K"
          - cell "CSM"
  `);
});

test('the preview goes along with the keyboard and knows its customer', async ({ page, console }) => {
  await console.open('/customers?book=all&sort=change');
  await settled(page);
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  await expect(page.getByRole('complementary', { name: 'Preview of Voltmarrow Energy' })).toContainText('Critical ticket open');
  await page.keyboard.press('j');
  await expect(page.getByRole('complementary', { name: 'Preview of Voltmarrow Energy' })).toHaveCount(0);
  await expect(page.getByRole('complementary', { name: /Preview of/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: /Preview of/ })).toHaveCount(0);
});

test('handles a Not Happy answer, without a mouse', async ({ page, console }) => {
  await console.open('/');
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await expect(page.getByRole('heading', { name: 'Inbox' })).toBeFocused();
  await settled(page);
  await tabTo(page, page.getByRole('link', { name: 'Not Happy', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/rating=not_happy/);
  await settled(page);
  await page.keyboard.press('j');
  const answer = page.getByRole('region', { name: 'The answer' });
  await expect(answer).toContainText('Not Happy');
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('What is to be done')).toHaveValue(/^Talk to .+ about the answer Not Happy$/);
  await tabTo(page, dialog.getByRole('button', { name: 'Make task' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Task made for/).first()).toBeVisible();
  await expect(answer.getByRole('button', { name: /^Talk to/ })).toBeVisible();
});

test('a field that is wrong is named at the field', async ({ page, console }) => {
  console.expectErrors(/422/);
  await console.open('/customers/glimmerdown');
  await settled(page);
  await page.keyboard.press('t');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make task' }).click();
  await expect(dialog.getByLabel('What is to be done')).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.getByLabel('What is to be done')).toHaveAccessibleDescription(/./);
});

test('a task is done and opened again', async ({ page, console }) => {
  await console.open('/customers/brightforge?tab=tasks');
  await settled(page);
  await page.getByRole('button', { name: 'Done: Save Brightforge Tools: churn risk' }).click();
  await expect(page.getByRole('button', { name: 'Open again: Save Brightforge Tools: churn risk' })).toBeVisible();
  // The page shows what is on its way; the server has it a moment later.
  const closed = async () => (await console.api('viewer', 'GET', '/v1/tasks?customer=brightforge&state=done')).body;
  await expect.poll(async () => JSON.stringify(await closed())).toContain('Save Brightforge Tools');
  await page.getByRole('button', { name: 'Open again: Save Brightforge Tools: churn risk' }).click();
  await expect(page.getByRole('button', { name: 'Done: Save Brightforge Tools: churn risk' })).toBeVisible();
});

test('the score is overridden by hand for a reason and a time, and given back', async ({ page, console }) => {
  await console.open('/customers/copperjay?tab=score');
  await settled(page);
  await page.getByRole('button', { name: 'Override…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Value, 0 to 100').fill('30');
  await dialog.getByLabel('Why').fill('Their parent company is being sold.');
  await dialog.getByRole('button', { name: 'Override', exact: true }).click();
  await expect(page.getByRole('note').filter({ hasText: 'Manual override' })).toContainText(
    'Their parent company is being sold.',
  );
  await page.getByRole('button', { name: 'Take the override back' }).click();
  await expect(page.getByRole('note').filter({ hasText: 'Manual override' })).toHaveCount(0);
});

test('the link in a mail to the team opens the customer', async ({ page, console }) => {
  const mails = (await (await page.request.get(`${console.url}/_local/mailbox`)).json()) as { links: string[] }[];
  const link = mails.flatMap((mail) => mail.links).find((one) => one.includes('/customers/'));
  expect(link).toBeTruthy();
  await console.open(new URL(link ?? '').pathname);
  await settled(page);
  await expect(page.getByText('Why did it change?')).toBeVisible();
});
