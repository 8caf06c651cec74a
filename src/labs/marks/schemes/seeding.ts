/**
 * From a window of token ids to the seed of the generator, for every library that draws its lists with PyTorch:
 * KGW's original repository (alternative_prf_schemes.py), transformers' WatermarkLogitsProcessor, MarkLLM, three_bricks.
 * Products wrap as int64 tensors do and remainders are Python's. Only the low 32 bits reach the CPU generator.
 */
import { AssayError, quoted } from "../../../base/error.js";
import type { TokenDraws } from "../../../kernels/token-draws.js";
import type { Mark } from "./mark-file.js";

export interface Seeding {
  /** Ids before the scored token that are read. */
  contextWidth: number;
  /** Ids the seed depends on, as offsets from the scored token, 0 when the token seeds its own list. */
  offsets: readonly number[];
  /** @param window the ids at the offsets, in their order; returns the low 32 bits of the seed */
  seed(window: readonly number[]): number;
}

const MODULUS = 2n ** 64n - 1n;
const TABLE_SIZE = 1_000_003;
/** Seed of the fixed table in the original repository (the 47th Fibonacci number). */
const ORIGINAL_TABLE_SEED = 2_971_215_073;

const int64 = (x: bigint) => BigInt.asIntN(64, x);
const modulo = (x: bigint, m: bigint) => ((x % m) + m) % m;
const low32 = (x: bigint) => Number(BigInt.asUintN(32, x));
const seedOf = (x: bigint) => low32(modulo(x, MODULUS));
const least = (values: readonly bigint[]) => values.reduce((a, b) => (b < a ? b : a));

/** @throws AssayError UNSUPPORTED when the scheme's table cannot be drawn again */
export function seedingOf(mark: Mark, draws: TokenDraws): Seeding {
  switch (mark.form) {
    case "kgw/transformers": {
      const { seeding_scheme, context_width } = mark.parameters;
      // Lefthash looks at the last token alone, whatever the width says.
      if (seeding_scheme === "lefthash") return product(mark.key);
      const table = draws.randperm(TABLE_SIZE, low32(mark.key));
      return anchored(mark.key, context_width, table, true);
    }
    case "kgw/original":
      return original(mark.key, mark.parameters.seeding_scheme, draws);
    case "kgw/markllm": {
      const { prefix_length, f_scheme } = mark.parameters;
      const table = draws.randperm(mark.vocabulary, low32(mark.key));
      return markLlm(mark.key, mark.vocabulary, prefix_length, f_scheme, table);
    }
    case "gumbel/markllm": {
      const { key, vocabulary } = mark;
      const { prefix_length } = mark.parameters;
      return {
        contextWidth: prefix_length,
        offsets: before(prefix_length),
        seed: (window) => low32(key * (window.reduce((p, id) => p * BigInt(id), 1n) % BigInt(vocabulary))),
      };
    }
    case "kgw/three-bricks":
    case "gumbel/three-bricks": {
      const { ngram, salt_key } = mark.parameters;
      const start = mark.key;
      return {
        contextWidth: ngram,
        offsets: before(ngram),
        seed: (window) => low32(window.reduce((s, id) => modulo(s * salt_key + BigInt(id), MODULUS), start)),
      };
    }
    default:
      throw new AssayError("UNSUPPORTED", `mark file: expected a scheme with a seeded list, got ${mark.form}`);
  }
}

/** Offsets −width … −1. */
function before(width: number): number[] {
  return Array.from({ length: width }, (_, i) => i - width);
}

function product(key: bigint): Seeding {
  return { contextWidth: 1, offsets: [-1], seed: ([id]) => seedOf(key * BigInt(id!)) };
}

/** min over the window of key · h(id) · h(last), wrapping; the last id is the token itself when self-salted. */
function anchored(key: bigint, width: number, table: Uint32Array, selfSalt: boolean): Seeding {
  const h = (id: number) => BigInt(table[id % TABLE_SIZE]! + 1);
  return {
    contextWidth: selfSalt ? width - 1 : width,
    offsets: selfSalt ? Array.from({ length: width }, (_, i) => i - width + 1) : before(width),
    seed: (window) => {
      const anchor = h(window.at(-1)!);
      return seedOf(least(window.map((id) => int64(int64(key * h(id)) * anchor))));
    },
  };
}

