// "My book / All": whose customers a page shows. In the address when somebody chose; else a CSM sees their own.
import { session } from '../api/session.svelte';
import { here } from './router.svelte';

export type Book = 'mine' | 'all';

export const book = {
  get current(): Book {
    const asked = here.query.get('book');
    if (asked === 'mine' || asked === 'all') return asked;
    return session.person?.role === 'csm' ? 'mine' : 'all';
  },
  /** The owner to filter by, or none. */
  get owner(): string | undefined {
    return book.current === 'mine' ? session.person?.email : undefined;
  },
  /** What a link to another page carries over: the choice, when one was made. */
  carry(href: string): string {
    const asked = here.query.get('book');
    return asked ? `${href}${href.includes('?') ? '&' : '?'}book=${asked}` : href;
  },
};
