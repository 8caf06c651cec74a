/**
 * Stateless Bernoulli Watermarking (Ceppi and Sanchez 2026, arXiv 2609.03844) as vLLM's proposed port and the package
 * `sbw` 1.0.0 in its `gpu-` schemes draw it: a token is green by one Philox word against a threshold, the seed being
 * a product of hashes (selfhash: the least over the context, the token its anchor) or of a sum (lefthash).
 * Ids before the text's beginning hash to nought, which makes the seed the same under every key: they are not scored.
 */
import type { Mark } from "./mark-file.js";
import { philox } from "./philox.js";
import type { Scheme } from "./scheme.js";

type SbwMark = Extract<Mark, { form: "sbw/vllm" | "sbw/original" }>;

const INT31_MAX = 2 ** 31 - 1;
const int64 = (x: bigint) => BigInt.asIntN(64, x);

/** Bob Jenkins' hash of whole numbers, on 32-bit words. */
function jenkins(id: number): number {
  let i = (id + 1) | 0;
  i = (i - (i << 6)) | 0;
  i ^= i >> 17;
  i = (i - (i << 9)) | 0;
  i ^= i << 4;
  i = (i - (i << 3)) | 0;
  i ^= i << 10;
  return i ^ (i >> 15);
}

/** Defaults of the package hold where the file leaves a parameter out. */
export function sbwScheme(mark: SbwMark): Scheme {
  const { gamma, scheme, sum_of, deduplicate_contexts } = mark.parameters;
  const width = mark.parameters.context_width ?? (scheme === "selfhash" ? 4 : 1);
  // The token takes the place of the last id: one id fewer before it is read.
  const read = scheme === "selfhash" ? width - 1 : width;
  const threshold = Math.trunc(gamma * INT31_MAX);
  const key = int64(mark.key);
  const hashes = new Map<number, bigint>();
  const hash = (id: number): bigint => {
    let h = hashes.get(id);
    if (h === undefined) {
      h = BigInt(jenkins(id));
      hashes.set(id, h);
    }
    return h;
  };
  const seed = (ids: Uint32Array, at: number): bigint => {
    if (scheme === "lefthash") {
      let sum = 0n;
      for (let i = at - read; i < at; i++) sum += sum_of === "hashes" ? hash(ids[i]!) : BigInt(ids[i]!);
      return int64(key * sum);
    }
    const anchored = key * hash(ids[at]!);
    let least = int64(anchored * hash(ids[at]!));
    for (let i = at - read; i < at; i++) {
      const value = int64(anchored * hash(ids[i]!));
      if (value < least) least = value;
    }
    return least;
  };
  const block = new Uint32Array(4);
  return {
    law: { kind: "green", rate: threshold / 2 ** 31 },
    contextWidth: read,
    contextOffsets: Array.from({ length: read }, (_, i) => i - read),
    readsPrompt: false,
    marksOnce: deduplicate_contexts !== "none" && read > 0,
    names: (ids, positions) => {
      const names = new Uint32Array(2 * positions.length);
      for (let i = 0; i < positions.length; i++) {
        const at = positions[i]!;
        const token = ids[at]!;
        const s = seed(ids, at);
        block.fill(0);
        block[0] = token >>> 2;
        philox(block, Number(s & 0xffffffffn), Number((s >> 32n) & 0xffffffffn));
        names[2 * i] = block[token & 3]!;
        names[2 * i + 1] = block[(token + 1) & 3]!;
      }
      return names;
    },
    scores: (_ids, positions, names) =>
      Float64Array.from(positions, (_at, i) => Number((names[2 * i]! & 0x7fffffff) < threshold)),
  };
}
