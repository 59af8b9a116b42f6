// "My book / All": whose customers a page shows. In the address when somebody chose; else a CSM sees their own.
import { session } from '../api/session.svelte';
import { here } from './router.svelte';
import { type Book, bookOf, ownerOf } from './token';

export const book = {
  get current(): Book {
    return bookOf(here.query, session.person);
  },
  /** The owner to filter by, or none. */
  get owner(): string | undefined {
    return ownerOf(here.query, session.person);
  },
  /** What a link to another page carries over: the choice, when one was made. */
  carry(href: string): string {
    const asked = here.query.get('book');
    return asked ? `${href}${href.includes('?') ? '&' : '?'}book=${asked}` : href;
  },
};
