// How soon the console is there, and whether it scrolls without dropped frames: a real browser against the real local system.
//
//   npm run build && npm run perf             # starts target/debug/keepwell with its demo
//   KEEPWELL_URL=http://127.0.0.1:8080 npm run perf     # against one that runs
//   ROWS=100000 npm run perf                  # also scrolls through so many rows, see `many` below
//
// The profile is that of the budgets: slow 4G (1.6 Mbit/s down, 750 kbit/s up, 150 ms) and a processor four times slower.
import { createServer, request } from 'node:http';
import { loadavg } from 'node:os';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { start } from '../../scripts/server.mjs';

const RUNS = Number(process.env.RUNS ?? 5);
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 };
const TARGET = { paint: 1000, drawn: 1600 };

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The system that was named, else a local one of its own. */
const system = () => (process.env.KEEPWELL_URL ? { url: process.env.KEEPWELL_URL, stop: () => {} } : start());

/** In front of it what CloudFront does: files packed and kept, answers of the API as they are. */
async function front(origin) {
  const server = createServer((ask, answer) => {
    const on = request(
      `${origin}${ask.url}`,
      { method: ask.method, headers: { ...ask.headers, host: new URL(origin).host } },
      (from) => {
        const parts = [];
        from.on('data', (part) => parts.push(part));
        from.on('end', () => {
          let body = Buffer.concat(parts);
          const headers = { ...from.headers };
          const file = !/^\/(v1|f|u|_local)\//.test(ask.url ?? '');
          if (file && body.length > 1000 && /javascript|css|html|svg/.test(String(headers['content-type']))) {
            body = gzipSync(body);
            headers['content-encoding'] = 'gzip';
          }
          headers['content-length'] = String(body.length);
          delete headers['transfer-encoding'];
          answer.writeHead(from.statusCode ?? 502, headers);
          answer.end(body);
        });
      },
    );
    on.on('error', () => answer.destroy());
    ask.pipe(on);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.closeAllConnections() ?? server.close() };
}

const tokenOf = async (url) => (await (await fetch(`${url}/_local/token?role=admin`)).json()).token;

async function open(browser, token) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' });
  const page = await context.newPage();
  // As in the tab of somebody who signed in there a moment ago.
  await page.addInitScript((stored) => {
    sessionStorage.setItem('keepwell.token', stored);
    sessionStorage.setItem('keepwell.sign-in', '{"local":true}');
  }, JSON.stringify({ token }));
  return { context, page };
}

/** First paint and rows drawn, cold, under the profile. */
async function load(browser, url, token, slow) {
  const { context, page } = await open(browser, token);
  await page.addInitScript(() => {
    const seen = () => {
      if (document.querySelector('tr[data-index] th a')) {
        // Drawn is when the frame with the rows is on the screen.
        requestAnimationFrame(() => setTimeout(() => (window.drawnAt ??= performance.now())));
      } else requestAnimationFrame(seen);
    };
    requestAnimationFrame(seen);
  });
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  if (slow) {
    await session.send('Network.emulateNetworkConditions', SLOW_4G);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  }
  let bytes = 0;
  let requests = 0;
  session.on('Network.loadingFinished', (event) => {
    bytes += event.encodedDataLength;
    requests += 1;
  });
  await page.goto(`${url}/customers?book=all`, { waitUntil: 'commit' });
  await page.waitForFunction(() => window.drawnAt !== undefined, null, { timeout: 120_000 });
  const result = await page.evaluate(() => {
    const asked = performance.getEntriesByType('resource').find((entry) => entry.name.includes('/v1/customers'));
    return {
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      drawn: window.drawnAt,
      asked: asked?.startTime ?? Number.NaN,
      server: asked ? asked.responseStart - asked.requestStart : Number.NaN,
    };
  });
  await context.close();
  return { ...result, bytes, requests };
}

/** Scrolls by the wheel's like, and counts the frames that came late: over 1.5 times the screen's usual time. */
async function scroll(page, { pixelsPerFrame, frames }) {
  return page.evaluate(
    ([step, count]) =>
      new Promise((resolve) => {
        const table = document.querySelector('.table-scroll');
        const deltas = [];
        let last = 0;
        let busy = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) busy += entry.duration;
        });
        observer.observe({ entryTypes: ['longtask'] });
        const frame = (at) => {
          if (last) deltas.push(at - last);
          last = at;
          if (deltas.length >= count) {
            observer.disconnect();
            resolve({ deltas, busy, at: table.scrollTop });
            return;
          }
          table.scrollTop += step;
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [pixelsPerFrame, frames],
  );
}

