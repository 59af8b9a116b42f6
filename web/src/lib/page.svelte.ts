// What the shell says about the page in its top line: the page sets it, the shell shows it.

interface Head {
  title: string;
  /** Beside the title, such as "72 customers". */
  note: string;
}

let head = $state.raw<Head>({ title: '', note: '' });

export const page = {
  get title(): string {
    return head.title;
  },
  get note(): string {
    return head.note;
  },
  set(title: string, note = ''): void {
    if (head.title !== title || head.note !== note) head = { title, note };
  },
};
