// From values to places in a drawing, and the round values that stand at an axis.

/** A straight scale. A domain without width lies in the middle. */
export function linear(domain: [number, number], range: [number, number]): (value: number) => number {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  if (d0 === d1) return () => (r0 + r1) / 2;
  return (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
}

/** Round values from `low` to `high`, about `most` of them. */
export function ticks(low: number, high: number, most = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const found: number[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    found.push(Number((index * step).toPrecision(12)));
  }
  return found;
}

/** A domain from zero to a round value above the highest. */
export function fromZero(highest: number): [number, number] {
  if (!(highest > 0)) return [0, 1];
  const step = (ticks(0, highest, 4)[1] ?? highest) || highest;
  return [0, Math.ceil(highest / step - 1e-9) * step];
}

/** A domain around values that need not start at zero, within bounds, at least `least` wide. */
export function around(values: number[], bounds: [number, number], least: number): [number, number] {
  if (values.length === 0) return bounds;
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = Math.max((high - low) * 0.15, (least - (high - low)) / 2, 0);
  const step = 5;
  return [Math.max(bounds[0], Math.floor((low - pad) / step) * step), Math.min(bounds[1], Math.ceil((high + pad) / step) * step)];
}

const DAY = 86_400_000;

export interface TimeTick {
  at: number;
  label: string;
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

/** Days or beginnings of months between two moments, at most `most`. January carries its year. */
export function timeTicks(from: number, to: number, most: number): TimeTick[] {
  const days = (to - from) / DAY;
  const room = Math.max(2, most);
  if (days <= 45) {
    const step = [1, 2, 7, 14].find((every) => days / every <= room) ?? 30;
    const found: TimeTick[] = [];
    for (let at = Math.ceil(from / DAY) * DAY; at <= to; at += step * DAY) found.push({ at, label: day.format(at) });
    return found;
  }
  const step = [1, 2, 3, 6, 12, 24].find((every) => days / 30.4 / every <= room) ?? 36;
  const first = new Date(from);
  const found: TimeTick[] = [];
  for (let index = 1; index < 2400; index += 1) {
    const at = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index);
    if (at > to) break;
    const moment = new Date(at);
    if (moment.getUTCMonth() % Math.min(step, 12) !== 0) continue;
    found.push({ at, label: moment.getUTCMonth() === 0 ? String(moment.getUTCFullYear()) : month.format(at) });
  }
  return found;
}

/** The index of the entry that is nearest to a value in a rising list; −1 when it is empty. */
export function nearestIndex(rising: number[], value: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && Math.abs((rising[low - 1] as number) - value) <= Math.abs((rising[low] as number) - value)) return low - 1;
  return high < 0 ? -1 : low;
}
