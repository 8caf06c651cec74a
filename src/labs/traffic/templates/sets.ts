/** Many sets of 32-bit integers in two flat arrays: set i is `values[starts[i] .. starts[i+1])`. */
export interface Sets {
  starts: Uint32Array;
  values: Uint32Array;
}

/** How many sets. */
export function setCount({ starts }: Sets): number {
  return starts.length - 1;
}

/** A flat copy, in the order given. */
export function setsOf(lists: readonly ArrayLike<number>[]): Sets {
  const starts = new Uint32Array(lists.length + 1);
  for (let i = 0; i < lists.length; i++) starts[i + 1] = starts[i]! + lists[i]!.length;
  const values = new Uint32Array(starts[lists.length]!);
  for (let i = 0; i < lists.length; i++) values.set(lists[i]!, starts[i]!);
  return { starts, values };
}
