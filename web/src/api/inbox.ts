// What contacts answered, and what the team does about it.
import { createMutation, createQuery, type InfiniteData, useQueryClient } from '@tanstack/svelte-query';
import type { Level } from '../lib/words';
import { api, matches, take } from './client';
import { ApiProblem } from './errors';
import { pagesQuery } from './pages';
import { type FeedbackQuery, keys } from './queries';
import type { Feedback } from './types';

export const HANDLING = ['new', 'in_work', 'closed'] as const;
export type Handling = (typeof HANDLING)[number];

export type Answer = Feedback;

interface Page {
  items: Answer[];
  next_cursor: string | null;
}

export interface InboxQuery {
  rating?: Level;
  state?: Handling;
  theme?: string;
}

const read = (query: FeedbackQuery): Promise<Page> => take(api.GET('/v1/feedback', { params: { query } }));

/** The answers, newest first, page after page. */
export const inboxQuery = (query: () => InboxQuery) =>
  pagesQuery(() => ({
    queryKey: [...keys.feedback, 'inbox', query()],
    read: (behind) => read({ limit: 60, ...query(), ...behind }),
  }));

export interface Theme {
  name: string;
  count: number;
  /** Of them Happy or Very Happy. */
  happy: number;
}

export interface InboxCounts {
  total: number;
  states: Record<Handling, number>;
  ratings: Record<Level, number>;
  themes: Theme[];
  /** There are more answers than were counted. */
  more: boolean;
}

const COUNTED = 500;

/** Counts over the newest answers. */
export function countsOf({ items, next_cursor }: Page): InboxCounts {
  const counts: InboxCounts = {
    total: items.length,
    states: { new: 0, in_work: 0, closed: 0 },
    ratings: { very_happy: 0, happy: 0, neutral: 0, not_happy: 0 },
    themes: [],
    more: next_cursor !== null,
  };
  const themes = new Map<string, Theme>();
  for (const answer of items) {
    counts.states[answer.state] += 1;
    counts.ratings[answer.rating] += 1;
    for (const name of answer.themes) {
      const theme = themes.get(name) ?? { name, count: 0, happy: 0 };
      theme.count += 1;
      if (answer.rating === 'happy' || answer.rating === 'very_happy') theme.happy += 1;
      themes.set(name, theme);
    }
  }
  counts.themes = [...themes.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
  return counts;
}

export const inboxCountsQuery = (enabled: () => boolean = () => true) =>
  createQuery(() => ({
    queryKey: [...keys.feedback, 'counts'],
    queryFn: () => read({ limit: COUNTED }).then(countsOf),
    enabled: enabled(),
    staleTime: 60_000,
  }));

export interface Handle {
  answer: Answer;
  change: Partial<Pick<Answer, 'state' | 'themes'>>;
}

/** Notes what is done about an answer: at once on the screen, taken back when it is refused. */
export const handleMutation = () => {
  const client = useQueryClient();
  const lists = [...keys.feedback, 'inbox'];
  const show = (answer: Answer) =>
    client.setQueriesData<InfiniteData<Page>>({ queryKey: lists }, (before) =>
      before
        ? {
            ...before,
            pages: before.pages.map((page) => ({
              ...page,
              items: page.items.map((item) => (item.id === answer.id ? answer : item)),
            })),
          }
        : before,
    );
  return createMutation(() => ({
    mutationFn: ({ answer, change }: Handle) =>
      take(
        api.PATCH('/v1/feedback/{id}', {
          params: { path: { id: answer.id }, header: { 'If-Match': matches(answer.version) } },
          body: change,
        }),
      ),
    onMutate: async ({ answer, change }: Handle) => {
      await client.cancelQueries({ queryKey: lists });
      show({ ...answer, ...change });
    },
    onSuccess: (answer) => show(answer),
    onError: (error: unknown, { answer }: Handle) => {
      show(answer);
      if (error instanceof ApiProblem && error.stale) void client.invalidateQueries({ queryKey: keys.feedback });
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.feedback }),
  }));
};
