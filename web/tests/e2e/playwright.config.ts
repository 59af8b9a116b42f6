import { defineConfig, devices } from '@playwright/test';

// One server for all: its data and its clock are the same at every start. Tests that change something use customers of their own.
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  globalSetup: './server.ts',
  fullyParallel: false,
  // The desktop and the phone beside each other, each in its order.
  workers: 2,
  forbidOnly: true,
  // A machine that is busy with something else may be late once; what fails twice is wrong. Playwright reports both.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
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
      testIgnore: /(phone|turned)\.spec\.ts/,
      use: { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
    },
    { name: 'phone', workers: 1, testMatch: /(states|phone)\.spec\.ts/, use: { ...devices['Pixel 7'], colorScheme: 'light' } },
    {
      name: 'turned',
      dependencies: ['desktop', 'phone'],
      testMatch: /turned\.spec\.ts/,
      use: { ...devices['Desktop Chrome'], colorScheme: 'light' },
    },
  ],
});
