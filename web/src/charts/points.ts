// Points in a plane: which one a finger means, which one an arrow leads to, and the shapes they are drawn with.
import type { Status } from '../lib/words';

export interface Dot {
  id: string;
  x: number;
  y: number;
  /** Radius of a disc of the same area. */
  r: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The dot nearest to a place, counted from its edge; none when all are further than `reach`. Of equals the smallest, which lies on top. */
export function nearest<D extends Dot>(dots: readonly D[], x: number, y: number, reach: number): D | null {
  let best: D | null = null;
  let least = reach;
  for (const dot of dots) {
    const distance = Math.max(0, Math.hypot(dot.x - x, dot.y - y) - dot.r);
    if (distance < least || (distance === least && best !== null && dot.r < best.r)) {
      best = dot;
      least = distance;
    }
  }
  return best;
}

/** The nearest dot in a direction: what lies aside counts three times, what lies further aside than ahead does not count at all, unless nothing else does. */
export function towards<D extends Dot>(dots: readonly D[], from: Dot, direction: Direction): D | null {
  let best: D | null = null;
  let least = Number.POSITIVE_INFINITY;
  let spare: D | null = null;
  let spareLeast = Number.POSITIVE_INFINITY;
  for (const dot of dots) {
    if (dot.id === from.id) continue;
    const dx = dot.x - from.x;
    const dy = dot.y - from.y;
    const [ahead, aside] =
      direction === 'left'
        ? [-dx, Math.abs(dy)]
        : direction === 'right'
          ? [dx, Math.abs(dy)]
          : direction === 'up'
            ? [-dy, Math.abs(dx)]
            : [dy, Math.abs(dx)];
    if (ahead <= 0) continue;
    const cost = ahead + aside * 3;
    if (aside <= ahead) {
      if (cost < least) {
        best = dot;
        least = cost;
      }
    } else if (cost < spareLeast) {
      spare = dot;
      spareLeast = cost;
    }
  }
  return best ?? spare;
}

/** The dot where walking begins: the one that is nearest to the upper left. */
export function first<D extends Dot>(dots: readonly D[]): D | null {
  let best: D | null = null;
  for (const dot of dots) if (!best || dot.x + dot.y < best.x + best.y) best = dot;
  return best;
}

/** A number from 0 to 1 that belongs to a text for ever: where a customer stands in its column. */
export function stable(id: string, salt = 0): number {
  let hash = 2166136261 ^ salt;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 16777619);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 2246822507);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 4294967296;
}

/** Radius by share of the largest, so that the area is in proportion; never smaller than can be seen. */
export function radius(value: number | null, largest: number, least: number, most: number): number {
  if (value === null || value <= 0 || largest <= 0) return least;
  return Math.max(least, Math.sqrt(Math.min(1, value / largest)) * most);
}

const round = (value: number) => Math.round(value * 10) / 10;

/** The outline of a status's shape around the middle, with the area of a disc of radius `r`: ◆ ● ■ ▲, and a disc for none. */
export function outline(status: Status | null, r: number): string {
  if (status === 'thriving') {
    const a = round(r * 1.253);
    return `M0,${-a}L${a},0L0,${a}L${-a},0Z`;
  }
  if (status === 'steady') {
    const a = round(r * 0.886);
    return `M${-a},${-a}H${a}V${a}H${-a}Z`;
  }
  if (status === 'struggling') {
    const a = r * 1.347;
    return `M0,${round(-a * 1.155)}L${round(a)},${round(a * 0.577)}H${round(-a)}Z`;
  }
  const a = round(r);
  return `M${-a},0A${a},${a} 0 1 1 ${a},0A${a},${a} 0 1 1 ${-a},0Z`;
}
