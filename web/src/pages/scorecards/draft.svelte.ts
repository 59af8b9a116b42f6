// A draft of a scorecard: what somebody changed and has not published. It lives in this tab, also through a reload.
import type { FieldProblem } from '../../api/errors';
import type { Edition, Scorecard } from '../../api/scorecards';
import { session } from '../../api/session.svelte';
import { type Change, changes, same, write } from './document';
import type { SyntaxProblem } from './yaml';

/** Drafts belong to a person: who signs in next in this tab does not see them. */
const prefix = () => `keepwell.scorecard|${session.person?.email ?? ''}|`;
const PARSE_AFTER_MS = 200;

interface Stored {
  base: Edition;
  document: Scorecard;
  text: string;
  behind: boolean;
  from: { text: string; document: Scorecard };
}

/** The library is the console's largest: it comes when a text is needed. */
const yaml = () => import('./yaml');

export class Draft {
  /** The version that it was made from; version 0 is not stored yet. */
  base = $state.raw<Edition>({ version: 0, text: '', document: {} as Scorecard });
  document = $state.raw<Scorecard>({} as Scorecard);
  text = $state('');
  /** The form is ahead of the text. */
  behind = $state(false);
  /** Why the text is no YAML; the document is then the last one that it was. */
  syntax = $state.raw<SyntaxProblem | null>(null);
  /** What the API says is wrong, by pointer into the document. */
  problems = $state.raw<FieldProblem[]>([]);
  #from: { text: string; document: Scorecard };
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    edition: Edition,
  ) {
    this.#from = edition;
    this.begin(edition);
  }

  /** Whether it differs from the version that it was made from. */
  get dirty(): boolean {
    if (this.base.version === 0) return true;
    return this.behind ? !same(this.document, this.base.document) : this.text !== this.base.text;
  }

  /** What it says otherwise than that version; nothing for comments alone. */
  get changes(): Change[] {
    return changes(this.base.document, this.document);
  }

  /** What is wrong with the value at the pointer. */
  problem(pointer: string): string | undefined {
    return this.problems.find((problem) => problem.pointer === pointer)?.detail;
  }

  /** How many things are wrong at the pointer and below it. */
  wrongBelow(pointer: string): number {
    return this.problems.filter((problem) => problem.pointer === pointer || problem.pointer.startsWith(`${pointer}/`)).length;
  }

  /** Sets the value at the pointer; `undefined` takes it away. */
  set(pointer: string, value: unknown): void {
    this.edit(write(this.document, pointer, value));
  }

  /** Starts anew from a version; what was changed is gone. */
  begin(edition: Edition): void {
    this.base = edition;
    this.document = edition.document;
    this.text = edition.text;
    this.behind = false;
    this.syntax = null;
    this.#from = edition;
    this.#keep();
  }

  /** The form changed it. */
  edit(document: Scorecard): void {
    if (same(document, this.document)) return;
    this.document = document;
    this.behind = true;
    this.syntax = null;
    this.#keep();
  }

  /** Somebody wrote in the text. */
  type(text: string): void {
    this.text = text;
    this.behind = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), PARSE_AFTER_MS);
    this.#keep();
  }

  /** Makes the text the document, when it is YAML. */
  async read(): Promise<void> {
    clearTimeout(this.#timer);
    const { parse } = await yaml();
    if (this.behind) return;
    const parsed = parse(this.text);
    if (!parsed.ok) {
      this.syntax = parsed.problem;
      return;
    }
    this.syntax = null;
    this.document = parsed.value as Scorecard;
    this.#from = { text: this.text, document: this.document };
    this.#keep();
  }

  /** The text of the document: what the form changed is written into the text that it came from. */
  async written(): Promise<string> {
    if (this.behind) {
      const { rewrite } = await yaml();
      const document = this.document;
      const text = rewrite(this.#from.text, this.#from.document, document);
      // The form may have gone on meanwhile; then the next call writes the rest.
      this.text = text;
      this.#from = { text, document };
      this.behind = this.document !== document;
      this.#keep();
      if (this.behind) return this.written();
    }
    return this.text;
  }

  /** What was changed, on top of a newer version. Where both changed the same, mine stays: it is shown before it is published. */
  async rebase(newer: Edition): Promise<void> {
    const mine = await this.written();
    const { parse, rewrite } = await yaml();
    const parsed = parse(mine);
    if (!parsed.ok) return;
    const text = rewrite(newer.text, this.base.document, this.document);
    const after = parse(text);
    this.base = newer;
    this.text = text;
    this.behind = false;
    if (after.ok) this.document = after.value as Scorecard;
    this.#from = { text, document: this.document };
    this.#keep();
  }

  /** Takes another text over as the draft, such as that of an old version. */
  async take(text: string): Promise<void> {
    this.text = text;
    this.behind = false;
    await this.read();
    this.#keep();
  }

  #keep(): void {
    keep(this.id, this.dirty || this.syntax ? this.#stored() : null);
  }

  #stored(): Stored {
    return { base: this.base, document: this.document, text: this.text, behind: this.behind, from: this.#from };
  }

  /** Takes up what was stored before a reload. */
  restore(stored: Stored): void {
    this.base = stored.base;
    this.document = stored.document;
    this.text = stored.text;
    this.behind = stored.behind;
    this.#from = stored.from;
    if (!stored.behind) void this.read();
  }
}

function keep(id: string, stored: Stored | null): void {
  try {
    if (stored) sessionStorage.setItem(prefix() + id, JSON.stringify(stored));
    else sessionStorage.removeItem(prefix() + id);
  } catch {
    // Full or forbidden: the draft then lives until the page is left.
  }
}

function stored(id: string): Stored | null {
  try {
    const text = sessionStorage.getItem(prefix() + id);
    return text ? (JSON.parse(text) as Stored) : null;
  } catch {
    return null;
  }
}

/** Ids of the scorecards that have a draft in this tab. */
export function draftIds(): string[] {
  try {
    const start = prefix();
    return Object.keys(sessionStorage)
      .filter((key) => key.startsWith(start))
      .map((key) => key.slice(start.length));
  } catch {
    return [];
  }
}

/** Whether this tab has a draft of a scorecard that was never published. */
export function isUnpublished(id: string): boolean {
  return stored(id)?.base.version === 0;
}

/** The draft of a scorecard: what is left from before, or one that begins at the version given. Nothing when there is neither. */
export function draftOf(id: string, edition: Edition | null): Draft | null {
  const before = stored(id);
  if (before) {
    const draft = new Draft(id, before.base);
    draft.restore(before);
    return draft;
  }
  return edition ? new Draft(id, edition) : null;
}

/** Keeps a new scorecard as a draft: a copy of another one, under its own id and name. */
export async function copyAs(id: string, name: string, source: Edition): Promise<void> {
  const { parse, rewrite } = await yaml();
  const document: Scorecard = { ...source.document, id, name };
  const text = rewrite(source.text, source.document, document);
  const parsed = parse(text);
  const value = parsed.ok ? (parsed.value as Scorecard) : document;
  keep(id, {
    base: { version: 0, text, document: value },
    document: value,
    text,
    behind: false,
    from: { text, document: value },
  });
}

/** Forgets a draft. */
export function forgetDraft(id: string): void {
  keep(id, null);
}
