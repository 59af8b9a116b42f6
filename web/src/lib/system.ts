// When something of the system counts as late, for the word beside it.

const MINUTE = 60_000;
const EVERY: Record<string, { words: string; minutes: number }> = {
  '5m': { words: 'every 5 minutes', minutes: 5 },
  '15m': { words: 'every 15 minutes', minutes: 15 },
  '1h': { words: 'every hour', minutes: 60 },
  '1d': { words: 'every night at 02:00 UTC', minutes: 1_440 },
};

/** "every hour". */
export function everyInWords(every: string): string {
  return EVERY[every]?.words ?? every;
}

/** Whether two runs in a row are missing. What never ran is new, not late. */
export function isLate(every: string, lastRunAt: string | null, now: Date): boolean {
  const minutes = EVERY[every]?.minutes;
  return minutes !== undefined && lastRunAt !== null && now.getTime() - Date.parse(lastRunAt) > 2 * minutes * MINUTE;
}

/** What waits longer than two runs of its schedule is stuck: every queue is emptied every five minutes. */
export function isStuck(oldestAt: string | null, now: Date): boolean {
  return oldestAt !== null && now.getTime() - Date.parse(oldestAt) > 10 * MINUTE;
}

/** "3 min", "2 h", "4 d" between two moments. */
export function span(from: string, to: Date): string {
  const minutes = Math.max(0, Math.floor((to.getTime() - Date.parse(from)) / MINUTE));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return `${minutes} min`;
  if (minutes < 2_880) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / 1_440)} d`;
}