/** How long the page is busy for one frame of scrolling: what is left of 16.7 ms belongs to the browser. */
async function smooth(browser, url, token, rows) {
  const { context, page } = await open(browser, token);
  if (rows) await many(page, rows);
  await page.goto(`${url}/customers?book=all`);
  await page.locator('tr[data-index] th a').first().waitFor({ timeout: 120_000 });
  const found = [];
  for (const [name, step] of [
    ['slow, 8 px a frame', 8],
    ['quick, 40 px a frame', 40],
    ['flung, 400 px a frame', 400],
  ]) {
    await page.evaluate(() => (document.querySelector('.table-scroll').scrollTop = 0));
    await page.waitForTimeout(500);
    const session = await context.newCDPSession(page);
    // Time of the processor, not of the clock: what else the machine does is not counted.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const script = async () =>
      (await session.send('Performance.getMetrics')).metrics
        .filter((one) => ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'].includes(one.name))
        .reduce((sum, one) => sum + one.value * 1000, 0);
    const before = await script();
    const { deltas, busy } = await scroll(page, { pixelsPerFrame: step, frames: 240 });
    const work = (await script()) - before;
    const usual = median(deltas);
    found.push({
      name,
      frames: deltas.length,
      usual,
      late: deltas.filter((delta) => delta > usual * 1.5).length,
      worst: Math.max(...deltas),
      work: work / deltas.length,
      busy,
    });
    await session.detach();
  }
  const jump = await page.evaluate(async () => {
    const table = document.querySelector('.table-scroll');
    const from = performance.now();
    table.scrollTop = table.scrollHeight;
    for (;;) {
      await new Promise((next) => requestAnimationFrame(next));
      if (
        table.scrollTop > 0 &&
        !document.querySelector('.waiting') &&
        document.querySelector('tr[data-index]:last-of-type th a, tr[data-index] th a')
      )
        break;
    }
    return performance.now() - from;
  });
  const last = await page.locator('tr[data-index]').last().getAttribute('aria-rowindex');
  await context.close();
  return { found, jump, last: Number(last) - 1 };
}

/**
 * A list of any length, made of the demo's rows: what is measured is the page, not the server, which in a debug build reads a list of
 * 100,000 in minutes. The answers are the API's own, repeated, with its page sizes and cursors.
 */
async function many(page, rows) {
  let demo;
  await page.route('**/v1/customers?**', async (route) => {
    const url = new URL(route.request().url());
    if (!demo) {
      url.searchParams.set('limit', '200');
      url.searchParams.delete('cursor');
      demo = await (await route.fetch({ url: url.href })).json();
      url.searchParams.set('limit', new URL(route.request().url()).searchParams.get('limit') ?? '50');
    }
    const asked = new URL(route.request().url()).searchParams;
    const from = Number(asked.get('cursor') ?? 0) + Number(asked.get('skip') ?? 0);
    const to = Math.min(rows, from + Number(asked.get('limit') ?? 50));
    const items = [];
    for (let at = from; at < to; at += 1)
      items.push({ ...demo.items[at % demo.items.length], id: `c${at}`, name: `Customer ${at + 1}` });
    await route.fulfill({ json: { items, next_cursor: to < rows ? String(to) : null, total: rows } });
  });
}

const table = (head, lines) => {
  console.log(`\n| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|`);
  for (const line of lines) console.log(`| ${line.join(' | ')} |`);
};
const ms = (value) => `${Math.round(value)} ms`;

const origin = await system();
const edge = await front(origin.url);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
try {
  const token = await tokenOf(origin.url);
  const lines = [];
  for (const [name, url, slow] of [
    ['slow 4G, 4x CPU, files packed as by CloudFront', edge.url, true],
    ['slow 4G, 4x CPU, straight from the local system', origin.url, true],
    ['this machine, unthrottled', origin.url, false],
  ]) {
    const runs = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await load(browser, url, token, slow));
    const of = (what) => median(runs.map((run) => run[what]));
    lines.push([
      name,
      ms(of('paint')),
      ms(of('drawn')),
      ms(of('asked')),
      ms(of('server')),
      of('requests'),
      `${Math.round(of('bytes') / 1024)} KB`,
    ]);
  }
  table(
    ['portfolio, cold', 'first contentful paint', 'rows drawn', 'rows asked for at', 'of it the server', 'requests', 'bytes'],
    lines,
  );
  console.log(`\nLoad of the machine: ${loadavg()[0]?.toFixed(1)}.`);
  console.log(`\nTargets under the profile: ${TARGET.paint} ms and ${TARGET.drawn} ms. Medians of ${RUNS}.`);
  for (const rows of [1000, Number(process.env.ROWS ?? 100_000)]) {
    const { found, jump, last } = await smooth(browser, origin.url, token, rows);
    table(
      [`scrolling ${rows.toLocaleString('en')} rows`, 'frames', 'usual frame', 'late frames', 'worst frame', 'own work a frame'],
      found.map((one) => [
        one.name,
        one.frames,
        `${one.usual.toFixed(1)} ms`,
        one.late,
        ms(one.worst),
        `${one.work.toFixed(1)} ms`,
      ]),
    );
    console.log(`\nFrom row 1 to row ${last.toLocaleString('en')}, its rows there: ${ms(jump)}.`);
  }
} finally {
  await browser.close();
  edge.stop();
  origin.stop();
}
