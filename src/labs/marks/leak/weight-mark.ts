/**
 * A code word in weights, and its traces in a suspect: runs of 64 weights carry one bit each along 64 keyed signs
 * (spread spectrum). Runs and signs are drawn from the key and the tensor's name, so marking and reading need nothing
 * else. Reading takes the original: a suspect's difference from it, along the signs, is the evidence for each bit.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, utf8 } from "../../../base/bytes.js";
import { assert } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";

/** Weights of one run: one 64-bit word gives its signs. */
const RUN = 64;
/** Smaller tensors (norms, biases) are left as they are: they carry little and matter much. */
export const ELEMENTS_MIN = 4096;
/** Differences beyond this many of their own root mean squares are cut: a pruned or replaced weight says nothing of a bit. */
const CLIP = 4;

/** Where a tensor's bits lie, from `first` on: for each run its bit and its signs (two words). */
interface Runs {
  bit: Uint32Array;
  signs: Uint32Array;
}

/**
 * @param elements how many are looked at, from element `from` on (a multiple of 64): a large tensor goes in stripes
 */
export function runsOf(key: string, tensor: string, elements: number, bits: number, draws: TokenDraws, from = 0): Runs {
  assert(from % RUN === 0, "runsOf: expected a stripe that begins with a run");
  const words = (purpose: string) => {
    const digest = hmac(sha256, fromHex(key, "list of recipients: key"), utf8(`assay/leak/v1/${purpose}\0${tensor}`));
    const view = new DataView(digest.buffer, digest.byteOffset);
    return { a: view.getBigUint64(0, true), b: view.getBigUint64(8, true) };
  };
  const numbers = new Uint32Array(Math.floor(elements / RUN));
  for (let i = 0; i < numbers.length; i++) numbers[i] = from / RUN + i;
  const place = words("place");
  const sign = words("sign");
  const places = draws.tokenBits(place.a, place.b, numbers);
  return {
    bit: numbers.map((_, i) => Math.floor((places[2 * i]! / 2 ** 32) * bits)),
    signs: draws.tokenBits(sign.a, sign.b, numbers),
  };
}

/** Adds the word to a tensor's values, or a stripe of them, in place; `step` is what a weight moves by. */
export function markTensor(values: Float32Array, runs: Runs, word: Uint8Array, step: number): void {
  for (let run = 0; run < runs.bit.length; run++) {
    const up = word[runs.bit[run]!]! === 1;
    for (let k = 0; k < RUN; k++) {
      const positive = (((runs.signs[2 * run + (k >> 5)]! >>> (k & 31)) & 1) === 1) === up;
      values[run * RUN + k]! += positive ? step : -step;
    }
  }
}

/** Evidence gathered over tensors: for each bit the summed differences along its signs, in units of their noise. */
export interface Traces {
  sum: Float64Array;
  /** Weights that spoke for each bit. */
  weights: Float64Array;
  /** Tensors that differ from the original, counted by whoever reads them. */
  tensors: number;
}

/** Noughts for `bits` bits, to be added to tensor by tensor. */
export function noTraces(bits: number): Traces {
  return { sum: new Float64Array(bits), weights: new Float64Array(bits), tensors: 0 };
}

/**
 * @param original same length as the suspect's values, aligned with them
 * @returns false where the two do not differ: nothing can be read then
 */
export function readTensor(original: Float32Array, suspect: Float32Array, runs: Runs, into: Traces): boolean {
  assert(original.length === suspect.length, "readTensor: expected tensors of one size");
  const difference = new Float32Array(original.length);
  for (let i = 0; i < difference.length; i++) difference[i] = suspect[i]! - original[i]!;
  let scale = rootMeanSquare(difference);
  if (!(scale > 0)) return false;
  for (let i = 0; i < difference.length; i++)
    difference[i] = Math.max(-CLIP * scale, Math.min(CLIP * scale, difference[i]!));
  scale = rootMeanSquare(difference);
  for (let run = 0; run < runs.bit.length; run++) {
    let sum = 0;
    for (let k = 0; k < RUN; k++) {
      const d = difference[run * RUN + k]!;
      sum += ((runs.signs[2 * run + (k >> 5)]! >>> (k & 31)) & 1) === 1 ? d : -d;
    }
    into.sum[runs.bit[run]!]! += sum / scale;
    into.weights[runs.bit[run]!]! += RUN;
  }
  return true;
}

/** 0 for no values. */
export function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(sumOfSquares(values) / Math.max(1, values.length));
}

/** In f64, in the order of the values. */
export function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}
