// Where a customer can be in the movement of bands, and from which sources a moment was put together.
import { STATUS, STATUSES, type Status } from './words';

export const PLACES = [...STATUSES, 'unknown', 'new', 'churned'] as const;
export type Place = (typeof PLACES)[number];

const REST: Record<Exclude<Place, Status>, string> = { unknown: 'No score', new: 'Not there yet', churned: 'Churned' };

export function placeLabel(place: string): string {
  return place in STATUS ? STATUS[place as Status].label : (REST[place as keyof typeof REST] ?? place);
}

/** Whether a move leads to a better band, a worse one, or is none between bands. */
export function course(from: string, to: string): 'up' | 'down' | 'same' {
  const [a, b] = [STATUSES.indexOf(from as Status), STATUSES.indexOf(to as Status)];
  if (a < 0 || b < 0 || a === b) return 'same';
  return b < a ? 'up' : 'down';
}

const SOURCES: Record<string, string> = {
  now: 'as it is now',
  day: 'as it was kept that day',
  history: 'put together from the histories of the scores',
  sample: 'put together from the histories of customers drawn by chance',
};

export function sourceWords(source: string): string {
  return SOURCES[source] ?? source;
}
