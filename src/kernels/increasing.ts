/**
 * A longest strictly increasing subsequence by patience sorting (Fredman 1975), O(m log m). Of several equally long
 * ones, the one that patience sorting finds; its length does not depend on that.
 */

/** @returns positions of one longest increasing subsequence, ascending */
export function longestIncreasing(values: readonly number[]): number[] {
  /** At [l]: position of the smallest value that ends an increasing subsequence of length l + 1. */
  const ends: number[] = [];
  const before = new Int32Array(values.length).fill(-1);
  for (const [at, value] of values.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[ends[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[at] = ends[low - 1]!;
    ends[low] = at;
  }
  const out: number[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) out.push(at);
  return out.reverse();
}