function original(defaultKey: bigint, name: string, draws: TokenDraws): Seeding {
  const { prf, width, selfSalt, key } = lookup(name, defaultKey);
  // The table costs as much as a hundred lists, and the commonest scheme does not read it.
  let table: Uint32Array | null = null;
  const size = BigInt(TABLE_SIZE);
  const h = (x: bigint) => {
    table ??= draws.randperm(TABLE_SIZE, ORIGINAL_TABLE_SEED);
    return BigInt(table[Number(modulo(x, size))]! + 1);
  };
  const salted = (id: number) => h(int64(key * BigInt(id)));
  const sum = (window: readonly number[]) => window.reduce((a, id) => a + BigInt(id), 0n);
  const prfs: Record<string, (window: readonly number[]) => bigint> = {
    multiplicative_prf: (w) => key * w.reduce((p, id) => int64(p * BigInt(id)), 1n),
    additive_prf: (w) => key * sum(w),
    minfunc_prf: (w) => key * BigInt(Math.min(...w)),
    simple_skip_prf: (w) => w.filter((_, i) => i % 2 === 0).reduce((p, id) => int64(p * salted(id)), 1n),
    skipgram_prf: (w) => salted(w[0]!),
    anchored_skipgram_prf: (w) => salted(w[0]!) * salted(w.at(-1)!),
    minhash_prf: (w) => least(w.map(salted)),
    anchored_minhash_prf: (w) => {
      const anchor = h(BigInt(w.at(-1)!));
      return least(w.map((id) => int64(int64(key * h(BigInt(id))) * anchor)));
    },
    minskipgram_prf: (w) => {
      const hashes = w.map(salted);
      return least(hashes.flatMap((a, i) => hashes.slice(i + 1).map((b) => a * b)));
    },
    noncomm_prf: (w) => w.reduce((k, id) => modulo(int64(k * h(int64(k * BigInt(id)))), 2n ** 32n), int64(key)),
    position_prf: (w) => w.reduce((a, id, i) => int64(a + int64(int64(key * BigInt(id)) * BigInt(i + 1))), 0n),
  };
  const value = prfs[prf];
  if (value === undefined || (prf === "minskipgram_prf" && width < 2))
    throw new AssayError("UNSUPPORTED", `mark file: expected a known prf, got ${quoted(name)}`);
  const all = selfSalt ? Array.from({ length: width }, (_, i) => i - width + 1) : before(width);
  // What the seed does not read must not tell two tuples apart.
  const offsets =
    prf === "skipgram_prf" ? [all[0]!] : prf === "simple_skip_prf" ? all.filter((_, i) => i % 2 === 0) : all;
  const reads =
    prf === "simple_skip_prf" ? (w: readonly number[]) => w.flatMap((id) => [id, 0]) : (w: readonly number[]) => w;
  return {
    contextWidth: selfSalt ? width - 1 : width,
    offsets,
    seed: (window) => seedOf(value(reads(window))),
  };
}

/** Names of the original repository: its four short names, or ff-PRF-WIDTH-SELFSALT[-KEY]. */
function lookup(name: string, key: bigint): { prf: string; width: number; selfSalt: boolean; key: bigint } {
  switch (name) {
    case "simple_1":
    case "lefthash":
      return { prf: "additive_prf", width: 1, selfSalt: false, key };
    case "algorithm-3":
    case "selfhash":
      return { prf: "anchored_minhash_prf", width: 4, selfSalt: true, key };
    case "minhash":
      return { prf: "minhash_prf", width: 4, selfSalt: false, key };
    case "skipgram":
      return { prf: "skipgram_prf", width: 5, selfSalt: false, key };
  }
  const free = /^ff-([a-z_]+)-([1-9][0-9]?)-(True|False)(?:-([0-9]{1,19}))?$/.exec(name);
  if (!free || Number(free[2]) > 16)
    throw new AssayError(
      "UNSUPPORTED",
      `mark file: expected a seeding scheme of the original repository, got ${quoted(name)}`,
    );
  return { prf: free[1]!, width: Number(free[2]), selfSalt: free[3] === "True", key: free[4] ? BigInt(free[4]) : key };
}

function markLlm(key: bigint, vocabulary: number, width: number, scheme: string, table: Uint32Array): Seeding {
  const at = (x: bigint) => BigInt(table[Number(x % BigInt(vocabulary))]!);
  return {
    contextWidth: width,
    offsets: before(width),
    seed: (window) => {
      const ids = window.map(BigInt);
      if (scheme === "min") return low32(int64(key * least(window.map((id) => BigInt(table[id % vocabulary]!)))));
      const folded = scheme === "time" ? ids.reduce((p, id) => p * id, 1n) : ids.reduce((p, id) => p + id, 0n);
      return low32(int64(key * at(folded)));
    },
  };
}
