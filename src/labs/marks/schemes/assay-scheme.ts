/**
 * This project's own mark, version 1 (docs/mark-spec.md): HMAC-SHA256 of the context under a 256-bit key gives two
 * 64-bit words, and SplitMix64's finaliser gives each token 64 bits from them. Integers only, no state between tokens.
 * Whoever holds the key can write texts that carry the mark.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, utf8 } from "../../../base/bytes.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import type { Law } from "./law.js";
import { layerWeights, weightedSums } from "./layer-weights.js";
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";

export type AssayMark = Extract<Mark, { form: "assay/tournament" | "assay/biased" }>;

const CONTEXT_DOMAIN = utf8("assay-mark/v1/context\0");

/** From a context (the last H ids) to its two words. */
export function contextWords(key: Uint8Array): (context: ArrayLike<number>) => { a: bigint; b: bigint } {
  const keyed = hmac.create(sha256, key).update(CONTEXT_DOMAIN);
  return (context) => {
    const bytes = new Uint8Array(4 + 4 * context.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, context.length, true);
    for (let i = 0; i < context.length; i++) view.setUint32(4 + 4 * i, context[i]!, true);
    const digest = keyed.clone().update(bytes).digest();
    const words = new DataView(digest.buffer, digest.byteOffset);
    return { a: words.getBigUint64(0, true), b: words.getBigUint64(8, true) };
  };
}

/** Green in biased mode: the low word is below γ · 2^32, rounded down. */
export function greenBelow(gamma: number): number {
  return Math.floor(gamma * 2 ** 32);
}

function assayLaw(mark: AssayMark): Law {
  if (mark.form === "assay/tournament")
    return { kind: "bits", weights: layerWeights(mark.parameters.layers), rate: 0.5 };
  return { kind: "green", rate: greenBelow(mark.parameters.gamma) / 2 ** 32 };
}

/** @throws FORMAT for a key that is not hexadecimal */
export function assayScheme(mark: AssayMark, draws: TokenDraws): Scheme {
  const width = mark.parameters.context_width;
  const words = contextWords(fromHex(mark.key, "mark file: key"));
  const law = assayLaw(mark);
  const score = (bits: Uint32Array): Float64Array => {
    if (law.kind === "bits") return weightedSums(bits, law.weights);
    const bound = greenBelow((mark.parameters as { gamma: number }).gamma);
    return Float64Array.from({ length: bits.length / 2 }, (_, i) => Number(bits[2 * i]! < bound));
  };
  return {
    law,
    contextWidth: width,
    contextOffsets: Array.from({ length: width }, (_, i) => i - width),
    readsPrompt: false,
    marksOnce: mark.form === "assay/tournament",
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      for (let i = 0; i < positions.length; i++) {
        let high = 0x811c9dc5;
        let low = 0x9747b28c;
        for (let k = -width; k <= 0; k++) {
          const id = ids[positions[i]! + k]!;
          high = Math.imul(high ^ id, 0x85ebca6b);
          high ^= high >>> 13;
          low = Math.imul(low + id, 0xc2b2ae35);
          low ^= low >>> 16;
        }
        names[2 * i] = high;
        names[2 * i + 1] = low;
      }
      return names;
    },
    scores: (ids, positions) => {
      const bits = new Uint32Array(2 * positions.length);
      const order = byContext(ids, positions, width);
      for (const group of order) {
        const at = positions[group[0]!]!;
        const { a, b } = words(ids.subarray(at - width, at));
        const found = draws.tokenBits(
          a,
          b,
          Uint32Array.from(group, (i) => ids[positions[i]!]!),
        );
        for (const [k, i] of group.entries()) {
          bits[2 * i] = found[2 * k]!;
          bits[2 * i + 1] = found[2 * k + 1]!;
        }
      }
      return score(bits);
    },
  };
}

/** Positions that share their context, so that each context is hashed once. */
function byContext(ids: Uint32Array, positions: Int32Array, width: number): Iterable<number[]> {
  const groups = new Map<string | number, number[]>();
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i]!;
    const name = width === 1 ? ids[at - 1]! : ids.subarray(at - width, at).join(" ");
    const group = groups.get(name);
    if (group) group.push(i);
    else groups.set(name, [i]);
  }
  return groups.values();
}
