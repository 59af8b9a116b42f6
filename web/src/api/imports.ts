// Sends a file in parts and puts their reports together.
import { type Line, line } from '../lib/csvfile';
import type { Kind } from '../lib/imports';
import { api, take } from './client';
import { asProblem } from './errors';
import type { paths } from './schema';

type Report = paths['/v1/imports/{kind}']['post']['responses'][200]['content']['application/json'];

export interface Wrong {
  /** In the file that was picked. */
  row: number;
  column: string;
  detail: string;
}

export interface Outcome {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  wrong: Wrong[];
}

export const nothing = (): Outcome => ({ rows: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, wrong: [] });

export interface Shipment {
  kind: Kind;
  header: string[];
  mapping: string;
  parts: Line[][];
}

/** How often a busy server is asked for one part, and after which pause. */
const TRIES = 4;
const PAUSE_MS = 2_000;

/**
 * Sends the parts from `from` on, one after the other. Each answer is told; when one fails the others wait: sending again changes
 * nothing, so that going on is safe.
 */
export async function ship(
  shipment: Shipment,
  options: {
    dryRun: boolean;
    from: number;
    before: Outcome;
    signal: AbortSignal;
    ondone: (parts: number, outcome: Outcome) => void;
  },
): Promise<void> {
  let outcome = options.before;
  for (let at = options.from; at < shipment.parts.length; at += 1) {
    const part = shipment.parts[at] ?? [];
    options.signal.throwIfAborted();
    outcome = together(outcome, await send(shipment, part, options.dryRun, options.signal), part);
    options.ondone(at + 1, outcome);
  }
}

async function send({ kind, header, mapping }: Shipment, part: Line[], dryRun: boolean, signal: AbortSignal): Promise<Report> {
  const body = `${[line(header), ...part.map((one) => one.text)].join('\r\n')}\r\n`;
  for (let tried = 1; ; tried += 1) {
    try {
      return await take(
        api.POST('/v1/imports/{kind}', {
          params: { path: { kind }, query: { dry_run: dryRun, ...(mapping ? { mapping } : {}) } },
          body: body as never,
          bodySerializer: (text: unknown) => text as string,
          headers: { 'content-type': 'text/csv' },
          signal,
        }),
      );
    } catch (error) {
      if (asProblem(error).status !== 503 || tried >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** The report of a part counts its own rows from 2 on; ours are those of the file. */
export function together(before: Outcome, report: Report, part: Line[]): Outcome {
  const wrong = report.errors.map(({ row, column, detail }) => ({ row: part[row - 2]?.row ?? row, column, detail }));
  return {
    rows: before.rows + report.rows,
    created: before.created + report.created,
    updated: before.updated + report.updated,
    unchanged: before.unchanged + report.unchanged,
    rejected: before.rejected + report.rejected,
    wrong: [...before.wrong, ...wrong].sort((a, b) => a.row - b.row),
  };
}

/** The rejected rows as a file that can be corrected and imported again: two columns at the end say what was wrong. */
export function rejectedCsv(header: string[], lines: readonly Line[], wrong: readonly Wrong[]): string {
  const reasons = new Map<number, string[]>();
  for (const one of wrong)
    reasons.set(one.row, [...(reasons.get(one.row) ?? []), one.column ? `${one.column}: ${one.detail}` : one.detail]);
  const rows = lines.flatMap((one) => {
    const why = reasons.get(one.row);
    return why ? [`${one.text},${line([String(one.row), why.join('; ')])}`] : [];
  });
  return `${[line([...header, 'row in the file', 'what is wrong']), ...rows].join('\r\n')}\r\n`;
}
