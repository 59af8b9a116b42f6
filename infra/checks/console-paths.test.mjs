// The function that CloudFront runs before the console, as it stands in infra/template.yaml:
//
//   node --test infra/checks/console-paths.test.mjs

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const template = readFileSync(new URL('../template.yaml', import.meta.url), 'utf8');

/** The text below `FunctionCode: |`, which is indented by eight more than nothing. */
function functionCode() {
  const [, after] = template.split('      FunctionCode: |\n');
  const lines = after.split('\n');
  const end = lines.findIndex((line) => line !== '' && !line.startsWith('        '));
  return lines.slice(0, end).map((line) => line.slice(8)).join('\n');
}

const handler = vm.runInNewContext(`${functionCode()}; handler`, {});

/** Which object the bucket is asked for. */
function asked(uri) {
  const request = { method: 'GET', uri, querystring: { tab: { value: 'score' } }, headers: {}, cookies: {} };
  const answer = handler({ version: '1.0', context: { eventType: 'viewer-request' }, viewer: { ip: '192.0.2.1' }, request });
  assert.deepEqual(answer.querystring, { tab: { value: 'score' } });
  assert.equal(answer.statusCode, undefined, 'a request goes on, it is not answered');
  return answer.uri;
}

test('places in the console are its one page', () => {
  for (const uri of [
    '/',
    '/customers',
    '/customers/',
    '/customers/acme',
    '/customers/acme.com',
    '/customers/acme.com/score',
    '/customers/a%2Fb.js',
    '/scorecards/default/versions/3',
    '/settings',
    '/assets',
    '/v1',
    '/v1.2/x',
    '/.well-known/security.txt',
    '/../index.js',
    '//x.js',
  ]) {
    assert.equal(asked(uri), '/index.html', uri);
  }
});

test('files are themselves', () => {
  for (const uri of [
    '/index.html',
    '/favicon.svg',
    '/robots.txt',
    '/manifest.webmanifest',
    '/assets/index-B1x_9z.js',
    '/assets/index-B1x_9z.js.map',
    '/assets/fonts/inter.woff2',
  ]) {
    assert.equal(asked(uri), uri, uri);
  }
});
