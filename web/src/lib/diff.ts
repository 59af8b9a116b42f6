// What changed between two texts, line by line.

export interface Line {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Line numbers from 1 before and after; none where the line is not. */
  before: number | null;
  after: number | null;
}

/** So many unchanged lines that are left out. */
export interface Fold {
  kind: 'fold';
  lines: number;
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

/** The same with long unchanged stretches folded: `around` lines stay on each side of a change. */
export function folded(lines: Line[], around = 3): (Line | Fold)[] {
  const near = lines.map(() => false);
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same')
      for (let at = Math.max(0, index - around); at <= Math.min(lines.length - 1, index + around); at += 1) near[at] = true;
  });
  const found: (Line | Fold)[] = [];
  lines.forEach((line, index) => {
    const last = found.at(-1);
    if (near[index]) found.push(line);
    else if (last?.kind === 'fold') last.lines += 1;
    else found.push({ kind: 'fold', lines: 1 });
  });
  return found;
}

export interface Pair {
  left: Line | null;
  right: Line | null;
}

/** Side by side: what was removed beside what was added in its place. */
export function pairs(lines: (Line | Fold)[]): (Pair | Fold)[] {
  const found: (Pair | Fold)[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    for (let index = 0; index < Math.max(removed.length, added.length); index += 1)
      found.push({ left: removed[index] ?? null, right: added[index] ?? null });
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === 'removed') removed.push(line);
    else if (line.kind === 'added') added.push(line);
    else {
      flush();
      found.push(line.kind === 'fold' ? line : { left: line, right: line });
    }
  }
  flush();
  return found;
}

function split(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
