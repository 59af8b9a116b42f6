// What moved a score most.
import type { Explanation } from '../api/types';

/** The cause that weighs most in the direction in which the score went. */
export function topDriver(explanation: Explanation): Explanation['items'][number] | null {
  const change = explanation.change ?? 0;
  const size = (delta: number) => (change < 0 ? -delta : change > 0 ? delta : Math.abs(delta));
  const [first] = [...explanation.items].sort((a, b) => size(b.delta) - size(a.delta));
  return first && Math.abs(first.delta) >= 0.5 && size(first.delta) > 0 ? first : null;
}
