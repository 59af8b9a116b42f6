// What people do about customers: profile, contacts, talks, answers, tasks.
import { accessible, expect, settled, test } from './fixtures';

test('a profile is edited, and what somebody else changed meanwhile is not lost', async ({ page, console }) => {
  console.expectErrors(/412|422/);
  await console.open('/customers/marblewick');
  await settled(page);
  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: /^Profile of Marblewick/ });
  await accessible(page);
  await expect(dialog.getByRole('button', { name: 'Save profile' })).toHaveAccessibleDescription('Nothing is changed yet.');
  await dialog.getByLabel('Seats').fill('many');
  await dialog.getByRole('button', { name: 'Save profile' }).click();
  await expect(dialog.getByLabel('Seats')).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByLabel('Seats').fill('77');
  await dialog.getByLabel('Customer since').fill('2024-06-30');
  await dialog.getByLabel('Tags').fill('pilot, renewed');
  const { body } = await console.api('viewer', 'GET', '/v1/customers/marblewick');
  const version = (body as { version: number }).version;
  await console.api('admin', 'PATCH', '/v1/customers/marblewick', { industry: 'Glass' }, { 'if-match': `"${version}"` });
  await dialog.getByRole('button', { name: 'Save profile' }).click();
  await expect(dialog).toContainText('Somebody changed this customer while you wrote.');
  await expect
    .poll(async () => {
      // It may be gone before the press.
      const save = dialog.getByRole('button', { name: 'Save profile' });
      await save.click({ timeout: 1_000 }).catch(() => undefined);
      return page.getByRole('dialog').count();
    })
    .toBe(0);
  const after = (await console.api('viewer', 'GET', '/v1/customers/marblewick')).body;
  expect(after).toMatchObject({ seats: 77, customer_since: '2024-06-30', tags: ['pilot', 'renewed'], industry: 'Glass' });
});

test('asking for feedback is switched off and on', async ({ page, console }) => {
  await console.open('/customers/marblewick');
  const toggle = page.getByRole('switch');
  await expect(toggle).toHaveAttribute('aria-checked', 'true');
  await toggle.click();
  await expect(toggle).toHaveText('Nobody is asked for feedback');
  expect((await console.api('viewer', 'GET', '/v1/customers/marblewick')).body).toMatchObject({ request_feedback: false });
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-checked', 'true');
});

