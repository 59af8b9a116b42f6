import { defineConfig, devices } from '@playwright/test';

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const;

// One server for all: its data and its clock are the same at every start. Tests that change something use customers of their own.
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  globalSetup: './server.ts',
  fullyParallel: false,
  // Stories, states on a desktop and states on a phone beside each other, each in its order: much of the time is waiting.
  workers: 3,
  forbidOnly: true,
  // A machine that is busy with something else may be late once; what fails twice is wrong. Playwright reports both.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    // To record every test would take a third of the time: `--trace on` does for one that fails.
    trace: 'on-first-retry',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    {
      name: 'desktop',
      workers: 1,
      testIgnore: /(states|phone|turned)\.spec\.ts/,
      use: desktop,
    },
    { name: 'states', workers: 1, testMatch: /states\.spec\.ts/, use: desktop },
    { name: 'phone', workers: 1, testMatch: /(states|phone)\.spec\.ts/, use: { ...devices['Pixel 7'], colorScheme: 'light' } },
    {
      name: 'turned',
      dependencies: ['desktop', 'states', 'phone'],
      testMatch: /turned\.spec\.ts/,
      use: { ...devices['Desktop Chrome'], colorScheme: 'light' },
    },
  ],
});
