// What is pasted into a product or a terminal to send a first event. Every one of them has been run.

export interface Snippet {
  id: string;
  label: string;
  about: string;
  text: string;
}

/** Where a key would stand, until there is one. */
export const NO_KEY = 'YOUR_WRITE_KEY';

/** Snippets for an address, a write key, and the customer that the first event is about. */
export function snippets(url: string, key: string, customer: string): Snippet[] {
  const items = [
    { type: 'group', userId: 'user-1', groupId: customer, traits: { name: 'My first customer', plan: 'Pro', seats: 10 } },
    { type: 'identify', userId: 'user-1', traits: { email: 'user-1@example.com', name: 'Ann Example' } },
    { type: 'track', userId: 'user-1', event: 'Report exported' },
  ];
  const batch = `{ "batch": [\n  ${items.map((item) => JSON.stringify(item)).join(',\n  ')}\n] }`;
  return [
    {
      id: 'curl',
      label: 'curl',
      about: 'In a terminal: one request with a customer, a person, and a use of the product.',
      text: `curl -u '${key}:' ${url}/v1/batch \\
  -H 'Content-Type: application/json' -d '${batch}'`,
    },
    {
      id: 'segment',
      label: 'Segment',
      about:
        'Keepwell speaks the HTTP tracking API that analytics.js and Segment’s sources send to. As a destination function in Segment it forwards everything; keep the key in the function’s settings as “writeKey”.',
      text: `const send = (path, event, settings) =>
  fetch('${url}/v1/' + path, {
    method: 'POST',
    headers: {
      Authorization: 'Basic ' + btoa((settings.writeKey || '${key}') + ':'),
      'Content-Type': 'application/json',
    },
    body: JSON.stringify(event),
  }).then((answer) => {
    if (answer.status >= 500 || answer.status === 429) throw new RetryError('Keepwell answered ' + answer.status);
  });

async function onGroup(event, settings) { await send('group', event, settings); }
async function onIdentify(event, settings) { await send('identify', event, settings); }
async function onTrack(event, settings) { await send('track', event, settings); }
async function onPage(event, settings) { await send('page', event, settings); }
async function onScreen(event, settings) { await send('screen', event, settings); }
async function onAlias(event, settings) { await send('alias', event, settings); }`,
    },
    {
      id: 'node',
      label: 'Node',
      about: 'npm install @segment/analytics-node',
      text: `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${key}', host: '${url}' });
analytics.group({ userId: 'user-1', groupId: '${customer}', traits: { name: 'My first customer', plan: 'Pro', seats: 10 } });
analytics.identify({ userId: 'user-1', traits: { email: 'user-1@example.com', name: 'Ann Example' } });
analytics.track({ userId: 'user-1', event: 'Report exported' });
await analytics.closeAndFlush();`,
    },
    {
      id: 'python',
      label: 'Python',
      about: 'pip install segment-analytics-python',
      text: `import segment.analytics as analytics

analytics.write_key = '${key}'
analytics.host = '${url}'
analytics.gzip = True
analytics.group('user-1', '${customer}', {'name': 'My first customer', 'plan': 'Pro', 'seats': 10})
analytics.identify('user-1', {'email': 'user-1@example.com', 'name': 'Ann Example'})
analytics.track('user-1', 'Report exported')
analytics.shutdown()`,
    },
  ];
}
