// What the tab keeps of who is signed in, and how. The API decides what a token may do: role and address are read from it for display and
// to say in advance what will be refused.
import { ROLES, type Role } from './words';

export interface Person {
  email: string;
  role: Role;
}

export interface Stored {
  token: string;
  refresh?: string | undefined;
}

export interface SignIn {
  local?: boolean;
  issuer?: string;
  client_id?: string;
  authorization_endpoint?: string;
  token_endpoint?: string;
  end_session_endpoint?: string | null;
  scopes?: string[];
}

export const TOKEN = 'keepwell.token';
export const SIGN_IN = 'keepwell.sign-in';

/** How one signed in here a moment ago. */
export function remembered(): SignIn | null {
  if (typeof sessionStorage === 'undefined') return null;
  try {
    return JSON.parse(sessionStorage.getItem(SIGN_IN) ?? 'null') as SignIn | null;
  } catch {
    return null;
  }
}

/** The token that the tab keeps, unless it ran out and cannot be renewed. */
export function restore(): Stored | null {
  if (typeof sessionStorage === 'undefined') return null;
  try {
    const value = JSON.parse(sessionStorage.getItem(TOKEN) ?? 'null') as Stored | null;
    return value && typeof value.token === 'string' && !ranOut(value) ? value : null;
  } catch {
    return null;
  }
}

function ranOut(value: Stored): boolean {
  const expires = claims(value.token)?.exp;
  return !value.refresh && typeof expires === 'number' && expires * 1000 < Date.now();
}

function claims(token: string): Record<string, unknown> | null {
  try {
    const text = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** The person a token names: the highest of the roles among the groups. */
export function personOf(token: string): Person | null {
  const found = claims(token);
  if (!found || typeof found.email !== 'string') return null;
  const groups = found.groups ?? found['cognito:groups'];
  const names = Array.isArray(groups) ? groups.map(String) : [];
  const role = ROLES.findLast((known) => names.includes(known));
  return { email: found.email, role: role ?? 'viewer' };
}

export type Book = 'mine' | 'all';

/** Whose customers an address shows to a person: as it says; else a CSM sees their own. */
export function bookOf(query: URLSearchParams, person: Person | null): Book {
  const asked = query.get('book');
  if (asked === 'mine' || asked === 'all') return asked;
  return person?.role === 'csm' ? 'mine' : 'all';
}

/** The owner by whom that book is filtered, or none. */
export function ownerOf(query: URLSearchParams, person: Person | null): string | undefined {
  return bookOf(query, person) === 'mine' ? person?.email : undefined;
}
