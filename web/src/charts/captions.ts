// What a chart says, as a sentence made from its numbers.
import { count, month, number, percent, score, signed } from '../lib/format';

/** `one`, `one and two`, `one, two and three`. */
export function list(parts: string[]): string {
  if (parts.length <= 1) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface QuadrantFigures {
  total: number;
  /** Insights with their counts, the four corners alone. */
  corners: { title: string; count: number; arr: string }[];
  stale: number;
  unknown: number;
}

export function quadrantCaption({ total, corners, stale, unknown }: QuadrantFigures): string {
  const placed = corners.reduce((sum, corner) => sum + corner.count, 0);
  if (total === 0) return 'There are no customers here.';
  const sentences = [
    placed === 0
      ? `Of ${count(total, 'customer')} none has both a Health Status and feedback.`
      : `Of ${count(total, 'customer')}, ${number(placed)} have a Health Status and feedback: ${list(corners.filter((corner) => corner.count > 0).map((corner) => `${corner.count} ${corner.title} (${corner.arr})`))}.`,
  ];
  const aside = [
    ...(unknown > 0 ? [`${count(unknown, 'customer')} ${unknown === 1 ? 'lacks' : 'lack'} one of the two`] : []),
    ...(stale > 0 ? [`${count(stale, 'status is', 'statuses are')} out of date`] : []),
  ];
  if (aside.length > 0) sentences.push(`${upper(list(aside))}.`);
  return sentences.join(' ');
}

interface Series {
  what: string;
  points: { on: string; mean: number | null; n: number }[];
}

/** How a mean went from the first to the last point that has one. */
export function trendCaption({ what, points }: Series): string {
  const known = points.filter((point) => point.mean !== null);
  const from = known[0];
  const to = known.at(-1);
  if (!from || !to) return `There is no ${what.toLowerCase()} in these weeks.`;
  if (from === to) return `${what} is ${score(to.mean)} on average, from ${count(to.n, 'customer')}.`;
  const change = (to.mean as number) - (from.mean as number);
  const went =
    Math.abs(change) < 0.5
      ? 'hardly moved'
      : change > 0
        ? `rose by ${number(change, 1)} points`
        : `fell by ${number(-change, 1)} points`;
  return `${what} ${went} in ${count(known.length - 1, 'week')}: from ${number(from.mean, 1)} (n = ${from.n}) to ${number(to.mean, 1)} (n = ${to.n}).`;
}

export function bandsCaption(points: { bands: Record<string, number>; customers: number }[]): string {
  const from = points[0];
  const to = points.at(-1);
  if (!from || !to) return 'There are no weeks to show.';
  const low = (point: typeof from) => (point.bands.struggling ?? 0) + (point.bands.steady ?? 0);
  return `${low(to)} of ${count(to.customers, 'customer')} score Steady or Struggling now, ${low(from)} of ${number(from.customers)} at the beginning; ${to.bands.thriving ?? 0} are Thriving, ${from.bands.thriving ?? 0} were.`;
}

export function segmentsCaption(
  by: string,
  items: { value: string | null; score: { mean: number | null; n: number; low: number | null; high: number | null } | null }[],
): string {
  const known = items.flatMap((item) =>
    item.score && item.score.mean !== null && item.value !== null
      ? [{ value: item.value, ...item.score, mean: item.score.mean }]
      : [],
  );
  if (known.length === 0) return `No customer has a score and a value of ${by}.`;
  const sorted = [...known].sort((a, b) => b.mean - a.mean);
  const [best] = sorted;
  const worst = sorted.at(-1);
  if (!best || !worst || best === worst)
    return `${best?.value ?? ''} has a mean score of ${number(best?.mean, 1)} (n = ${best?.n ?? 0}).`;
  const apart = best.low !== null && worst.high !== null && best.low > worst.high;
  return `${best.value} has the highest mean score, ${number(best.mean, 1)} (n = ${best.n}), ${worst.value} the lowest, ${number(worst.mean, 1)} (n = ${worst.n}). ${apart ? 'Their intervals do not touch: the difference is no accident.' : 'Their intervals touch or are not known: the difference may be chance.'}`;
}

export function movementCaption(up: number, down: number, customers: number, from: string, to: string): string {
  const moved = up + down;
  if (moved === 0) return `No customer changed band between ${from} and ${to}.`;
  return `${number(moved)} of ${count(customers, 'customer')} changed band between ${from} and ${to}: ${number(down)} went down, ${number(up)} up.`;
}

export function driversCaption(
  drivers: { label: string; lost: number; gained: number; customers_lost: number; customers_gained: number }[],
  net: number,
  n: number,
): string {
  if (drivers.length === 0) return 'No rule moved a score in this time.';
  const loser = drivers.reduce((worst, driver) => (driver.lost < worst.lost ? driver : worst));
  const winner = drivers.reduce((best, driver) => (driver.gained > best.gained ? driver : best));
  const sentences = [`All rules together moved ${count(n, 'score')} by ${signed(net, 1)} points.`];
  if (loser.lost < 0)
    sentences.push(
      `${loser.label} took the most, ${number(-loser.lost, 1)} points from ${count(loser.customers_lost, 'customer')}.`,
    );
  if (winner.gained > 0)
    sentences.push(
      `${winner.label} gave the most, ${number(winner.gained, 1)} to ${count(winner.customers_gained, 'customer')}.`,
    );
  return sentences.join(' ');
}

export function renewalsCaption(all: { customers: number; at_risk: number }, arr: string, atRisk: string): string {
  if (all.customers === 0) return 'No customer renews here.';
  return `${arr} a year from ${count(all.customers, 'customer')}; ${all.at_risk === 0 ? 'none of it is at risk' : `${atRisk} of it, from ${count(all.at_risk, 'customer')}, is at risk`}.`;
}

export function responsesCaption(all: {
  share: number | null;
  count: number;
  n: number;
  low: number | null;
  high: number | null;
}): string {
  if (all.n === 0 || all.share === null) return 'Nobody was asked for feedback in this time.';
  return `${number(all.count)} of ${count(all.n, 'request')} were answered: ${percent(all.share)}, with 95 % certainty between ${percent(all.low)} and ${percent(all.high)}.`;
}

interface CustomerTrend {
  score: { value: number }[];
  happiness: { value: number }[];
  from: string;
  marks: number;
}

export function customerCaption({ score: scores, happiness, from, marks }: CustomerTrend): string {
  const last = scores.at(-1);
  if (!last) return `There is no score since ${from}.`;
  const values = scores.map((point) => point.value);
  const sentences = [
    `The score is ${score(last.value)} at the end, between ${score(Math.min(...values))} and ${score(Math.max(...values))} since ${from}.`,
  ];
  const [first] = happiness;
  const end = happiness.at(-1);
  if (first && end)
    sentences.push(
      first === end ? `Happiness is ${score(end.value)}.` : `Happiness went from ${score(first.value)} to ${score(end.value)}.`,
    );
  if (marks > 0) sentences.push(`${count(marks, 'event is', 'events are')} marked.`);
  return sentences.join(' ');
}

export function cohortsCaption(
  items: {
    started: string;
    customers: number;
    months: { month: number; retained: number | null; mean_score: number | null }[];
  }[],
): string {
  const customers = items.reduce((sum, cohort) => sum + cohort.customers, 0);
  const oldest = items.reduce(
    (first, cohort) => (cohort.started < first.started ? cohort : first),
    items[0] ?? { started: '', customers: 0, months: [] },
  );
  const last = oldest.months.at(-1);
  const sentence = `${count(customers, 'customer')} started in ${count(items.length, 'month')}.`;
  if (!last || last.retained === null) return sentence;
  if (last.month === 0) return `${sentence} ${percent(last.retained)} of them are customers today.`;
  return `${sentence} Of ${count(oldest.customers, 'customer')} that started in ${month(`${oldest.started}-01`)}, ${percent(last.retained)} stayed ${count(last.month, 'month')}.`;
}
