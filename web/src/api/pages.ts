// Lists that come page by page: each page begins behind the cursor that the one before gave.
import { createInfiniteQuery } from '@tanstack/svelte-query';

/** Where a page begins; the first one has no cursor. */
export type Behind = { cursor?: string };

export const behind = (cursor: string | undefined): Behind => (cursor ? { cursor } : {});

interface Pages<P> {
  queryKey: readonly unknown[];
  read: (behind: Behind) => Promise<P>;
  enabled?: boolean;
  staleTime?: number;
  notifyOnChangeProps?: 'all';
}

/** A list, page after page. */
export const pagesQuery = <P extends { next_cursor?: string | null }>(pages: () => Pages<P>) =>
  createInfiniteQuery(() => {
    const { read, ...options } = pages();
    return {
      ...options,
      queryFn: ({ pageParam }: { pageParam: string }) => read(behind(pageParam)),
      initialPageParam: '',
      getNextPageParam: (page: P) => page.next_cursor ?? undefined,
    };
  });
