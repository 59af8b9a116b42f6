// A customer's year by days: what was known on each day on which something changed.
import { date, score } from '../lib/format';
import { LEVEL, type Level, STATUS, type Status } from '../lib/words';

export interface ScoreAt {
  at: string;
  value: number;
  band: Status | null;
}

export interface HappinessAt {
  at: string;
  value: number;
  level: Level | null;
  answers: number;
}

export type MarkKind = 'status' | 'scorecard' | 'override' | 'ticket' | 'automation';

export interface Mark {
  at: string;
  kind: MarkKind;
  title: string;
  detail: string;
}

export const MARKS: Record<MarkKind, { letter: string; label: string }> = {
  status: { letter: 'S', label: 'Health Status' },
  scorecard: { letter: 'V', label: 'Scorecard' },
  override: { letter: 'O', label: 'Override' },
  ticket: { letter: 'T', label: 'Critical ticket' },
  automation: { letter: 'A', label: 'Automation' },
};

/** A day on which something changed, with what held on it. */
export interface Stop {
  /** `2026-11-16`. */
  day: string;
  time: number;
  score: ScoreAt | null;
  happiness: HappinessAt | null;
  marks: Mark[];
}

const dayOf = (at: string) => at.slice(0, 10);

/** The last entry up to a day's end. Entries stand in the order of time. */
function held<E extends { at: string }>(entries: readonly E[], day: string): E | null {
  let found: E | null = null;
  for (const entry of entries) {
    if (dayOf(entry.at) > day) break;
    found = entry;
  }
  return found;
}

/** The days between two moments on which a score, a happiness or an event came, and the last one. A score holds until the next one. */
export function stops(
  scores: readonly ScoreAt[],
  happiness: readonly HappinessAt[],
  marks: readonly Mark[],
  from: number,
  to: number,
): Stop[] {
  const [first, last] = [new Date(from).toISOString().slice(0, 10), new Date(to).toISOString().slice(0, 10)];
  const days = new Set([last]);
  for (const { at } of [...scores, ...happiness, ...marks]) {
    const day = dayOf(at);
    if (day >= first && day <= last) days.add(day);
  }
  return [...days].sort().map((day) => ({
    day,
    time: Date.parse(day),
    score: held(scores, day),
    happiness: held(happiness, day),
    marks: marks.filter((mark) => dayOf(mark.at) === day),
  }));
}

/** What is known of a stop, as words. */
export function inWords(stop: Stop, now: Date): string {
  const parts = [
    stop.score ? `score ${score(stop.score.value)}${stop.score.band ? ` (${STATUS[stop.score.band].label})` : ''}` : 'no score',
    stop.happiness
      ? `happiness ${score(stop.happiness.value)}${stop.happiness.level ? ` (${LEVEL[stop.happiness.level].label}, ${stop.happiness.answers === 1 ? '1 answer' : `${stop.happiness.answers} answers`})` : ''}`
      : 'no feedback',
    ...stop.marks.map((mark) => `${mark.title}${mark.detail ? `: ${mark.detail}` : ''}`),
  ];
  return `${date(stop.day, now)}: ${parts.join('; ')}`;
}

/** Flags by place: marks of one day share one; a flag that would touch another goes one row down, or where the room is widest. */
export function flags(
  days: readonly Stop[],
  x: (time: number) => number,
  width: number,
  rows: number,
): { x: number; row: number; stop: Stop }[] {
  const ends: number[] = Array.from({ length: rows }, () => Number.NEGATIVE_INFINITY);
  return days
    .filter((stop) => stop.marks.length > 0)
    .map((stop) => {
      const place = x(stop.time);
      const free = ends.findIndex((end) => place - width / 2 >= end);
      const row = free >= 0 ? free : ends.indexOf(Math.min(...ends));
      ends[row] = place + width / 2;
      return { x: place, row, stop };
    });
}
