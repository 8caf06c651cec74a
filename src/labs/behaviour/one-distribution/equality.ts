/**
 * Model Equality Testing (Gao, Liang, Guestrin, ICLR 2025, arXiv 2410.20247): do several sampled answers a prompt come
 * from one distribution on both sides? Squared maximum mean discrepancy with the Hamming kernel, summed over prompts;
 * k((x, y), (x', y')) = 1[x = x'] Σᵢ 1[yᵢ = y'ᵢ] / √(|y| |y'|) over the first characters. Under equality the samples of
 * a prompt are exchangeable between the sides, so a permutation within prompts gives an exact p.
 * A small p says that the two recordings differ: in weights, or in system prompt, temperature, quantisation or serving.
 * It says nothing of derivation, and a large p is no sign of equality.
 */
import type { Prng } from "../../../base/prng.js";
import { type PairedSamples, SAMPLES_MAX, type SampledAnswer } from "../answers/samples.js";
import { fastDraws } from "./fast-draws.js";

/** Characters compared, as the paper has it. */
const EQUALITY_CHARS = 1_000;
/** Draws of the permutation; its p cannot fall below 1 / (draws + 1). */
const PERMUTATIONS = 999;

interface Equality {
  prompts: number;
  /** Samples of all prompts together. */
  samples: { reference: number; suspect: number };
  /** Mean over prompts of the unbiased estimate of the squared discrepancy; may be negative. */
  statistic: number;
  atOrAbove: number;
  draws: number;
}

/** null where no prompt has two samples on each side. */
export function testEquality(paired: readonly PairedSamples[], source: Prng): Equality | null {
  const usable = paired.filter(({ reference, suspect }) => reference.length >= 2 && suspect.length >= 2);
  if (usable.length === 0) return null;
  const kernels = usable.map(({ reference, suspect }) => ({
    kernel: gram([...reference, ...suspect]),
    size: reference.length + suspect.length,
    first: reference.length,
  }));
  const statistic = kernels.reduce(
    (sum, { kernel, size, first }) => sum + discrepancy(kernel, size, first, identity(size)),
    0,
  );
  const draws = fastDraws(source);
  let atOrAbove = 0;
  const orders = kernels.map(({ size }) => identity(size));
  for (let draw = 0; draw < PERMUTATIONS; draw++) {
    let sum = 0;
    for (const [p, { kernel, size, first }] of kernels.entries()) {
      shuffle(orders[p]!, draws);
      sum += discrepancy(kernel, size, first, orders[p]!);
    }
    // Sums of the same terms in another order differ in their last bits: what ties counts as reached.
    if (sum >= statistic - 1e-9) atOrAbove++;
  }
  return {
    prompts: usable.length,
    samples: {
      reference: usable.reduce((sum, { reference }) => sum + reference.length, 0),
      suspect: usable.reduce((sum, { suspect }) => sum + suspect.length, 0),
    },
    statistic: statistic / usable.length,
    atOrAbove,
    draws: PERMUTATIONS,
  };
}

/** Samples beyond the bound were cut by `pairSamples`, so a Gram matrix has at most (2 × SAMPLES_MAX)² entries. */
function gram(samples: readonly SampledAnswer[]): Float64Array {
  const n = samples.length;
  const kernel = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) kernel[i * n + j] = kernel[j * n + i] = hamming(samples[i]!.text, samples[j]!.text);
  return kernel;
}

/** Two empty answers are equal; an empty and another share nothing. */
export function hamming(a: string, b: string): number {
  const [la, lb] = [Math.min(a.length, EQUALITY_CHARS), Math.min(b.length, EQUALITY_CHARS)];
  if (la === 0 || lb === 0) return la === lb ? 1 : 0;
  let same = 0;
  for (let i = 0; i < la && i < lb; i++) if (a.charCodeAt(i) === b.charCodeAt(i)) same++;
  return same / Math.sqrt(la * lb);
}

function discrepancy(kernel: Float64Array, size: number, first: number, order: Int32Array): number {
  let [within, other, between] = [0, 0, 0];
  for (let i = 1; i < size; i++) {
    const row = order[i]! * size;
    for (let j = 0; j < i; j++) {
      const value = kernel[row + order[j]!]!;
      if (i < first) within += value;
      else if (j >= first) other += value;
      else between += value;
    }
  }
  const second = size - first;
  return (
    (2 * within) / (first * (first - 1)) + (2 * other) / (second * (second - 1)) - (2 * between) / (first * second)
  );
}

function identity(size: number): Int32Array {
  return Int32Array.from({ length: Math.min(size, 2 * SAMPLES_MAX) }, (_, i) => i);
}

function shuffle(order: Int32Array, source: Pick<Prng, "below">): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = source.below(i + 1);
    const t = order[i]!;
    order[i] = order[j]!;
    order[j] = t;
  }
}
