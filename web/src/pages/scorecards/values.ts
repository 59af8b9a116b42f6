// Values of a condition as a line of text: commas between them, quotes around a text that would read as something else.

/** The line for values. */
export function valuesText(values: unknown): string {
  return Array.isArray(values) ? values.map(one).join(', ') : '';
}

function one(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.includes(',') || value.includes('"') || value !== value.trim() || literal(value) !== undefined
    ? JSON.stringify(value)
    : value;
}

function literal(text: string): number | boolean | undefined {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The values of a line. Attributes of one's own can be numbers, true and false; all other fields are texts. */
export function valuesOf(line: string, field: string): unknown[] {
  const found = line.match(/\s*"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return found.flatMap((part) => {
    const text = part.trim();
    if (!text) return [];
    if (text.startsWith('"')) {
      try {
        return [JSON.parse(text) as unknown];
      } catch {
        return [text];
      }
    }
    return [field.startsWith('attributes.') ? (literal(text) ?? text) : text];
  });
}
