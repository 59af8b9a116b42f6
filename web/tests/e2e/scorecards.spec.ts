// What an admin does with scorecards, against the real handlers. Nothing here changes `default`, by which the other tests' customers are
// computed: what is published are scorecards of its own, for nobody.
import { accessible, expect, fits, settled, tabTo, test } from './fixtures';

type Api = (
  role: 'viewer' | 'csm' | 'admin',
  method: 'GET' | 'PUT' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: unknown }>;

/** A scorecard for nobody, with comments, as somebody keeps it in git. */
const PILOT = (id: string, weight = 3) => `# Ours.
format: 1
id: ${id}
name: Pilot ${id}
applies_to: { all: [{ field: tags, in: [nobody-has-this-tag] }] }
bands: { thriving: 80, healthy: 60, steady: 40 }
dimensions:
  - id: product_usage
    weight: 1
    rules:
      # Twenty working days.
      - id: active_days
        measure: usage.active_days_28d
        weight: ${weight}
        points: { linear: { zero_at: 0, full_at: 20 } }
      - id: seats
        measure: usage.seats_in_use_ratio
        weight: 1
        points: { bands: [{ at_least: 0.8, points: 100 }, { at_least: 0.5, points: 60 }], otherwise: 20 }
`;

async function publish(api: Api, id: string, weight = 3, base?: number): Promise<void> {
  const headers = { 'content-type': 'application/yaml', ...(base ? { 'if-match': `"${base}"` } : {}) };
  expect((await api('admin', 'PUT', `/v1/scorecards/${id}`, PILOT(id, weight), headers)).status).toBe(200);
}

