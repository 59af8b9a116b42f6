// The first answers that the open page will ask for, asked for while its code is still on the way. Nothing that this needs may stand on
// the framework: it runs before that is there.
import { sizeOf } from './paging';
import { toQuery } from './portfolio';
import { ownerOf, personOf, remembered } from './token';

interface Asked {
  answer: Promise<Response>;
  /** What it says, once it is there and when it went well. */
  body?: unknown;
}
const waiting = new Map<string, Asked>();

/** One text for the same question, in whatever order its parameters stand. */
const question = (url: URL) => {
  url.searchParams.sort();
  return url.pathname + url.search;
};

function urlOf(path: string, query: object): URL {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url;
}

function ask(url: URL, headers: Record<string, string> = {}): void {
  const asked: Asked = { answer: fetch(url, { headers }) };
  const read = async () => {
    const response = await asked.answer;
    if (response.ok) asked.body = await response.clone().json();
  };
  read().catch(() => undefined);
  waiting.set(question(url), asked);
}

/** Asks what the page in the address begins with, for whom the token names. */
export function early(token: string): void {
  if (remembered()?.local) ask(urlOf('/_local/clock', {}));
  const person = personOf(token);
  if (location.pathname === '/customers' && person) {
    const address = new URLSearchParams(location.search);
    const query = { ...toQuery(address, ownerOf(address, person)), limit: sizeOf(0), with: DETAILS };
    ask(urlOf('/v1/customers', query), { authorization: `Bearer ${token}` });
  }
  // The first formatters take 20 ms and more to make: here, where nothing else can be done but wait.
  setTimeout(() => new Intl.NumberFormat('en').format(0));
  setTimeout(() => new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' }).format(0));
  // What nobody took by then is old.
  setTimeout(() => waiting.clear(), 10_000);
}

/** What rows have beside them. */
export const DETAILS = 'top_driver,sparkline';

/** The answer to the same question, when it was asked early and went well. It is given once. */
export async function asked(request: Request): Promise<Response | null> {
  if (request.method !== 'GET' || waiting.size === 0) return null;
  const key = question(new URL(request.url));
  const found = waiting.get(key);
  waiting.delete(key);
  const response = await found?.answer.catch(() => null);
  return response?.ok ? response : null;
}

/** What the answer says, when it is there already. It is given once. */
export function arrived<T>(path: string, query: object): T | undefined {
  if (waiting.size === 0) return undefined;
  const key = question(urlOf(path, query));
  const body = waiting.get(key)?.body;
  if (body !== undefined) waiting.delete(key);
  return body as T | undefined;
}
