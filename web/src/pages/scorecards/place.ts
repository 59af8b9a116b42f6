// Which part of a scorecard the form shows: in the address as `at`, so that a link leads to a rule.

/** Nothing: the card itself. `overrides`, a dimension `0`, a rule `0.2`. */
export type Place =
  | { kind: 'card' }
  | { kind: 'overrides' }
  | { kind: 'dimension'; d: number }
  | { kind: 'rule'; d: number; r: number };

export function placeOf(at: string | null): Place {
  if (at === 'overrides') return { kind: 'overrides' };
  const [, d, r] = /^(\d+)(?:\.(\d+))?$/.exec(at ?? '') ?? [];
  if (d === undefined) return { kind: 'card' };
  return r === undefined ? { kind: 'dimension', d: Number(d) } : { kind: 'rule', d: Number(d), r: Number(r) };
}

/** The part in which a pointer stands; null for the card. */
export function partOf(pointer: string): string | null {
  if (/^\/overrides(\/|$)/.test(pointer)) return 'overrides';
  const [, d, , r] = /^\/dimensions\/(\d+)(\/rules\/(\d+))?/.exec(pointer) ?? [];
  if (d === undefined) return null;
  return r === undefined ? d : `${d}.${r}`;
}
