// What can go wrong with a request, as RFC 9457 problem details: every wrong field is named.

export interface FieldProblem {
  /** JSON pointer into the body, or `?name` of a parameter. */
  pointer: string;
  detail: string;
}

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly fields: FieldProblem[],
    readonly requestId: string | null,
  ) {
    super(detail ? `${title}. ${detail}` : title);
    this.name = 'ApiProblem';
  }

  /** It changed since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }

  /** The role does not allow it. */
  get forbidden(): boolean {
    return this.status === 403;
  }

  get missing(): boolean {
    return this.status === 404;
  }

  /** What is wrong with a field, such as `/reason`. */
  of(pointer: string): string | undefined {
    return this.fields.find((field) => field.pointer === pointer || field.pointer === `/0${pointer}`)?.detail;
  }
}

/** Reads the problem out of an answer. */
export function problemOf(response: Response, body: unknown): ApiProblem {
  const value = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof value[name] === 'string' ? (value[name] as string) : '');
  const fields = Array.isArray(value.errors) ? (value.errors as FieldProblem[]) : [];
  const title = text('title') || `The server answered ${response.status}`;
  return new ApiProblem(response.status, title, text('detail'), fields, response.headers.get('x-request-id'));
}

/** The same for a request that got no answer. */
export function offline(): ApiProblem {
  return new ApiProblem(0, 'The server cannot be reached', 'Check the connection and try again.', [], null);
}

export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof TypeError) return offline();
  return new ApiProblem(0, 'Something went wrong', error instanceof Error ? error.message : String(error), [], null);
}
