// How many went from where to where, as ribbons between two stacks.

export interface Stream {
  from: string;
  to: string;
  customers: number;
}

export interface Block {
  place: string;
  customers: number;
  top: number;
  bottom: number;
}

export interface Ribbon extends Stream {
  /** Upper and lower edge at the left and at the right. */
  left: [number, number];
  right: [number, number];
}

/** Stacks in the order of the places, both of the same height; empty places take none. */
export function flow(
  places: readonly string[],
  streams: readonly Stream[],
  height: number,
  gap: number,
): { left: Block[]; right: Block[]; ribbons: Ribbon[] } {
  const total = streams.reduce((sum, stream) => sum + stream.customers, 0);
  const stack = (side: 'from' | 'to'): Block[] => {
    const sums = places
      .map((place) => ({
        place,
        customers: streams.filter((stream) => stream[side] === place).reduce((sum, stream) => sum + stream.customers, 0),
      }))
      .filter((one) => one.customers > 0);
    const unit = total > 0 ? (height - gap * Math.max(0, sums.length - 1)) / total : 0;
    let at = 0;
    return sums.map((one) => {
      const block = { ...one, top: at, bottom: at + one.customers * unit };
      at = block.bottom + gap;
      return block;
    });
  };
  const [left, right] = [stack('from'), stack('to')];
  const used = { left: new Map<string, number>(), right: new Map<string, number>() };
  const cut = (blocks: Block[], side: 'left' | 'right', place: string, customers: number): [number, number] => {
    const block = blocks.find((one) => one.place === place);
    if (!block) return [0, 0];
    const share = ((block.bottom - block.top) * customers) / block.customers;
    const from = used[side].get(place) ?? block.top;
    used[side].set(place, from + share);
    return [from, from + share];
  };
  const order = (place: string) => places.indexOf(place);
  const ribbons = [...streams]
    .filter((stream) => stream.customers > 0)
    .sort((a, b) => order(a.from) - order(b.from) || order(a.to) - order(b.to))
    .map((stream) => ({ ...stream, left: cut(left, 'left', stream.from, stream.customers), right: [0, 0] as [number, number] }));
  for (const ribbon of [...ribbons].sort((a, b) => order(a.to) - order(b.to) || order(a.from) - order(b.from))) {
    ribbon.right = cut(right, 'right', ribbon.to, ribbon.customers);
  }
  return { left, right, ribbons };
}
