/**
 * SynthID-Text (Nature 634, 2024, s41586-024-08025-4) in its two incompatible forms: the reference repository's hash and
 * the transformers library's table. Layers are weighted as the reference's weighted mean, in whole numbers, because the
 * first layers carry most of the mark. It cannot read the hash of any deployed product, which is not published.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64 } from "../../../base/bytes.js";
import { AssayError } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { layerWeights, weightedSums } from "./layer-weights.js";
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";
import { tableKeyTail } from "./table-law.js";

export type SynthIdMark = Extract<Mark, { form: "synthid/transformers" | "synthid/reference" }>;

/** The hash before any id is folded in: 1, or what the reference makes of the keys. */
export function initialValue(mark: SynthIdMark): bigint {
  if (mark.form === "synthid/transformers") return 1n;
  const bytes = new Uint8Array(8 * mark.key.length);
  for (const [i, key] of mark.key.entries())
    new DataView(bytes.buffer).setBigInt64(8 * i, BigInt.asIntN(64, key), true);
  const digest = sha256(bytes).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return digest % (2n ** 63n - 1n);
}

/** The transformers library's table of g-values; null for the reference's hash. */
export function samplingTable(mark: SynthIdMark, draws: TokenDraws): Uint8Array | null {
  if (mark.form === "synthid/reference") return null;
  const { sampling_table_size: size, sampling_table_seed, sampling_table } = mark.parameters;
  if (sampling_table === undefined) {
    const seed = Number(BigInt.asUintN(32, sampling_table_seed));
    return Uint8Array.from(draws.words(size, seed), (word) => word & 1);
  }
  const bits = fromBase64(sampling_table, "mark file: sampling_table");
  if (bits.length !== Math.ceil(size / 8))
    throw new AssayError("FORMAT", `mark file: sampling_table: expected ${size} bits, got ${8 * bits.length}`);
  return Uint8Array.from({ length: size }, (_, i) => (bits[i >> 3]! >> (i & 7)) & 1);
}

/**
 * Ones among the draws. A table is drawn once for all keys, so under any key ones come at the table's own rate: 0.5024
 * for seed 3, which would lift 60,000 tuples by six standard deviations of a fair coin. A table with fewer ones than
 * half is still held against the fair coin, as every table was before this was seen.
 */
function rateOf(table: Uint8Array | null): number {
  if (table === null) return 0.5;
  return Math.max(0.5, table.reduce((ones, bit) => ones + bit, 0) / table.length);
}

const ODD_TABLE =
  "the sampling table's size is no power of two: what other keys make of text that was marked through the same table is not known exactly";

/** Bits of a name where every bit of the hash tells draws apart. */
const ALL = 2n ** 64n - 1n;

/** @throws AssayError FORMAT for a table without both bits, which marks nothing */
export function synthIdScheme(mark: SynthIdMark, draws: TokenDraws): Scheme {
  const width = mark.parameters.ngram_len;
  const keys = BigInt64Array.from(mark.key, (key) => BigInt.asIntN(64, key));
  const iv = initialValue(mark);
  const table = samplingTable(mark, draws);
  if (table !== null && !(table.includes(0) && table.includes(1)))
    throw new AssayError("FORMAT", "mark file: expected a sampling table with noughts and ones");
  const weights = layerWeights(keys.length);
  // A table of 2^k entries is indexed by the low k bits of a linear hash: windows that agree there are one draw, and
  // there are only so many draws.
  const size = table !== null && (table.length & (table.length - 1)) === 0 ? table.length : 0;
  const mask = size > 0 ? BigInt(size - 1) : ALL;
  let sums: Float64Array | null = null;
  const sumOfDraw = () => {
    const draw = Uint32Array.from({ length: 2 * size }, (_, i) => (i & 1 ? i >> 1 : 0));
    sums ??= weightedSums(draws.synthIdOfNames(draw, keys, table), weights);
    return sums;
  };
  return {
    law: { kind: "bits", weights, rate: rateOf(table) },
    contextWidth: width - 1,
    contextOffsets: Array.from({ length: width - 1 }, (_, i) => i - width + 1),
    readsPrompt: false,
    marksOnce: true,
    ...(size > 0 && table !== null ? { drawsMax: size, keyTail: tableKeyTail(table, weights) } : {}),
    ...(size === 0 && table !== null ? { outside: ODD_TABLE } : {}),
    names: (ids, positions) => draws.synthIdNames(ids, positions, width, iv, mask),
    scores: (_ids, positions, names) => {
      if (size === 0 || size > 4 * positions.length)
        return weightedSums(draws.synthIdOfNames(names, keys, table), weights);
      const known = sumOfDraw();
      const out = new Float64Array(positions.length);
      for (let i = 0; i < out.length; i++) out[i] = known[names[2 * i + 1]!]!;
      return out;
    },
  };
}