test('a contact is added, no longer mailed, and removed', async ({ page, console }) => {
  console.expectErrors(/422/);
  await console.open('/customers/marblewick?tab=contacts');
  await settled(page);
  await page.getByRole('button', { name: 'New contact' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ida Vogt');
  await dialog.getByLabel('Mail address').fill('ida');
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  await expect(dialog.getByLabel('Mail address')).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByLabel('Mail address').fill('ida.vogt@marblewick.example');
  await dialog.getByLabel('Role').selectOption('champion');
  await dialog.getByLabel('Time zone').fill('Europe/Berlin');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  const row = page.getByRole('row').filter({ hasText: 'Ida Vogt' });
  await expect(row).toContainText('Champion');
  await expect(row).toContainText('may be mailed');
  await row.getByRole('button', { name: 'Change Ida Vogt' }).click();
  await dialog.getByLabel('Mail', { exact: true }).selectOption('unsubscribed');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row).toContainText('unsubscribed');
  await row.getByRole('button', { name: 'Change Ida Vogt' }).click();
  await dialog.getByRole('button', { name: 'Remove…' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(row).toHaveCount(0);
});

test('an interaction is logged, and its tone shows while one writes', async ({ page, console }) => {
  await console.open('/customers/glimmerdown?tab=timeline');
  await settled(page);
  await page.keyboard.press('l');
  const dialog = page.getByRole('dialog');
  const tone = dialog.getByRole('status', { name: 'Tone' });
  await dialog.getByLabel('Notes').fill('They were angry and very disappointed.');
  await expect(tone).toContainText('Negative');
  await expect(tone).toContainText('English');
  await dialog.getByLabel('Notes').fill('They said "great", and want\na second seat pack. They love it.');
  await expect(tone).toContainText('Positive');
  await accessible(page);
  await dialog.getByLabel('What', { exact: true }).selectOption('call');
  await dialog.getByLabel('How good was it?').selectOption('4');
  await dialog.getByRole('button', { name: 'Log it' }).click();
  await expect(page.getByText(/Interaction with Glimmerdown Insurance logged/).first()).toBeVisible();
  await expect(page.getByText(/They said "great", and want\s+a second seat pack\./)).toBeVisible();
  await expect(page.getByText('Interaction: call, quality 4 of 5').first()).toBeVisible();
});

test('goals and tickets show how far they are', async ({ page, console }) => {
  await console.open('/customers/larkmoor?tab=goals');
  await settled(page);
  await expect(page.getByRole('listitem').filter({ hasText: 'Reporting hours saved a month' })).toContainText('28of 40');
  await expect(page.getByRole('heading', { name: /^Milestones \d of \d done$/ }).first()).toBeVisible();
  await page.getByRole('navigation', { name: 'Parts of the customer' }).getByRole('link', { name: 'Tickets' }).click();
  await settled(page);
  await expect(page.getByRole('region', { name: /^Open/ })).toContainText('Records of the outage night are still missing');
  await expect(page.getByRole('region', { name: /^Open/ })).toContainText('escalated');
  await expect(page.getByRole('region', { name: /^Open/ })).toContainText(/answered after \d+ h · open for \d+ d/);
  await expect(page.getByRole('region', { name: /^Closed/ })).toContainText(/closed after \d+ h/);
});

test('the milestones of a customer that is stuck are overdue', async ({ page, console }) => {
  const found = (await console.api('viewer', 'GET', '/v1/customers?q=Harrowfig')).body as { items: { id: string }[] };
  const id = found.items[0]?.id;
  const { body } = await console.api('viewer', 'GET', `/v1/customers/${id}/goals`);
  const goals = (body as { items: { milestones: { state: string; name: string }[] }[] }).items;
  const overdue = goals.flatMap((goal) => goal.milestones).filter((milestone) => milestone.state === 'overdue');
  expect(overdue.length).toBeGreaterThan(0);
  await console.open(`/customers/${id}?tab=goals`);
  await settled(page);
  await accessible(page);
  await expect(page.getByText(/^Overdue since/)).toHaveCount(overdue.length);
  await expect(
    page
      .getByRole('listitem')
      .filter({ hasText: overdue[0]?.name ?? 'none' })
      .last(),
  ).toContainText(/Overdue since \d/);
});

test('an answer is taken into work, gets a theme, and is closed, without a mouse', async ({ page, console }) => {
  await console.open('/inbox?rating=happy');
  await settled(page);
  await expect(page.getByRole('region', { name: 'Answers' }).getByRole('button').first()).toBeVisible();
  await page.keyboard.press('j');
  const answer = page.getByRole('region', { name: 'The answer' });
  await expect(answer.getByRole('button', { name: 'New' })).toHaveAttribute('aria-pressed', 'true');
  await expect(answer.getByRole('link', { name: 'Reply' })).toHaveAttribute('href', /^mailto:[^?]+\?subject=/);
  await page.keyboard.press('w');
  await expect(answer.getByRole('button', { name: 'In work' })).toHaveAttribute('aria-pressed', 'true');
  await answer.getByLabel('Add a theme').fill('reports');
  await page.keyboard.press('Enter');
  await expect(answer.getByText('reports', { exact: true })).toBeVisible();
  await accessible(page);
  const id = new URL(page.url()).searchParams.get('open') ?? '';
  await console.open('/inbox?state=in_work');
  await settled(page);
  await expect(page.getByRole('region', { name: 'Answers' }).getByRole('button')).toHaveCount(1);
  await expect(page.getByRole('group', { name: 'Themes' }).getByRole('link', { name: /^reports/ })).toContainText('a strength');
  await page.keyboard.press('j');
  await page.keyboard.press('c');
  await expect(page.getByText('The answer is closed.').first()).toBeVisible();
  await expect(page.getByText('No answer of the last 90 days is like that.')).toBeVisible();
  const { body } = await console.api('viewer', 'GET', '/v1/feedback?state=closed');
  expect((body as { items: unknown[] }).items).toMatchObject([{ id, state: 'closed', themes: ['reports'] }]);
});

test('an answer that somebody else handles meanwhile is not overwritten', async ({ page, console }) => {
  console.expectErrors(/412/);
  await console.open('/inbox?rating=neutral');
  await settled(page);
  await expect(page.getByRole('region', { name: 'Answers' }).getByRole('button').first()).toBeVisible();
  await page.keyboard.press('j');
  const answer = page.getByRole('region', { name: 'The answer' });
  await expect(answer.getByRole('button', { name: 'New' })).toHaveAttribute('aria-pressed', 'true');
  const id = new URL(page.url()).searchParams.get('open') ?? '';
  expect((await console.api('admin', 'PATCH', `/v1/feedback/${id}`, { state: 'closed' })).status).toBe(200);
  await page.keyboard.press('w');
  await expect(page.getByText('Somebody else changed what is done about this answer.').first()).toBeVisible();
  await expect(answer.getByRole('button', { name: 'Closed' })).toHaveAttribute('aria-pressed', 'true');
});

test('tasks are worked through by keyboard', async ({ page, console }) => {
  for (const [n, due] of ['2026-11-20', '2026-11-20', '2026-11-27'].entries()) {
    const made = await console.api('csm', 'POST', '/v1/tasks', {
      customer: 'marblewick',
      title: `Triage ${n + 1}`,
      due_on: due,
      owner: 'csm@keepwell.example',
    });
    expect(made.status).toBe(201);
  }
  await console.open('/tasks?book=mine');
  await settled(page);
  await expect(page.getByRole('region', { name: /^Overdue/ })).toContainText('Triage 1');
  const overdue = page.getByRole('region', { name: /^Overdue/ }).getByRole('button', { name: /^Done:/ });
  const before = await overdue.count();
  await page.keyboard.press('j');
  await expect(page.getByRole('button', { name: /^Done: Triage/ }).first()).toBeFocused();
  await page.keyboard.press('d');
  await expect(overdue).toHaveCount(before - 1);
  await expect(page.getByRole('button', { name: /^Done: Triage/ }).first()).toBeFocused();
  await page.keyboard.press('w');
  await expect(overdue).toHaveCount(before - 2);
  await expect(page.getByText(/Triage [12]: due 4 Dec\./).first()).toBeVisible();
});

test('home says who was not met, and what moved', async ({ page, console }) => {
  await console.open('/?book=all');
  await settled(page);
  await expect(page.getByRole('region', { name: /^Nobody met them for 30 days/ })).toContainText(/last met|nobody met them yet/);
  const moved = page.getByRole('region', { name: 'Score movements' });
  await expect(moved.getByRole('listitem').first()).toContainText('Voltmarrow Energy');
  await expect(moved.getByRole('listitem').first()).toContainText('−25');
  await expect(page.getByText("By the score's band; the outline is a week ago.")).toBeVisible();
});
