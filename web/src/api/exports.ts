// Everything back out: pages are followed to the last one and put together to one file.
import { api, take } from './client';
import { problemOf } from './errors';
import type { paths } from './schema';

export type ExportKind = paths['/v1/exports/{kind}']['get']['parameters']['path']['kind'];

export interface Progress {
  pages: number;
  bytes: number;
}

/** All pages of a kind as one CSV file. */
export async function exportCsv(kind: ExportKind, signal: AbortSignal, onpage: (progress: Progress) => void): Promise<Blob> {
  const pages: string[] = [];
  let bytes = 0;
  let cursor: string | null = '';
  while (cursor !== null) {
    const { data, error, response } = await api.GET('/v1/exports/{kind}', {
      params: { path: { kind }, query: cursor ? { cursor } : {} },
      headers: { accept: 'text/csv' },
      parseAs: 'text',
      signal,
    });
    if (!response.ok) throw problemOf(response, error);
    const text = data as unknown as string;
    pages.push(text);
    bytes += text.length;
    onpage({ pages: pages.length, bytes });
    cursor = nextOf(response.headers.get('link'));
  }
  return new Blob(pages, { type: 'text/csv;charset=utf-8' });
}

/** The cursor of the next page out of a `Link` header. */
export function nextOf(header: string | null): string | null {
  const link = /<([^>]*)>\s*;\s*rel="?next"?/.exec(header ?? '')?.[1];
  return link ? new URL(link, 'http://x').searchParams.get('cursor') : null;
}

/** Everything that is stored about a customer, as one JSON document. */
export async function exportCustomer(id: string, signal: AbortSignal, onpage: (items: number) => void): Promise<Blob> {
  const items: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: unknown[]; next_cursor: string | null } = await take(
      api.GET('/v1/customers/{id}/export', {
        params: { path: { id }, query: { limit: 1_000, ...(cursor ? { cursor } : {}) } },
        signal,
      }),
    );
    items.push(...page.items);
    onpage(items.length);
    cursor = page.next_cursor;
  }
  return json({ customer: id, items });
}

/** Everything that is stored about a contact. */
export async function exportContact(customer: string, contact: string): Promise<Blob> {
  return json(
    await take(api.GET('/v1/customers/{id}/contacts/{contact}/export', { params: { path: { id: customer, contact } } })),
  );
}

function json(value: unknown): Blob {
  return new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' });
}
