// The settings as a form: one text for each JSON pointer, so that a problem finds its field, and so that what two people changed at
// once can be put together.
import type { paths } from '../api/schema';

export type Settings = paths['/v1/settings']['get']['responses'][200]['content']['application/json'];

/** What is entered, by JSON pointer. Lists have a line for each item; weights are `name = weight`. */
export type Draft = Record<string, string>;

/** As Keepwell comes. A story holds this against the API. */
export const SHIPPED: Settings = {
  manager: null,
  product_name: 'our product',
  answer_values: { very_happy: 100, happy: 75, neutral: 25, not_happy: 0 },
  role_weights: { decision_maker: 1, champion: 1, user: 1, other: 1 },
  happiness_levels: { very_happy: 80, happy: 60, neutral: 40 },
  high_happiness: 60,
  high_status: 'healthy',
  score_drop: { points: 10, days: 7 },
  key_features: [],
  login_features: ['Logged In', 'Login', 'Signed In', 'User Logged In', 'login'],
  feature_weights: {},
  response_targets: {
    low: { first_response_hours: 48, resolution_hours: 168 },
    normal: { first_response_hours: 24, resolution_hours: 72 },
    high: { first_response_hours: 4, resolution_hours: 24 },
    critical: { first_response_hours: 0.5, resolution_hours: 4 },
  },
  automations_paused: false,
  feedback_interval_days: 30,
};

const WEIGHTS = '/feature_weights';
const TEXTS = ['/manager', '/product_name', '/high_status'];

/** The form of a document. */
export function draftOf(settings: Settings): Draft {
  const draft: Draft = {};
  const walk = (value: unknown, pointer: string): void => {
    if (pointer === WEIGHTS) {
      draft[pointer] = Object.entries(value as Record<string, number>)
        .map(([name, weight]) => `${name} = ${weight}`)
        .join('\n');
    } else if (Array.isArray(value)) draft[pointer] = value.join('\n');
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, `${pointer}/${key}`);
    else draft[pointer] = value === null ? '' : String(value);
  };
  walk(settings, '');
  return draft;
}

/** The document of a form, made on what it was read from. A text that is no number is sent as it is: the API says so at its place. */
export function settingsOf(draft: Draft, read: Settings): Record<string, unknown> {
  const document = structuredClone(read) as unknown as Record<string, unknown>;
  for (const [pointer, text] of Object.entries(draft)) {
    const path = pointer.slice(1).split('/');
    const key = path.pop() ?? '';
    let place = document;
    for (const step of path) {
      if (typeof place[step] !== 'object' || place[step] === null) place[step] = {};
      place = place[step] as Record<string, unknown>;
    }
    place[key] = entered(pointer, text, place[key]);
  }
  return document;
}

function entered(pointer: string, text: string, before: unknown): unknown {
  if (pointer === WEIGHTS) return weightsOf(text);
  if (Array.isArray(before)) return linesOf(text);
  if (typeof before === 'boolean') return text === 'true';
  if (TEXTS.includes(pointer)) return text.trim() === '' ? null : text.trim();
  return numberOf(text);
}

/** Lines that say something. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** `name = weight`, line by line; the last `=` counts, since a name may hold one. */
export function weightsOf(text: string): Record<string, unknown> {
  return Object.fromEntries(
    linesOf(text).map((one) => {
      const end = one.lastIndexOf('=');
      return end < 0 ? [one, null] : [one.slice(0, end).trim(), numberOf(one.slice(end + 1))];
    }),
  );
}

function numberOf(text: string): number | string {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isFinite(value) ? value : text;
}

/** The pointers at which two forms differ. */
export function changed(draft: Draft, base: Draft): string[] {
  return Object.keys({ ...base, ...draft }).filter((pointer) => (draft[pointer] ?? '') !== (base[pointer] ?? ''));
}

/** My changes on top of what somebody else saved meanwhile, and where both of us changed the same. */
export function merged(mine: Draft, base: Draft, theirs: Draft): { draft: Draft; both: string[] } {
  const draft = { ...theirs };
  const both: string[] = [];
  for (const pointer of changed(mine, base)) {
    if ((theirs[pointer] ?? '') !== (base[pointer] ?? '') && theirs[pointer] !== mine[pointer]) both.push(pointer);
    draft[pointer] = mine[pointer] ?? '';
  }
  return { draft, both };
}
