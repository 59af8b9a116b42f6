// Documents as YAML 1.2 and back. The library is large: import this file lazily.
import { CORE_SCHEMA, dump, load } from 'js-yaml';

/** What a YAML text says; throws with line and column when it is none. */
export const parse = (text: string): unknown => load(text, { schema: CORE_SCHEMA });

/** A value as YAML that `parse` and the API read back. */
export const write = (value: unknown): string => dump(value, { schema: CORE_SCHEMA, lineWidth: 120, noRefs: true });
