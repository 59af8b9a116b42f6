// Lines of one text against another: the shortest way from the old to the new (Myers 1986), with unchanged stretches folded.

export interface Line {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Its number in the old text, from 1. */
  before: number | null;
  /** Its number in the new text. */
  after: number | null;
}

export interface Fold {
  kind: 'fold';
  lines: number;
}

/** Every line of both texts, in order. */
export function diff(before: string, after: string): Line[] {
  const a = before.replace(/\n$/, '').split('\n');
  const b = after.replace(/\n$/, '').split('\n');
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const steps = shortest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const found: Line[] = [];
  let [x, y] = [0, 0];
  const take = (kind: Line['kind']) => {
    const text = (kind === 'added' ? b[y] : a[x]) ?? '';
    found.push({ kind, text, before: kind === 'added' ? null : x + 1, after: kind === 'removed' ? null : y + 1 });
    if (kind !== 'added') x += 1;
    if (kind !== 'removed') y += 1;
  };
  for (let line = 0; line < start; line += 1) take('same');
  for (const kind of steps) take(kind);
  for (let line = 0; line < end; line += 1) take('same');
  return found;
}

function shortest(a: string[], b: string[]): Line['kind'][] {
  const most = a.length + b.length;
  const reach = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  const at = (map: Map<number, number> | undefined, k: number) => map?.get(k) ?? -1;
  for (let d = 0; d <= most; d += 1) {
    trail.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trail, a.length, b.length);
    }
  }
  return [];
}

function walkBack(trail: Map<number, number>[], width: number, height: number): Line['kind'][] {
  const steps: Line['kind'][] = [];
  let [x, y] = [width, height];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const reach = trail[d];
    const k = x - y;
    const at = (index: number) => reach?.get(index) ?? -1;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const from = down ? k + 1 : k - 1;
    const [oldX, oldY] = [at(from), at(from) - from];
    while (x > oldX && y > oldY && x > 0 && y > 0) {
      steps.push('same');
      x -= 1;
      y -= 1;
    }
    if (d > 0) steps.push(down ? 'added' : 'removed');
    [x, y] = [oldX, oldY];
  }
  return steps.reverse();
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
