// The same work for many customers: a few at a time, each with its own end, so that one that fails holds nobody up.

export interface Outcome<T> {
  item: T;
  error: unknown;
}

/** Does the work for each item, `atOnce` at a time, and says how far it is. What fails is in the answer, in the items' order. */
export async function each<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
  onprogress: (done: number) => void,
  atOnce = 4,
): Promise<Outcome<T>[]> {
  const failed = new Map<number, Outcome<T>>();
  let next = 0;
  let finished = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at] as T;
      try {
        await work(item);
      } catch (error) {
        failed.set(at, { item, error });
      }
      finished += 1;
      onprogress(finished);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return [...failed.entries()].sort(([a], [b]) => a - b).map(([, outcome]) => outcome);
}
