// What changed between two texts, line by line.

export interface Line {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers from 1 before and after; none where the line is not. */
  before: number | null;
  after: number | null;
}

/** The lines of both in reading order: the longest common run of lines stays, what was taken away stands before what came. */
export function diff(before: string, after: string): Line[] {
  const a = split(before);
  const b = split(after);
  // length[i][j]: how many lines the rests from i and from j have in common.
  const length = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const common = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = length[i] ?? [];
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) lines.push({ kind: 'same', text: left, before: ++i, after: ++j });
    else if (left !== undefined && (right === undefined || common(i + 1, j) >= common(i, j + 1)))
      lines.push({ kind: 'removed', text: left, before: ++i, after: null });
    else lines.push({ kind: 'added', text: right ?? '', before: null, after: ++j });
  }
  return lines;
}

/** Only what changed, each with up to `around` lines that did not; `null` stands for lines that were left out. */
export function hunks(lines: Line[], around = 3): (Line | null)[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - around), at + around + 1).some((line) => line.kind !== 'same'));
  const shown: (Line | null)[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  });
  return shown;
}

function split(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
