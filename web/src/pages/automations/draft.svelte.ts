// An automation while somebody edits it: as a form and as YAML, which are two views of one draft. It is kept in the tab until it is saved.
import type { Stored } from '../../api/automations';
import { type AutomationDocument, emptyForm, type Form, switched, toDocument, toForm } from '../../lib/automations/form';
import { keepDraft, readDraft } from '../../lib/drafts';

/** A YAML text, and the document that it says, to know whether it still says what the form says. */
interface Text {
  yaml: string;
  says: string;
}

interface Kept {
  version: number | null;
  document: AutomationDocument;
  yaml: string | null;
  broken: boolean;
}

const saidBy = (form: Form) => JSON.stringify(toDocument(form));

export class Draft {
  form = $state<Form>(emptyForm());
  /** YAML that is no document, while it is being written, and why. */
  broken = $state.raw<{ yaml: string; message: string } | null>(null);
  /** What is stored; none of a new one. */
  base = $state.raw<Stored | null>(null);
  /** Stored by somebody else since the draft began. */
  newer = $state.raw<Stored | null>(null);
  /** It comes from before a reload. */
  restored = $state(false);
  #text = $state.raw<Text | null>(null);
  #clean = $state.raw('');
  readonly says = $derived(saidBy(this.form));
  readonly dirty = $derived(
    this.broken !== null ||
      this.says !== this.#clean ||
      (this.#text?.says === this.says && this.base !== null && this.#text.yaml !== this.base.text),
  );

  constructor(readonly name: string) {
    this.#clean = saidBy(this.form);
  }

  /** Begins with what is stored, or with what a reload left of a draft. */
  begin(stored: Stored | null): void {
    this.#rest(stored);
    const kept = readDraft<Kept>(this.name);
    if (!kept) return;
    try {
      this.form = toForm(kept.document);
    } catch {
      keepDraft(this.name, null);
      return;
    }
    if (kept.yaml !== null && kept.broken) this.broken = { yaml: kept.yaml, message: 'It is not read yet.' };
    else if (kept.yaml !== null) this.#text = { yaml: kept.yaml, says: this.says };
    if (stored && kept.version !== stored.version) this.newer = stored;
    if (stored && kept.version !== null) this.base = { ...stored, version: kept.version };
    this.restored = true;
  }

  /** Begins with a document that is not stored: a copy, or an old version. */
  take(document: unknown, yaml: string | null = null): void {
    this.form = toForm(document);
    this.broken = null;
    this.#text = yaml === null ? null : { yaml, says: this.says };
  }

  /** What is stored changed: the draft follows, unless somebody wrote in it. */
  follow(stored: Stored): void {
    if (stored.version === this.base?.version) {
      if (!this.dirty) this.#rest(stored);
    } else if (this.dirty) this.newer = stored;
    else this.#rest(stored);
  }

  /** Drops the draft. */
  drop(): void {
    keepDraft(this.name, null);
    this.restored = false;
    this.#rest(this.newer ?? this.base);
  }

  /** Goes on with the draft on top of what somebody else stored meanwhile. */
  keepOnTop(): void {
    if (this.newer) this.base = this.newer;
    this.newer = null;
  }

  #rest(stored: Stored | null): void {
    this.form = stored ? toForm(stored.document) : emptyForm();
    this.#clean = this.says;
    this.#text = stored && { yaml: stored.text, says: this.says };
    this.base = stored;
    this.newer = null;
    this.broken = null;
  }

  /** It is stored now as this version. */
  saved(version: number, yaml: string | null): void {
    keepDraft(this.name, null);
    this.restored = false;
    this.newer = null;
    this.#clean = this.says;
    const document = toDocument($state.snapshot(this.form) as Form);
    const text = yaml ?? this.#text?.yaml ?? '';
    this.base = { version, text, document };
    this.#text = yaml === null ? null : { yaml, says: this.says };
  }

  /** Keeps it over a reload; nothing is kept while nothing is changed. */
  keep(): void {
    const yaml = this.broken?.yaml ?? (this.#text?.says === this.says ? this.#text.yaml : null);
    const kept: Kept = { version: this.base?.version ?? null, document: this.document(), yaml, broken: this.broken !== null };
    keepDraft(this.name, this.dirty ? kept : null);
  }

  document(): AutomationDocument {
    return toDocument($state.snapshot(this.form) as Form);
  }

  /** The text that says what the form says, when somebody wrote one: with its comments, to the letter. */
  written(): string | null {
    const text = this.#text;
    if (!text) return null;
    if (text.says === this.says) return text.yaml;
    const other = { ...this.document(), on: !this.form.on };
    return JSON.stringify(other) === text.says ? switched(text.yaml, this.form.on) : null;
  }

  /** The draft as YAML. */
  async yaml(): Promise<string> {
    if (this.broken) return this.broken.yaml;
    const written = this.written();
    if (written !== null) return written;
    const { write } = await import('../../lib/yaml');
    return write(this.document());
  }

  /** Takes what somebody wrote as YAML into the form; while it is no document the form stays as it was. */
  async read(yaml: string): Promise<void> {
    const { parse } = await import('../../lib/yaml');
    try {
      this.take(parse(yaml), yaml);
    } catch (error) {
      this.broken = { yaml, message: error instanceof Error ? error.message : String(error) };
    }
  }
}
