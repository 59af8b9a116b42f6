// Calls the API with the signed-in person's token. Answers are the body, or an `ApiProblem` is thrown.
import createClient from 'openapi-fetch';
import { asked } from '../lib/early';
import { offline, problemOf } from './errors';
import type { paths } from './schema';
import { forget, renew, session } from './session.svelte';

/** Fetches with the token; a refused token is renewed once, then forgotten, which shows the sign-in page. */
async function send(request: Request): Promise<Response> {
  const attempt = (fresh: Request) => {
    if (session.token) fresh.headers.set('authorization', `Bearer ${session.token}`);
    return fetch(fresh).catch(() => {
      throw offline();
    });
  };
  const early = await asked(request);
  if (early) return early;
  const again = request.clone();
  const response = await attempt(request);
  if (response.status !== 401) return response;
  if (await renew()) return attempt(again);
  forget();
  return response;
}

export const api = createClient<paths>({ baseUrl: '/', fetch: send });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or its problem thrown. */
export async function take<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}

/** A key under which a repeated request acts once. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}

/** The `If-Match` of a version. */
export function matches(version: number): string {
  return `"${version}"`;
}
