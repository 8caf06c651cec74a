/** Many sets of 32-bit integers in two flat arrays: set i is `values[starts[i] .. starts[i+1])`. */
export interface Sets {
  starts: Uint32Array;
  values: Uint32Array;
}

export function setCount({ starts }: Sets): number {
  return starts.length - 1;
}

export function setsOf(lists: readonly ArrayLike<number>[]): Sets {
  const starts = new Uint32Array(lists.length + 1);
  for (let i = 0; i < lists.length; i++) starts[i + 1] = starts[i]! + lists[i]!.length;
  const values = new Uint32Array(starts[lists.length]!);
  for (let i = 0; i < lists.length; i++) values.set(lists[i]!, starts[i]!);
  return { starts, values };
}

/** |A ∩ B| / |A ∪ B| of two sets, by marking. */
export function jaccard(sets: Sets, a: number, b: number, marks: Map<number, number>): number {
  const { starts, values } = sets;
  marks.clear();
  for (let i = starts[a]!; i < starts[a + 1]!; i++) marks.set(values[i]!, 1);
  let both = 0;
  for (let i = starts[b]!; i < starts[b + 1]!; i++) if (marks.has(values[i]!)) both++;
  const total = starts[a + 1]! - starts[a]! + starts[b + 1]! - starts[b]! - both;
  return total === 0 ? 0 : both / total;
}
