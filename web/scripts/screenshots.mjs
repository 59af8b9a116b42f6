// The pictures of the README, taken anew from the demo portfolio.
//
//   npm run build && npm run screenshots                     # starts target/debug/keepwell with its demo
//   CHROMIUM=/usr/bin/chromium npm run screenshots           # with a browser of one's own
import { mkdir } from 'node:fs/promises';
import { chromium } from '@playwright/test';
import { ROOT, start } from './server.mjs';

const FOLDER = `${ROOT}/docs/images`;

const PICTURES = [
  { file: 'quadrant', path: '/quadrant?book=all' },
  {
    file: 'customer',
    path: '/customers/voltmarrow',
    first: async (page) =>
      page
        .getByRole('heading', { name: 'Why did it change?' })
        .evaluate((heading) => heading.scrollIntoView({ block: 'center' })),
  },
  {
    file: 'scorecard',
    path: '/scorecards/default?at=0.3&customer=inkwillow',
    first: async (page) => {
      await page.getByLabel('Weight', { exact: true }).fill('40');
      await page.getByText('Seats in use').last().waitFor();
    },
  },
  { file: 'automation', path: '/automations/insight-churn-risk' },
  { file: 'home-dark', path: '/?book=all', colorScheme: 'dark' },
];

async function take(browser, url, token, { file, path, first, colorScheme = 'light' }) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  await context.addInitScript(
    (kept) => window === window.top && sessionStorage.setItem('keepwell.token', kept),
    JSON.stringify({ token }),
  );
  const page = await context.newPage();
  await page.goto(url + path);
  await page.locator('main').waitFor();
  await page.waitForFunction(() => !document.querySelector('.skeleton'));
  await first?.(page);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `${FOLDER}/${file}.png` });
  await context.close();
  console.log(`docs/images/${file}.png`);
}

const server = await start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
try {
  await mkdir(FOLDER, { recursive: true });
  const { token } = await (await fetch(`${server.url}/_local/token?role=admin`)).json();
  for (const picture of PICTURES) await take(browser, server.url, token, picture);
} finally {
  await browser.close();
  server.stop();
}
