// From a value before to a value after, one step per cause: what a waterfall shows and what its table says.

export interface Step {
  id: string;
  label: string;
  note: string;
  delta: number;
  /** Neither good nor bad of the customer: other arithmetic, or data that came or went. */
  neutral: boolean;
}

export interface Bar extends Step {
  from: number;
  to: number;
}

/** The largest steps, the rest added up as one, in the order of their size. The bars lead from `before` exactly to the end. */
export function waterfall(before: number, steps: Step[], most = 6): Bar[] {
  const sorted = steps.filter((step) => step.delta !== 0).sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
  const shown = sorted.slice(0, most);
  const rest = sorted.slice(most);
  if (rest.length === 1) shown.push(...rest);
  else if (rest.length > 1) {
    const delta = rest.reduce((sum, step) => sum + step.delta, 0);
    shown.push({ id: 'rest', label: `${rest.length} smaller changes`, note: '', delta, neutral: true });
  }
  let at = before;
  return shown.map((step) => {
    const from = at;
    at += step.delta;
    return { ...step, from, to: at };
  });
}
