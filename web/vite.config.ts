import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { budgets } from './scripts/budgets.ts';
import { preload } from './scripts/preload.ts';

const api = process.env.KEEPWELL ?? 'http://127.0.0.1:8080';
const behindTheApi = ['/v1', '/f', '/u', '/_local'];

export default defineConfig({
  plugins: [
    svelte(),
    preload({
      shared: ['base', 'data', 'frame', 'kit', 'rolldown-runtime', 'start', 'Shell'],
      pages: { '/': 'Home', '/customers': 'Portfolio' },
    }),
    budgets(),
  ],
  // Every file in assets/ is named after its content: it is kept forever (infra/publish-console).
  publicDir: false,
  build: {
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Few files, each asked for at once: what asks for the first rows, what everything stands on, what is read, the frame, and what pages share.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'early',
              test: /src\/(routes|lib\/(early|token|portfolio|words|paging|people))\.|vite\/preload-helper/,
              priority: 6,
            },
            {
              name: 'base',
              test: /node_modules\/(svelte|esm-env|clsx)\/|src\/(start\.ts|App\.svelte|api\/session|api\/errors|ui\/ErrorBox\.svelte|lib\/(router|book|clock|renewal)\.)/,
              priority: 5,
            },
            {
              name: 'data',
              test: /node_modules\/(@tanstack|openapi-fetch)\/|src\/api\/client\./,
              priority: 4,
            },
            {
              name: 'frame',
              test: /src\/(Shell\.svelte|ui\/(Icon|Menu|Skeleton|Toasts)\.svelte|lib\/(shortcuts|preferences|permissions|announce|toasts|page)\.)/,
              priority: 3,
            },
            {
              name: 'kit',
              test: /src\/(ui\/(Button|Tooltip|Field|Select|Dialog|Pill|Score|Delta|HappinessMark|Empty)\.svelte|charts\/Sparkline\.svelte|api\/(queries|pages|names|mutations)\.|lib\/format\.ts)/,
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
