/**
 * Which values were set to nought, and by what rule: the smallest of the tensor, of each row, or of each group of four
 * (2:4 sparsity). The rule is read off the other model: where no kept value of its is smaller than one that was cut,
 * the mask was drawn from exactly these values. A model whose weights had moved meanwhile would have some the wrong way
 * round near the threshold. It sees no mask that was drawn from activations as well (Wanda, SparseGPT).
 */
import { rootMeanSquare } from "./rounding.js";

interface Mask {
  /** Nought in the masked tensor and not in the other. */
  cut: number;
  kept: number;
  /** The rule with the fewest exceptions. */
  rule: "tensor" | "row" | "2:4";
  /** Values on the wrong side of the threshold, at the least. */
  exceptions: number;
  /** Values within a tenth of the threshold: without any, a gap there would separate whatever the history. */
  near: number;
  /** How many values would come to stand on the wrong side for each unit by which the others moved; as in rounding.ts. */
  sharpness: number;
}

/** A tensor with a smaller share of noughts is not called pruned. */
const CUT_SHARE_MIN = 0.05;

/** Null where the masked side has hardly a nought that the other has not. */
export function maskOf(dense: Float32Array, masked: Float32Array, columns: number): Mask | null {
  let cut = 0;
  for (let i = 0; i < masked.length; i++) if (masked[i] === 0 && dense[i] !== 0) cut++;
  if (cut < CUT_SHARE_MIN * masked.length) return null;
  const kept = masked.length - cut;
  // From the whole to the part: a mask of the whole tensor separates every row and every four as well.
  const rules = [
    { rule: "tensor" as const, size: masked.length },
    { rule: "row" as const, size: columns },
    ...(columns % 4 === 0 && isTwoOfFour(masked) ? [{ rule: "2:4" as const, size: 4 }] : []),
  ].map(({ rule, size }) => ({ rule, ...separation(dense, masked, size) }));
  rules.sort((x, y) => x.exceptions - y.exceptions);
  return { cut, kept, ...rules[0]! };
}

function isTwoOfFour(masked: Float32Array): boolean {
  for (let at = 0; at < masked.length; at += 4) {
    let zeros = 0;
    for (let i = at; i < at + 4; i++) if (masked[i] === 0) zeros++;
    if (zeros < 2) return false;
  }
  return true;
}

function separation(dense: Float32Array, masked: Float32Array, size: number) {
  let [exceptions, near, sharpness] = [0, 0, 0];
  const typical = rootMeanSquare(dense);
  for (let at = 0; at < masked.length; at += size) {
    const end = at + size;
    const sizes = new Float32Array(size);
    let cut = 0;
    for (let i = at; i < end; i++) {
      const zero = masked[i] === 0;
      if (zero) cut++;
      sizes[i - at] = Math.abs(dense[i]!);
    }
    if (cut === 0 || cut === size) continue;
    // The last value that would be cut, and the first that would be kept, if the smallest were cut.
    const sorted = sizes.toSorted();
    const [last, first] = [sorted[cut - 1]!, sorted[cut]!];
    // A tie that was split is an exception: whoever draws the mask from these values treats equal ones alike, while one
    // drawn from finer values, of which these are the rounding, would split it.
    if (last === first) exceptions++;
    for (let i = at; i < end; i++) {
      const x = sizes[i - at]!;
      if (masked[i] === 0 ? x > last : x < first) exceptions++;
      if (Math.abs(x - last) > 0.1 * last) continue;
      near++;
      // Values lie about evenly over this stretch of a fifth of the threshold.
      if (last > 0) sharpness += (5 * typical) / last;
    }
  }
  return { exceptions, near, sharpness };
}