test('changes a weight, sees a customer move, publishes, and finds it among the versions', async ({ page, console }) => {
  await publish(console.api, 'e2e-weight');
  await console.open('/scorecards', 'admin');
  await settled(page);
  await page.getByRole('link', { name: 'Pilot e2e-weight' }).click();
  await expect(page.getByRole('heading', { name: 'Pilot e2e-weight' })).toBeFocused();
  await page.getByRole('combobox', { name: 'Find a customer' }).fill('voltmarrow');
  await page.getByRole('option', { name: /Voltmarrow Energy/ }).click();
  const live = page.getByRole('complementary', { name: 'Live evaluation' });
  // 100 points three times and 20 points once.
  await expect(live.getByText('80', { exact: true }).first()).toBeVisible();
  await page.getByRole('link', { name: /^Active days/ }).click();
  await page.getByLabel('Weight', { exact: true }).fill('1');
  await expect(live.getByText('60', { exact: true }).first()).toBeVisible();
  await expect(live).toContainText('Healthy');
  await expect(page.getByText('Draft, 1 change')).toBeVisible();

  // Through a reload the draft is still there.
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(page.getByLabel('Weight', { exact: true })).toHaveValue('1');
  await page.getByRole('button', { name: 'Publish' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish version 2' });
  await expect(dialog).toContainText('Product usage › Active days Weight: 3 → 1');
  await expect(dialog).toContainText('No customer is computed by it: no score changes.');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Pilot e2e-weight is version 2 now.', { exact: false }).first()).toBeVisible();
  const versions = page.getByRole('listitem').filter({ hasText: 'Version 2' });
  await expect(versions).toContainText('in force');
  await expect(versions).toContainText('Admin, today');
  await expect(page.getByRole('region', { name: 'Version 1 against Version 2' })).toContainText('weight: 1');
  await accessible(page);

  // One number changed in the text that a person wrote; the comments are still there.
  const stored = await page.request.get(`${console.url}/v1/scorecards/e2e-weight`, {
    headers: {
      accept: 'application/yaml',
      authorization: `Bearer ${await page.evaluate(() => JSON.parse(sessionStorage.getItem('keepwell.token') ?? '{}').token as string)}`,
    },
  });
  expect(await stored.text()).toBe(PILOT('e2e-weight', 1));
});

test('plans what a draft of the default would do, and stores nothing', async ({ page, console }) => {
  await console.open('/scorecards/default?at=0', 'csm');
  await settled(page);
  await page.getByLabel('Weight', { exact: true }).fill('90');
  await page.getByRole('link', { name: 'What would change' }).click();
  await expect(
    page.getByRole('heading', { name: /72 customers of 72 would be computed by it; \d+ customers? changes? band/ }),
  ).toBeVisible({ timeout: 45_000 });
  const movers = page.getByRole('region', { name: 'Customers that change band' });
  await expect(movers.getByRole('link').first()).toHaveAttribute('href', /^\/customers\/[^/]+\?tab=score$/);
  await expect(page.getByRole('heading', { name: 'What it costs' })).toBeVisible();
  await accessible(page);
  const publish = page.getByRole('button', { name: 'Publish' });
  await expect(publish).toHaveAccessibleDescription(/Your role is Customer success manager; this needs Admin/);
  expect((await console.api('viewer', 'GET', '/v1/scorecards/default/versions')).body).toMatchObject({ items: [{ version: 1 }] });
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByText('Nothing would change')).toBeVisible({ timeout: 45_000 });
});

test('YAML that is none names its line, and what no scorecard may say its place, in both views', async ({ page, console }) => {
  console.expectErrors(/422/);
  await publish(console.api, 'e2e-yaml');
  await console.open('/scorecards/e2e-yaml?tab=yaml', 'admin');
  const area = page.getByRole('textbox', { name: 'The scorecard as YAML' });
  await expect(area).toHaveValue(PILOT('e2e-yaml'));
  await area.fill(PILOT('e2e-yaml').replace('    weight: 1\n    rules:', '    weight: [1\n    rules:'));
  const said = page.getByRole('status').filter({ hasText: 'problem' });
  await expect(said).toContainText('This is not YAML');
  await expect(said.getByRole('button', { name: /^Line (9|10)$/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Publish' })).toHaveAccessibleDescription('The YAML cannot be read yet.');
  await area.fill(
    PILOT('e2e-yaml').replace('usage.seats_in_use_ratio', 'usage.nothing_like_it').replace('weight: 3', 'weight: -3'),
  );
  await expect(said).toContainText('2 problems.');
  await expect(said).toContainText('Product usage › Active days › Weight: must be a number from 0 to 1e12');
  await said.getByRole('button', { name: 'Line 17' }).click();
  await expect(area).toBeFocused();
  expect(
    await area.evaluate((element: HTMLTextAreaElement) => element.value.slice(element.selectionStart, element.selectionEnd)),
  ).toContain('measure: usage.nothing_like_it');
  await accessible(page);
  // The same in the form, at its field.
  await page.getByRole('link', { name: 'Form', exact: true }).click();
  await page
    .getByRole('navigation', { name: 'Parts of the scorecard' })
    .getByRole('link', { name: /^Active days/ })
    .click();
  const weight = page.getByLabel('Weight', { exact: true });
  await expect(weight).toHaveAttribute('aria-invalid', 'true');
  await expect(weight).toHaveAccessibleDescription(/must be a number from 0 to 1e12/);
  await weight.fill('5');
  await expect(page.getByRole('heading', { name: '1 problem' })).toBeVisible();
  // And back: what the form changed stands in the text, with the comment above it.
  await page.getByRole('link', { name: 'YAML', exact: true }).click();
  await expect(area).toHaveValue(
    /# Twenty working days\.\n {6}- id: active_days\n {8}measure: usage\.active_days_28d\n {8}weight: 5\n/,
  );
});

test('whoever was faster is shown before anything is written, and mine goes on top', async ({ page, console }) => {
  console.expectErrors(/412/);
  await publish(console.api, 'e2e-faster');
  await console.open('/scorecards/e2e-faster?at=0.1', 'admin');
  await settled(page);
  await page.getByLabel('Weight', { exact: true }).fill('7');
  await publish(console.api, 'e2e-faster', 4, 1);
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Somebody published version 2 meanwhile.');
  await expect(dialog).toContainText('Product usage › Active days Weight: 3 → 4');
  await expect(dialog).toContainText('Product usage › Seats Weight: 1 → 7');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Put mine on top' }).click();
  await expect(page.getByRole('dialog', { name: 'Publish version 3' })).toContainText('Seats Weight: 1 → 7');
  await page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByText('is version 3 now', { exact: false }).first()).toBeVisible();
  const { body } = await console.api('viewer', 'GET', '/v1/scorecards/e2e-faster');
  expect(body).toMatchObject({ dimensions: [{ rules: [{ weight: 4 }, { weight: 7 }] }] });
  // An old one as a draft: nothing is set by that.
  await page.getByRole('button', { name: 'Version 1 as a draft' }).click();
  await expect(page.getByText('Draft, 2 changes')).toBeVisible();
});

test('makes a scorecard, orders and retires it, without a mouse', async ({ page, console }) => {
  // A condition without a value yet is refused, which the browser reports.
  console.expectErrors(/422/);
  test.setTimeout(120_000);
  await publish(console.api, 'e2e-order');
  await console.open('/scorecards', 'admin');
  await settled(page);
  await tabTo(page, page.getByRole('button', { name: 'New scorecard' }));
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Keyboard pilot');
  await expect(page.getByLabel('Id')).toHaveValue('keyboard_pilot');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Keyboard pilot' })).toBeFocused();
  await expect(page.getByText('new, not published')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: /^All of/ }), 120);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Values, with commas between')).toBeFocused();
  await page.keyboard.type('nobody-has-this-plan');
  await page.keyboard.press('Tab');
  await expect(page.getByText('plan is nobody-has-this-plan')).toBeVisible();
  // A bound of the bands by arrow keys.
  await tabTo(page, page.getByRole('slider', { name: 'Thriving from' }));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByLabel('Thriving from').last()).toHaveValue('82');
  await page.keyboard.press('Shift+Tab');
  await tabTo(page, page.getByRole('button', { name: 'Publish' }), 200);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Publish a new scorecard' });
  await tabTo(page, dialog.getByRole('button', { name: 'Publish', exact: true }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Keyboard pilot is version 1 now.', { exact: false }).first()).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page.getByRole('heading', { level: 1, name: 'Scorecards' })).toBeFocused();
  const up = page.getByRole('button', { name: 'Move Keyboard pilot up' });
  await tabTo(page, up, 120);
  await page.keyboard.press('Enter');
  await expect(up).toBeFocused();
  await tabTo(page, page.getByRole('button', { name: 'Retire Pilot e2e-order' }), 120);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Take Pilot e2e-order into use' })).toBeFocused();
  await accessible(page);
  await tabTo(page, page.getByRole('button', { name: 'Save order' }), 120);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The order is set.', { exact: false }).first()).toBeVisible();
  const { body } = await console.api('viewer', 'GET', '/v1/scorecards');
  const { items } = body as { items: { id: string; position: number | null }[] };
  const place = (id: string) => items.find((item) => item.id === id)?.position;
  expect(place('e2e-order')).toBeNull();
  expect(place('keyboard_pilot')).toBeLessThan(place('default') ?? 0);
});

test('thresholds are dragged, typed and moved by arrow keys', async ({ page, console }) => {
  await publish(console.api, 'e2e-line');
  await console.open('/scorecards/e2e-line?at=0.0', 'admin');
  await settled(page);
  const full = page.getByRole('slider', { name: '100 points at' });
  await expect(full).toHaveAttribute('aria-valuenow', '20');
  await full.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByLabel('100 points at').last()).toHaveValue('19');
  await page.getByLabel('100 points at').last().fill('10');
  await expect(full).toHaveAttribute('aria-valuetext', '10');
  const box = await full.boundingBox();
  if (!box) throw new Error('the mark is not on the screen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  expect(Number(await page.getByLabel('100 points at').last().inputValue())).toBeGreaterThan(10);
});

test('leaving keeps the draft and says so', async ({ page, console }) => {
  await publish(console.api, 'e2e-leave');
  await console.open('/scorecards/e2e-leave?at=0.1', 'viewer');
  await settled(page);
  await page.getByLabel('Weight', { exact: true }).fill('9');
  await expect(page.getByText('Draft, 1 change')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Scorecards', exact: true }).first().click();
  await expect(page.getByText('Your draft is kept while this tab is open.').first()).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Pilot e2e-leave' })).toContainText('draft');
  await page.getByRole('link', { name: 'Back to it' }).click();
  await expect(page.getByText('Draft, 1 change')).toBeVisible();
  let asked = '';
  page.once('dialog', (dialog) => {
    asked = dialog.type();
    void dialog.accept();
  });
  await page.goto(`${console.url}/scorecards`);
  expect(asked).toBe('beforeunload');
});

test('every form fits a narrow screen', async ({ page, console }) => {
  await publish(console.api, 'e2e-narrow');
  await page.setViewportSize({ width: 320, height: 640 });
  for (const query of [
    '',
    '?at=0',
    '?at=0.0&customer=voltmarrow',
    '?at=0.1',
    '?at=overrides',
    '?tab=yaml',
    '?tab=plan',
    '?tab=proof',
    '?tab=versions',
  ]) {
    await console.open(`/scorecards/e2e-narrow${query}`, 'admin');
    await settled(page);
    await fits(page);
  }
});

test('the parts of a scorecard are said to a screen reader', async ({ page, console }) => {
  await publish(console.api, 'e2e-parts');
  await console.open('/scorecards/e2e-parts?at=0.1', 'viewer');
  await settled(page);
  await expect(page.getByRole('navigation', { name: 'Parts of the scorecard' })).toMatchAriaSnapshot(`
    - navigation "Parts of the scorecard":
      - paragraph: Part Weight
      - link "Scorecard"
      - list:
        - listitem:
          - link "Product usage 100 %"
          - list:
            - listitem:
              - link "Active days 3"
            - listitem:
              - link "Seats 1"
          - paragraph: 2 rules sum 4
      - link "Overrides 0"
  `);
  await expect(
    page.getByRole('navigation', { name: 'Parts of the scorecard' }).getByRole('link', { name: 'Seats 1' }),
  ).toHaveAttribute('aria-current', 'true');
});
