// Automations: built as a sentence, tried, saved, and seen at work; with endpoints, versions, drafts and a pause.
import { createServer } from 'node:http';
import type { Locator, Page } from '@playwright/test';
import { accessible, expect, settled, tabTo, test } from './fixtures';

const lineOf = (page: Page, id: string) => page.locator(`[data-automation="${id}"]`);
const notice = (page: Page, text: string | RegExp) => page.getByRole('region', { name: 'Notices' }).getByText(text).first();

async function choose(page: Page, picker: Locator, name: string): Promise<void> {
  await picker.fill(name);
  await page.getByRole('option', { name }).click();
}

test('builds an automation by its sentence, tries it on a customer, saves it, and sees what it did', async ({
  page,
  console,
}) => {
  test.setTimeout(120_000);
  await console.open('/automations', 'admin');
  await settled(page);
  await page.getByRole('link', { name: 'New automation' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Cheer at Cinderloom');
  await expect(page.getByLabel('Id', { exact: true })).toHaveValue('cheer-at-cinderloom');
  const when = page.getByRole('region', { name: 'When' });
  await when.getByRole('button', { name: 'to: Struggling' }).click();
  await when.getByRole('checkbox', { name: 'Struggling' }).uncheck();
  await when.getByRole('checkbox', { name: 'Thriving' }).check();
  await page.keyboard.press('Escape');
  const conditions = page.getByRole('region', { name: 'Conditions' });
  await conditions.getByRole('button', { name: 'Condition', exact: true }).click();
  await conditions.getByLabel('Values of plan').fill('Starter');
  await page.keyboard.press('Enter');
  await conditions.getByRole('button', { name: 'Condition', exact: true }).click();
  await conditions.getByLabel('Field').last().selectOption('Health Score');
  await conditions.getByLabel('Bound of Health Score').fill('1');
  const actions = page.getByRole('region', { name: 'Actions' });
  await actions.getByLabel('Priority').selectOption('urgent');
  const title = actions.getByLabel('What is to be done', { exact: true });
  await title.fill('Send a card to ');
  await actions.getByRole('button', { name: 'Insert a variable into: What is to be done' }).click();
  await page.getByRole('menuitem', { name: 'customer.name' }).click();
  await expect(title).toHaveValue('Send a card to {{ customer.name }}');
  await actions.getByRole('button', { name: 'Add an action' }).click();
  await page.getByRole('menuitem', { name: /^Send a mail/ }).click();
  await actions.getByLabel('Subject', { exact: true }).fill('{{ customer.name }} is {{ event.to }}');
  await actions.getByLabel('Text', { exact: true }).fill('Well done.');
  await expect(
    page.getByText('When Health Status becomes Thriving and plan is Starter and Health Score is at least 1'),
  ).toBeVisible();
  await actions.getByRole('button', { name: 'Move up: mail the owner' }).click();
  await expect(actions.getByRole('listitem').first()).toHaveAccessibleName('1: mail the owner');
  await expect(actions.getByRole('button', { name: 'Move up: mail the owner' })).toBeFocused();
  await page.getByRole('checkbox', { name: 'at most' }).check();
  await page.getByLabel('In how many days').fill('30');

  await actions.getByRole('button', { name: 'Preview' }).click();
  await choose(page, page.getByRole('dialog').getByRole('combobox', { name: 'For which customer' }), 'Cinderloom Mutual');
  await expect(page.getByRole('article', { name: 'The mail' })).toContainText('Cinderloom Mutual is Thriving');
  await accessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  const dry = page.getByRole('region', { name: 'Dry run' });
  await choose(page, dry.getByRole('combobox', { name: 'Customer to try it on' }), 'Cinderloom Mutual');
  await dry.getByRole('button', { name: 'Try it now' }).click();
  await expect(dry).toContainText('It would act for Cinderloom Mutual');
  await expect(dry).toContainText('would mail csm@keepwell.example');
  await expect(dry).toContainText('would make the task “Send a card to Cinderloom Mutual” for CSM');
  await choose(page, dry.getByRole('combobox', { name: 'Customer to try it on' }), 'Feldspark Labs');
  await dry.getByRole('button', { name: 'Try it now' }).click();
  await expect(dry).toContainText('It would not act for Feldspark Labs');
  await dry.getByRole('button', { name: 'Try it on everybody' }).click();
  await expect(dry).toContainText(/it would not have acted|would have acted/, { timeout: 40_000 });
  await accessible(page);

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(notice(page, '“Cheer at Cinderloom” is there, and on.')).toBeVisible();
  await expect(page).toHaveURL(/\/automations\/cheer-at-cinderloom/);
  const stored = await console.api('viewer', 'GET', '/v1/automations/cheer-at-cinderloom');
  expect(stored.body).toEqual({
    format: 1,
    id: 'cheer-at-cinderloom',
    name: 'Cheer at Cinderloom',
    on: true,
    trigger: { health_status_changed: { to: ['thriving'] } },
    conditions: {
      all: [
        { field: 'plan', in: ['Starter'] },
        { field: 'score', at_least: 1 },
      ],
    },
    cool_down: { times: 1, days: 30 },
    actions: [
      { mail: { subject: '{{ customer.name }} is {{ event.to }}', text: 'Well done.', to: 'owner' } },
      {
        task: {
          title: 'Send a card to {{ customer.name }}',
          priority: 'urgent',
          due_in_working_days: 2,
          assignee: 'owner',
        },
      },
    ],
  });

  await page.goto(`${console.url}/customers/cinderloom`);
  await page.getByRole('button', { name: 'Change status' }).click();
  await page.getByRole('dialog').getByText('Thriving').click();
  await page.getByRole('dialog').getByLabel('Why').fill('They doubled their seats.');
  await page.getByRole('button', { name: 'Set status' }).click();
  await expect
    .poll(async () => JSON.stringify((await console.api('viewer', 'GET', '/v1/automations/cheer-at-cinderloom/runs')).body))
    .toContain('"acted"');
  await page.goto(`${console.url}/automations/cheer-at-cinderloom?tab=runs`);
  const run = page.getByRole('listitem').filter({ hasText: 'Cinderloom Mutual' }).first();
  await expect(run).toContainText('acted');
  await expect(run).toContainText('1 mail and 1 task');
  await run.locator('summary').click();
  await accessible(page);
  await run.getByRole('link', { name: 'the task' }).click();
  await expect(page.getByRole('button', { name: 'Done: Send a card to Cinderloom Mutual' })).toBeVisible();
  await page.goto(`${console.url}/customers/cinderloom?tab=timeline&kind=automation`);
  await page.getByRole('link', { name: 'Automation: Cheer at Cinderloom' }).click();
  await expect(page).toHaveURL(/cheer-at-cinderloom\?tab=runs&customer=cinderloom/);
});

test('makes an automation without a mouse', async ({ page, console }) => {
  console.expectErrors(/422/);
  await console.open('/', 'admin');
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await expect(page.getByRole('heading', { name: 'Automations' })).toBeFocused();
  await settled(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'A customer is struggling' })).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { name: 'New automation' })).toBeFocused();
  await tabTo(page, page.getByLabel('Name', { exact: true }));
  await page.keyboard.type('Quiet Enterprise');
  await tabTo(page, page.getByRole('button', { name: 'to: Struggling' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('checkbox', { name: 'Thriving' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'to: Steady' })).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Condition', exact: true }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Values of plan'));
  await page.keyboard.type('Enterprise,Business,');
  await expect(page.getByText('When Health Status becomes Steady and plan is Enterprise or Business')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Add an action' }));
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('What is done at step 2')).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: /^Move up: wait 7 days/ }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Move up: wait 7 days/ })).toBeFocused();
  const save = page.getByRole('button', { name: 'Save', exact: true });
  await page.keyboard.press('Control+Home');
  await save.focus();
  await page.keyboard.press('Enter');
  // The task has no title: the field says so, and has the focus.
  await expect(page.getByLabel('What is to be done', { exact: true })).toBeFocused();
  await expect(page.getByLabel('What is to be done', { exact: true })).toHaveAccessibleDescription(/must not be empty/);
  await expect(page.getByRole('alert')).toContainText('Action 2, title: must not be empty');
  await accessible(page);
  await page.keyboard.type('Visit them');
  await save.focus();
  await page.keyboard.press('Enter');
  await expect(notice(page, '“Quiet Enterprise” is there, and on.')).toBeVisible();
});

