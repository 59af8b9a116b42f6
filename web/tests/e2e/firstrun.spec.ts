// From an empty system to the first customers. Each story has a system of its own.
import { execFileSync } from 'node:child_process';
import { SHIPPED } from '../../src/lib/settings';
import { accessible, expect, fits, settled, test } from './fixtures';
import { launch, type Server } from './server';

let server: Server;
const shared = process.env.KEEPWELL_URL;

test.beforeEach(async () => {
  server = await launch(['--empty']);
  process.env.KEEPWELL_URL = server.url;
});
test.afterEach(() => {
  if (shared) process.env.KEEPWELL_URL = shared;
  server.stop();
});

test('an empty system leads to its set-up, and the demo fills it', async ({ page, console }) => {
  // The whole portfolio, in a debug build on a busy machine.
  test.setTimeout(240_000);
  await console.open('/?book=all', 'admin');
  await page.getByRole('link', { name: 'Set up Keepwell' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Set up Keepwell' })).toBeFocused();
  await settled(page);
  await accessible(page);
  await fits(page);
  await page.getByRole('button', { name: 'Load the demo portfolio' }).click();
  await expect(page.getByText(/^\d+ customers are there\./).first()).toBeVisible({ timeout: 180_000 });
  await expect(page.getByRole('button', { name: 'Load the demo portfolio' })).toHaveAccessibleDescription(
    /There are customers already/,
  );
  await page.getByRole('main').getByRole('link', { name: 'Go to Home' }).first().click();
  await settled(page);
  await expect(page.getByText('Latest feedback')).toBeVisible();
});

test('the first customers come from a file', async ({ page, console }) => {
  await console.open('/start?step=import', 'admin');
  const text = 'customer_id,company,plan\nacme,Acme,Pro\nbyte,Byte,Team\n';
  await page.setInputFiles('input[type=file]', { name: 'c.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Check without importing' }).click();
  await page.getByRole('button', { name: 'Import 2 rows' }).click();
  await expect(page.getByRole('region', { name: 'Imported', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Go to Home' }).click();
  await settled(page);
  await expect(page.getByRole('link', { name: 'Set up Keepwell' })).toHaveCount(0);
  expect((await console.api('viewer', 'GET', '/v1/customers/byte')).body).toMatchObject({ name: 'Byte', plan: 'Team' });
});

test('a pasted snippet sends the first event, which the page notices', async ({ page, console }) => {
  await console.open('/start?step=connect', 'admin');
  await expect(page.getByText('Make a key, and this page waits')).toBeVisible();
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByText(/Waiting for the first event/)).toBeVisible();
  const snippet = (await page.getByRole('group', { name: 'Snippet for curl' }).textContent()) ?? '';
  expect(snippet).not.toContain('YOUR_WRITE_KEY');
  const answer = execFileSync('bash', ['-c', snippet], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  expect(JSON.parse(answer)).toMatchObject({ success: true, accepted: 3, rejected: [] });
  await expect(page.getByText('The first event was received.')).toBeVisible();
  await accessible(page);
  await page.getByRole('link', { name: 'My first customer' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'My first customer' })).toBeVisible();
});

test('the function for Segment forwards each call', async ({ page, console }) => {
  await console.open('/start?step=connect', 'admin');
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByText(/Waiting for the first event/)).toBeVisible();
  await page.getByRole('button', { name: 'Segment', exact: true }).click();
  const snippet = (await page.getByRole('group', { name: 'Snippet for Segment' }).textContent()) ?? '';
  const program = `class RetryError extends Error {}\n${snippet}
    await onGroup({ type: 'group', userId: 'u', groupId: 'seg-co', traits: { name: 'Seg Co' } }, {});
    await onIdentify({ type: 'identify', userId: 'u', traits: { email: 'u@seg.example', name: 'Una Seg' } }, {});
    await onTrack({ type: 'track', userId: 'u', event: 'Report exported' }, {});`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program]);
  await expect(page.getByText('The first event was received.')).toBeVisible();
  expect((await console.api('viewer', 'GET', '/v1/customers/seg-co')).body).toMatchObject({ name: 'Seg Co' });
  expect((await console.api('viewer', 'GET', '/v1/customers/seg-co/contacts')).body).toMatchObject({
    items: [{ email: 'u@seg.example' }],
  });
});

test('the settings that the console calls shipped are those of the API', async ({ console }) => {
  const { body } = await console.api('viewer', 'GET', '/v1/settings');
  expect(SHIPPED).toMatchObject(body as Record<string, unknown>);
});
