// Documents as YAML 1.2 and back. The library is large: import this file lazily.
import { parse as read, stringify } from 'yaml';

/** What a YAML text says; throws with line and column when it is none. */
export const parse = (text: string): unknown => read(text);

/** A value as YAML that `parse` and the API read back. */
export const write = (value: unknown): string => stringify(value, { lineWidth: 120, aliasDuplicateObjects: false });