test('is edited as YAML and as a sentence, keeps its comments, and an old version comes back', async ({ page, console }) => {
  await console.open('/automations/no-contact-30?tab=yaml', 'admin');
  const yaml = page.getByLabel('The document');
  const shipped = await yaml.inputValue();
  expect(shipped).toMatch(/^# /);
  const mine = shipped.replace('no_contact_for: { days: 30 }', 'no_contact_for: { days: 45 } # our rhythm');
  expect(mine).not.toBe(shipped);
  await yaml.fill(`${mine}\nactions: [`);
  await expect(page.locator('.wrong')).toBeVisible();
  await page.getByRole('link', { name: 'Sentence' }).click();
  await expect(page.getByText('The YAML is no document yet', { exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Back to the YAML' }).click();
  await yaml.fill(mine);
  await page.getByRole('link', { name: 'Sentence' }).click();
  await expect(page.getByLabel('for how many days', { exact: true })).toHaveValue('45');
  // The switch alone leaves the text as it was written.
  await page.getByRole('switch', { name: 'On' }).click();
  await page.getByRole('link', { name: 'YAML' }).click();
  await expect(yaml).toHaveValue(mine.replace('on: true', 'on: false'));
  await page.getByRole('button', { name: 'Save a new version' }).click();
  await expect(notice(page, 'Saved as version 2.')).toBeVisible();
  const text = await page.request.get(`${console.url}/v1/automations/no-contact-30`, {
    headers: {
      accept: 'application/yaml',
      authorization: `Bearer ${JSON.parse((await page.evaluate(() => sessionStorage.getItem('keepwell.token'))) ?? '{}').token}`,
    },
  });
  expect(await text.text()).toBe(mine.replace('on: true', 'on: false'));

  await page.getByRole('link', { name: 'Versions' }).click();
  const changes = page.getByRole('region', { name: 'Changed lines' });
  await expect(changes).toContainText('no_contact_for: { days: 45 } # our rhythm');
  await expect(changes).toContainText(/removed:\s*no_contact_for: \{ days: 30 \}/);
  await accessible(page);
  await page.getByRole('link', { name: 'Version 1', exact: true }).click();
  await page.getByRole('button', { name: 'Take version 1 as draft' }).click();
  await expect(page.getByLabel('for how many days', { exact: true })).toHaveValue('30');
  await expect(page.getByText('not saved').first()).toBeVisible();

  // Back to what is shipped, from the list.
  await page.getByRole('button', { name: 'Drop the draft' }).click();
  await page.goto(`${console.url}/automations`);
  await expect(lineOf(page, 'no-contact-30')).toContainText('changed from shipped');
  await lineOf(page, 'no-contact-30').getByRole('button', { name: 'More about No contact for 30 days' }).click();
  await page.getByRole('menuitem', { name: 'Reset to shipped…' }).click();
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(lineOf(page, 'no-contact-30')).not.toContainText('changed from shipped');
  await expect(lineOf(page, 'no-contact-30').getByRole('switch')).toBeChecked();
});

test('a draft survives a reload, and leaving it is asked about', async ({ page, console }) => {
  page.on('dialog', (dialog) => void dialog.accept());
  await console.open('/automations', 'admin');
  await page.getByRole('link', { name: 'A milestone is overdue' }).click();
  await page.getByLabel('by how many days', { exact: true }).fill('3');
  await page.reload();
  await expect(page.getByLabel('by how many days', { exact: true })).toHaveValue('3');
  await expect(page.getByText('This is your draft from before.')).toBeVisible();
  await page
    .getByRole('navigation', { name: 'Pages' })
    .filter({ visible: true })
    .getByRole('link', { name: 'Portfolio' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'The draft is not saved' });
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await expect(page).toHaveURL(/milestone-overdue/);
  await page.goBack();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Keep it and leave' }).click();
  await expect(lineOf(page, 'milestone-overdue')).toContainText('draft');
  await page.getByRole('link', { name: 'A milestone is overdue' }).click();
  await expect(page.getByLabel('by how many days', { exact: true })).toHaveValue('3');

  // Somebody else saves meanwhile.
  console.expectErrors(/412/);
  const { body } = await console.api('admin', 'GET', '/v1/automations/milestone-overdue');
  const other = { ...(body as object), description: 'Theirs.' };
  expect((await console.api('admin', 'PUT', '/v1/automations/milestone-overdue', other, { 'if-match': '"1"' })).status).toBe(200);
  await page.getByRole('button', { name: 'Save a new version' }).click();
  await expect(page.getByText('Version 2 was saved while you wrote.')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Keep mine on top' }).click();
  await page.getByRole('button', { name: 'Save a new version' }).click();
  await expect(notice(page, 'Saved as version 3.')).toBeVisible();
  await page.getByLabel('by how many days', { exact: true }).fill('9');
  await page
    .getByRole('navigation', { name: 'Pages' })
    .filter({ visible: true })
    .getByRole('link', { name: 'Portfolio' })
    .click();
  await dialog.getByRole('button', { name: 'Drop it and leave' }).click();
  await expect(page.getByRole('heading', { name: 'Portfolio' })).toBeVisible();
});

test('everything is paused, which nobody overlooks, and acts again', async ({ page, console }) => {
  await console.open('/automations', 'admin');
  await page.getByRole('button', { name: 'Pause all…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause all' }).click();
  await expect(page.getByRole('note')).toContainText('All automations are paused.');
  await accessible(page);
  const before = await console.api('viewer', 'GET', '/v1/settings');
  expect(before.body).toMatchObject({ automations_paused: true });
  await page.getByRole('link', { name: 'Run log', exact: true }).click();
  await expect(page.getByRole('note')).toContainText('All automations are paused.');
  await page.getByRole('button', { name: 'Let them act again' }).click();
  await expect(page.getByRole('note')).toHaveCount(0);
  expect((await console.api('viewer', 'GET', '/v1/settings')).body).toMatchObject({ automations_paused: false });
});

test('a shipped one is switched off, deleted and brought back', async ({ page, console }) => {
  console.expectErrors(/404/);
  await console.open('/automations', 'admin');
  const line = lineOf(page, 'renewal-90');
  await line.getByRole('switch').click();
  await expect(notice(page, '“Renewal in 90 days” is off.')).toBeVisible();
  await expect(line).toContainText('changed from shipped');
  await line.getByRole('button', { name: 'More about Renewal in 90 days' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(line).toHaveCount(0);
  await page.getByRole('link', { name: 'Bring it back' }).click();
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect(page.getByText('When the renewal is 90 days away')).toBeVisible();
});

test('the log is filtered by the address', async ({ page, console }) => {
  await console.open('/automations?tab=runs');
  await settled(page);
  await page.getByLabel('Automation', { exact: true }).selectOption('A customer is about to leave');
  await choose(page, page.getByRole('combobox', { name: 'Customer' }), 'Larkmoor Freight');
  await page.getByLabel('Result').selectOption('acted');
  await expect(page).toHaveURL(/automation=insight-churn-risk&customer=larkmoor&result=acted/);
  await expect(page.getByRole('listitem').filter({ hasText: 'Larkmoor Freight' })).toHaveCount(1);
  await page.getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL(/\?tab=runs$/);
  await page.goBack();
  await expect(page.getByRole('listitem').filter({ hasText: 'Larkmoor Freight' })).toHaveCount(1);
});

test('an endpoint is made, tested, switched off and deleted; its secret is shown once', async ({ page, console }) => {
  const got: string[] = [];
  const receiver = createServer((request, response) => {
    got.push(String(request.headers['webhook-id']));
    response.end('thanks');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as { port: number };
  try {
    await console.open('/endpoints', 'admin');
    await page.getByRole('button', { name: 'New endpoint' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Our CRM');
    await expect(dialog.getByLabel('Id')).toHaveValue('our-crm');
    await dialog.getByLabel('Address').fill(`http://127.0.0.1:${port}/hook`);
    await accessible(page);
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await expect(dialog.getByLabel('Secret')).toHaveValue(/^whsec_/);
    await accessible(page);
    await dialog.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await expect(notice(page, /Our CRM took the test: it answered 200/)).toBeVisible();
    expect(got).toHaveLength(1);
    await page.getByRole('button', { name: 'Deliveries' }).click();
    const sent = page.getByRole('region', { name: 'Sent to Our CRM' });
    await expect(sent).toContainText('A test by Admin');
    await expect(sent).toContainText('thanks');
    await accessible(page);
    await sent.getByRole('button', { name: 'Send again' }).click();
    await expect(notice(page, 'Delivered: it answered 200.')).toBeVisible();
    expect(got[1]).toBe(got[0]);
    await page.getByRole('switch', { name: 'On: Our CRM' }).click();
    await expect(notice(page, 'Our CRM is off.')).toBeVisible();
    await page.getByRole('button', { name: 'Delete Our CRM' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No endpoint yet')).toBeVisible();
  } finally {
    receiver.close();
  }
});

test('a viewer sees all, and why nothing can be changed', async ({ page, console }) => {
  await console.open('/automations', 'viewer');
  const flip = lineOf(page, 'status-struggling').getByRole('switch');
  await expect(flip).toBeChecked();
  await expect(flip).toHaveAccessibleDescription(/Your role is Viewer; this needs Admin/);
  await flip.click({ force: true });
  await expect(flip).toBeChecked();
  await accessible(page);
  await page.getByRole('link', { name: 'A customer is struggling' }).click();
  await expect(page.getByRole('button', { name: 'Save a new version' })).toHaveAccessibleDescription(/needs Admin/);
  await expect(page.getByRole('button', { name: 'Try it on everybody' })).toHaveAccessibleDescription(
    /needs Customer success manager/,
  );
  await accessible(page);
  await page.goto(`${console.url}/endpoints`);
  await expect(page.getByText('Endpoints are not for your role')).toBeVisible();
  await accessible(page);
});

test('the list says what it is to a screen reader', async ({ page, console }) => {
  await console.open('/automations', 'csm');
  await settled(page);
  await expect(lineOf(page, 'status-struggling')).toMatchAriaSnapshot(`
    - listitem:
      - 'switch "On: A customer is struggling" [checked] [disabled]'
      - paragraph:
        - link "A customer is struggling":
          - /url: /automations/status-struggling
        - text: shipped
      - paragraph: When Health Status becomes Struggling, mail every decision maker and make a high task for the owner.
      - paragraph: not in 30 days
      - button "More about A customer is struggling"
  `);
});
