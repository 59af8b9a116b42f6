import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { budgets } from './scripts/budgets.ts';

const api = process.env.KEEPWELL ?? 'http://127.0.0.1:8080';
const behindTheApi = ['/v1', '/f', '/u', '/_local'];

export default defineConfig({
  plugins: [svelte(), budgets()],
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What pages share but the shell does not need stays out of the first load.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'kit',
              test: /src\/(ui\/(Button|Tooltip|Field|Select|Dialog|Pill|Score|Delta|HappinessMark|Empty)\.svelte|lib\/format\.ts)/,
              priority: 2,
            },
          ],
        },
      },
    },
  },
  // `npm run dev` beside a running `cargo run`.
  server: { proxy: Object.fromEntries(behindTheApi.map((path) => [`^${path}/`, { target: api }])) },
  test: { include: ['tests/unit/**/*.test.ts'], environment: 'node' },
});
