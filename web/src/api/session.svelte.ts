// Who is signed in. Locally with a token for a chosen role; else by OpenID Connect (`oidc.ts`).
import { type Person, personOf, remembered, restore, SIGN_IN, type SignIn, type Stored, TOKEN } from '../lib/token';
import type { Role } from '../lib/words';

let stored = $state.raw<Stored | null>(restore());
let configuration: Promise<SignIn> | null = null;
let known = $state.raw<SignIn | null>(remembered());

export const session = {
  get token(): string | null {
    return stored?.token ?? null;
  },
  /** Who it is, or nobody. */
  get person(): Person | null {
    return stored ? personOf(stored.token) : null;
  },
  /** Whether this is the local system; false until it is known. */
  get local(): boolean {
    return known?.local === true;
  },
  /** How one signed in here a moment ago, in this tab; nothing needs to be asked first then. */
  get known(): SignIn | null {
    return known;
  },
};

/** How to sign in here. A server without that route is an old or local one. */
export function signIn(): Promise<SignIn> {
  configuration ??= fetch('/v1/sign-in')
    .then(async (response) => {
      if (response.status === 404) return { local: true };
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return (await response.json()) as SignIn;
    })
    .then((found) => {
      known = found;
      sessionStorage.setItem(SIGN_IN, JSON.stringify(found));
      return found;
    })
    .catch((error: unknown) => {
      configuration = null;
      throw error;
    });
  return configuration;
}

/** Signs in at the local issuer. */
export async function enterAs(role: Role): Promise<void> {
  const response = await fetch(`/_local/token?role=${role}`);
  if (!response.ok) throw new Error(`The local issuer answered ${response.status}.`);
  const { token } = (await response.json()) as { token: string };
  keep({ token });
}

let renewing: Promise<boolean> | null = null;

/** A fresh token by the refresh token, when there is one; asked for once however many calls need it. */
export function renew(): Promise<boolean> {
  const refresh = stored?.refresh;
  if (!refresh) return Promise.resolve(false);
  renewing ??= import('./oidc')
    .then((oidc) => oidc.refresh(refresh))
    .then(() => true)
    .catch(() => false)
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

const NOTED = 'keepwell.noted';
let noting: Promise<void> = Promise.resolve();

/** Tells the server once that the person is here, so that the team sees who its members are and which role they have. */
export function noteMember(): Promise<void> {
  const person = session.person;
  const line = `${person?.email} ${person?.role}`;
  if (!person || sessionStorage.getItem(NOTED) === line) return noting;
  sessionStorage.setItem(NOTED, line);
  // Nothing depends on it: when it fails, it is tried again the next time somebody signs in.
  noting = fetch('/v1/members/me', { method: 'PUT', headers: { authorization: `Bearer ${session.token}` } }).then(
    () => undefined,
    () => undefined,
  );
  return noting;
}

/** Forgets the token; at another issuer than ours also ends the session there. */
export async function signOut(): Promise<void> {
  forget();
  const config = await signIn().catch(() => null);
  if (config && !config.local && config.end_session_endpoint) {
    const url = new URL(config.end_session_endpoint);
    url.search = new URLSearchParams({
      client_id: config.client_id ?? '',
      logout_uri: `${location.origin}/`,
      post_logout_redirect_uri: `${location.origin}/`,
    }).toString();
    location.assign(url);
  }
}

/** Forgets the token: it ran out or was refused. */
export function forget(): void {
  stored = null;
  sessionStorage.removeItem(TOKEN);
}

/** Signs the person of the token in. */
export function keep(next: Stored): void {
  stored = next;
  sessionStorage.setItem(TOKEN, JSON.stringify(next));
}
