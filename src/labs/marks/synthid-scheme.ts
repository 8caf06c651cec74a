/**
 * SynthID-Text (Nature 634, 2024, s41586-024-08025-4) in its two incompatible forms: the reference repository's hash and
 * the transformers library's table. Layers are weighted as the reference's weighted mean, in whole numbers, because the
 * first layers carry most of the mark. It cannot read the hash of any deployed product, which is not published.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64 } from "../../base/bytes.js";
import { AssayError } from "../../base/error.js";
import type { TokenDraws } from "../../kernels/token-draws.js";
import { layerWeights, weightedSums } from "./layer-weights.js";
import type { Mark } from "./mark-file.js";
import type { Scheme } from "./scheme.js";

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
  const bits = fromBase64(sampling_table, "marks.samplingTable");
  if (bits.length !== Math.ceil(size / 8))
    throw new AssayError("FORMAT", `marks.samplingTable: expected ${size} bits, got ${8 * bits.length}`);
  return Uint8Array.from({ length: size }, (_, i) => (bits[i >> 3]! >> (i & 7)) & 1);
}

export function synthIdScheme(mark: SynthIdMark, draws: TokenDraws): Scheme {
  const width = mark.parameters.ngram_len;
  const keys = BigInt64Array.from(mark.key, (key) => BigInt.asIntN(64, key));
  const iv = initialValue(mark);
  const table = samplingTable(mark, draws);
  const weights = layerWeights(keys.length);
  // A table of 2^k entries is indexed by the low k bits of a linear hash: windows that agree there are one draw.
  const size = table?.length ?? 0;
  const low = size > 0 && (size & (size - 1)) === 0 ? size - 1 : 0xffffffff;
  const high = low === 0xffffffff ? 0xffffffff : 0;
  return {
    law: { kind: "bits", weights },
    contextWidth: width - 1,
    contextOffsets: Array.from({ length: width - 1 }, (_, i) => i - width + 1),
    readsPrompt: false,
    marksOnce: true,
    names: (ids, positions) => {
      const states = draws.synthIdStates(windowsOf(ids, positions, width), width, iv);
      const names = new Uint32Array(states.length);
      for (let i = 0; i < positions.length; i++) {
        names[2 * i] = states[2 * i + 1]! & high;
        names[2 * i + 1] = states[2 * i]! & low;
      }
      return names;
    },
    scores: (ids, positions) =>
      weightedSums(draws.synthId(windowsOf(ids, positions, width), width, keys, iv, table), weights),
  };
}

/** The ids of each position's window, row-major. */
function windowsOf(ids: Uint32Array, positions: Int32Array, width: number): Uint32Array {
  const windows = new Uint32Array(positions.length * width);
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i]! - width + 1;
    for (let k = 0; k < width; k++) windows[i * width + k] = ids[from + k]!;
  }
  return windows;
}
