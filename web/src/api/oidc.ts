// Sign-in at the team's own issuer: OpenID Connect's code flow with PKCE. Loaded only where there is such an issuer.
import { personOf, type SignIn } from '../lib/token';
import { keep, signIn } from './session.svelte';

const FLOW = 'keepwell.sign-in';

/** Leaves for the issuer's page; `finish` takes it up when the browser comes back. */
export async function leaveToSignIn(config: SignIn): Promise<void> {
  if (!config.authorization_endpoint || !config.client_id) throw new Error('The server does not say where to sign in.');
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem(FLOW, JSON.stringify({ verifier, state, back: location.pathname + location.search }));
  const url = new URL(config.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: config.client_id,
    redirect_uri: `${location.origin}/`,
    scope: (config.scopes ?? ['openid', 'email']).join(' '),
    state,
    code_challenge: base64Url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
    code_challenge_method: 'S256',
  }).toString();
  location.assign(url);
}

/** Takes up an answer of the issuer in the address bar. Gives the address to go to, or null when there is none. */
export async function finish(): Promise<string | null> {
  const query = new URLSearchParams(location.search);
  const saved = sessionStorage.getItem(FLOW);
  if (!saved || !query.has('state') || !(query.has('code') || query.has('error'))) return null;
  sessionStorage.removeItem(FLOW);
  const flow = JSON.parse(saved) as { verifier: string; state: string; back: string };
  if (query.get('state') !== flow.state) throw new Error('The answer belongs to another sign-in. Try again.');
  const refusal = query.get('error_description') ?? query.get('error');
  if (refusal) throw new Error(refusal);
  await exchange({
    grant_type: 'authorization_code',
    code: query.get('code') ?? '',
    code_verifier: flow.verifier,
    redirect_uri: `${location.origin}/`,
  });
  return flow.back;
}

/** A fresh token by the refresh token. */
export function refresh(token: string): Promise<void> {
  return exchange({ grant_type: 'refresh_token', refresh_token: token });
}

async function exchange(parameters: Record<string, string>): Promise<void> {
  const config = await signIn();
  if (!config.token_endpoint || !config.client_id) throw new Error('The server does not say where tokens come from.');
  const response = await fetch(config.token_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: config.client_id, ...parameters }),
  });
  if (!response.ok) throw new Error(`The issuer answered ${response.status}.`);
  const tokens = (await response.json()) as { access_token?: string; id_token?: string; refresh_token?: string };
  // The API wants to know the person's address. Some issuers write it into the identity token alone.
  const token = [tokens.access_token, tokens.id_token].find((text) => text && personOf(text)) ?? tokens.access_token;
  if (!token) throw new Error('The issuer sent no token.');
  keep({ token, refresh: tokens.refresh_token ?? parameters.refresh_token });
}

function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)).buffer);
}

function base64Url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
