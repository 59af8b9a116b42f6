// A page of the console whose errors fail the test: console errors, exceptions, and what the content security policy forbids.
import AxeBuilder from '@axe-core/playwright';
import { type APIRequestContext, test as base, expect, type Locator, type Page } from '@playwright/test';

export type Role = 'viewer' | 'csm' | 'admin';

interface Console {
  url: string;
  /** Opens a page, signed in with the role. */
  open: (path: string, role?: Role) => Promise<void>;
  /** Requests of the API in a role, beside the page. */
  api: (
    role: Role,
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<{ status: number; body: unknown }>;
  /** Answers of the server that this test causes on purpose; the browser reports each as an error. */
  expectErrors: (pattern: RegExp) => void;
}

const tokens = new Map<string, string>();

async function tokenOf(request: APIRequestContext, url: string, role: Role): Promise<string> {
  let token = tokens.get(`${url} ${role}`);
  if (!token) {
    token = ((await (await request.get(`${url}/_local/token?role=${role}`)).json()) as { token: string }).token;
    tokens.set(`${url} ${role}`, token);
  }
  return token;
}

export const test = base.extend<{ console: Console }>({
  console: async ({ page, request }, use) => {
    const url = process.env.KEEPWELL_URL;
    if (!url) throw new Error('the server was not started');
    const errors: string[] = [];
    // A framed mail refuses every script, also those that a test puts into all frames.
    const expected: RegExp[] = [/Blocked script execution in '(about:(blank|srcdoc)|[^']*\/_local\/mailbox\/)/];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => errors.push(`exception: ${error.message}`));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await use({
      url,
      open: async (path, role = 'csm') => {
        const token = await tokenOf(request, url, role);
        await page.addInitScript((stored) => {
          if (window === window.top) sessionStorage.setItem('keepwell.token', stored);
        }, JSON.stringify({ token }));
        await page.goto(url + path);
      },
      api: async (role, method, path, body, headers = {}) => {
        const token = await tokenOf(request, url, role);
        const answer = await request.fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${token}`, ...headers },
          ...(body === undefined ? {} : { data: body }),
        });
        return { status: answer.status(), body: await answer.json().catch(() => null) };
      },
      expectErrors: (pattern) => expected.push(pattern),
    });
    expect(errors.filter((error) => !expected.some((pattern) => pattern.test(error)))).toEqual([]);
  },
});

export { expect };

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** What the colours decide: all that differs between light and dark. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** No violation of WCAG 2.2 AA on the page as it is, on a desktop in both schemes of colours; there is no list of exceptions. */
export async function accessible(page: Page): Promise<void> {
  expect(await violations(page, (axe) => axe.withTags(LEVELS))).toEqual([]);
  const [dark, forced] = await page.evaluate(() =>
    ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query).matches),
  );
  // Forced colours are those of the system, whichever scheme a page would have; a phone has the colours of a desktop.
  if (forced || (page.viewportSize()?.width ?? 0) < 600) return;
  await page.emulateMedia({ colorScheme: dark ? 'light' : 'dark' });
  // Colours change in a moment, not at once.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one instanceof CSSTransition)
        .map((one) => one.finished),
    ),
  );
  expect(await violations(page, (axe) => axe.withRules(COLOURS)), dark ? 'in light' : 'in dark').toEqual([]);
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
}

async function violations(page: Page, ask: (axe: AxeBuilder) => AxeBuilder): Promise<string[]> {
  // Frames of the mailbox show mails that others wrote, in a sandbox without scripts, which axe cannot enter.
  const found = await ask(new AxeBuilder({ page }).exclude('iframe')).analyze();
  return found.violations.map(
    (violation) =>
      `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary ?? ''}`).join(' | ')}`,
  );
}

/** Nothing is wider than the screen. */
export async function fits(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(content, 'the page scrolls sideways').toBeLessThanOrEqual(screen ?? 0);
}

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab did not reach ${target} within ${most} steps`);
}

/** Waits until nothing on the page is loading. */
export async function settled(page: Page): Promise<void> {
  // In this order: before the page is there, nothing of it is loading either.
  await expect(page.locator('main')).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
}
