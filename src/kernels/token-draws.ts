/**
 * The WASM of token watermarks behind typed functions: draws of PyTorch's CPU generator, SynthID-Text g-values, the
 * Philox words of serving engines and the bits of this project's own mark. One instance has one memory and serves one
 * thread. Arithmetic: assembly/marks.ts.
 * It cannot stand in for a GPU: CUDA draws come from Philox and depend on the card (pytorch/pytorch 194676, 196613).
 */
import { assert } from "../base/error.js";
import { MARKS_WASM_BASE64 } from "./generated/marks-wasm.js";

interface Exports {
  seedTorch(seed: number): void;
  words(count: number, out: number): void;
  randperm(n: number, out: number): void;
  firstOfPermutation(seed: number, n: number, count: number, identity: number, jumps: number, bits: number): void;
  watchPermutation(...args: [number, number, number, number, number, number, number, number]): void;
  uniformsAt(seed: number, tokens: number, count: number, out: number): void;
  synthId(...args: [number, number, number, number, number, bigint, number, bigint, number]): void;
  tokenBits(a: bigint, b: bigint, tokens: number, count: number, out: number): void;
  synthIdNames(...args: [number, number, number, number, bigint, bigint, number]): void;
  synthIdOfNames(...args: [number, number, number, number, number, bigint, number]): void;
  vllmWords(...args: [number, number, number, number, number, number, number]): void;
  sbwWords(...args: [number, number, number, number, number, bigint, number]): void;
  sumsReaching(...args: [number, number, number, number, number, number, number, number]): void;
}

/** Outcomes of one part of a sum: a table of them takes 64 kB. */
export const SUM_CELLS = 8192;
/** Parts of one sum: 65,536 bits by 256. */
const SUM_PARTS_MAX = 256;

interface SumsAsked {
  /** By part: SUM_CELLS pairs of threshold and alias. */
  tables: Uint32Array;
  /** The largest outcome of each part. */
  most: Int32Array;
  low: number;
  high: number;
  /** Four words of the generator, not all zero. */
  state: BigUint64Array;
}

/** Sums drawn so far that reach the two bounds. */
interface SumsReaching {
  low: number;
  high: number;
  more(draws: number): void;
}

/** The largest vocabulary taken: twice the largest in public use (262,144), so that tables stay below 8 MB (CWE-789). */
export const VOCABULARY_MAX = 524_288;
/** Windows scored in one call; bounds the memory of a call to some 30 MB. */
const WINDOWS_MAX = 65_536;
/** Ids copied in for one call: 4 MB. */
const STRETCH_MAX = 1 << 20;
/** SynthID layers that fit one 64-bit word. */
export const LAYERS_MAX = 64;
const PAGE = 65_536;
/** The kernel keeps the generator's state below this address. */
const HEAP = 8192;

/** By the number that the kernel knows them under. */
const SBW_SEEDINGS = ["selfhash", "hashes", "ids"] as const;
type SbwSeeding = (typeof SBW_SEEDINGS)[number];

let compiled: WebAssembly.Module | undefined;

export class TokenDraws {
  readonly #memory = new WebAssembly.Memory({ initial: 16 });
  readonly #exports: Exports;
  /** Address of 0..n-1 kept for permutations, and its length. */
  #identity = { at: HEAP, n: 0 };

  constructor() {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(MARKS_WASM_BASE64), (c) => c.charCodeAt(0)));
    const abort = () => {
      throw new Error("kernel aborted");
    };
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory, abort } });
    this.#exports = instance.exports as unknown as Exports;
  }

  /** `torch.randperm(n)` after `manual_seed(seed)` on the CPU; only the low 32 bits of the seed count. */
  randperm(n: number, seed: number): Uint32Array {
    assert(n >= 0 && n <= 2 ** 24, "TokenDraws.randperm: expected at most 2^24");
    const [out] = this.#after(HEAP, [4 * n]);
    this.#identity.n = 0;
    this.#exports.seedTorch(seed);
    this.#exports.randperm(n, out!);
    return new Uint32Array(this.#memory.buffer, out, n).slice();
  }

  /** Raw 32-bit words after `manual_seed(seed)`; `torch.randint(0, 2)` is their parity. */
  words(count: number, seed: number): Uint32Array {
    const [out] = this.#after(HEAP, [4 * count]);
    this.#identity.n = 0;
    this.#exports.seedTorch(seed);
    this.#exports.words(count, out!);
    return new Uint32Array(this.#memory.buffer, out, count).slice();
  }

  /** Bit set of the first `count` entries of randperm(n), as words of 32. */
  firstOfPermutation(seed: number, n: number, count: number): Uint32Array {
    const [identity, jumps, bits] = this.#permutationSpace(n, [4 * n, n / 8 + 8]);
    const size = Math.ceil(n / 32);
    new Uint32Array(this.#memory.buffer, bits, size).fill(0);
    this.#exports.firstOfPermutation(seed, n, count, identity!, jumps!, bits!);
    return new Uint32Array(this.#memory.buffer, bits, size).slice();
  }

  /** For each token (distinct, below n): 1 when it is among the first `count` entries of randperm(n). */
  inFirstOfPermutation(seed: number, n: number, count: number, tokens: Uint32Array): Uint8Array {
    const k = tokens.length;
    const [, map, at, places, out] = this.#permutationSpace(n, [n / 8 + 8, 4 * k, 4 * k, k]);
    new Uint8Array(this.#memory.buffer, map, Math.ceil(n / 8) + 4).fill(0);
    new Uint32Array(this.#memory.buffer, at, k).set(tokens);
    this.#exports.watchPermutation(seed, n, count, at!, k, places!, map!, out!);
    return new Uint8Array(this.#memory.buffer, out, k).slice();
  }

  /** The 24 bits behind `torch.rand(n)[token]` for each token, ascending: u = bits × 2⁻²⁴. */
  uniformBits(seed: number, tokens: Uint32Array): Uint32Array {
    const [at, out] = this.#after(HEAP, [4 * tokens.length, 4 * tokens.length]);
    this.#identity.n = 0;
    new Uint32Array(this.#memory.buffer, at, tokens.length).set(tokens);
    this.#exports.uniformsAt(seed, at!, tokens.length, out!);
    return new Uint32Array(this.#memory.buffer, out, tokens.length).slice();
  }

  /**
   * SynthID-Text g-values.
   * @param windows row-major, count × width ids
   * @param table null for the reference repository's hash
   * @returns two words a window, low then high: bit l is layer l
   */
  synthId(windows: Uint32Array, width: number, keys: BigInt64Array, iv: bigint, table: Uint8Array | null): Uint32Array {
    assert(keys.length > 0 && keys.length <= LAYERS_MAX, "TokenDraws.synthId: expected 1 to 64 layers");
    const total = windows.length / width;
    const result = new Uint32Array(2 * total);
    const chunk = Math.min(total, WINDOWS_MAX);
    const tableSize = table?.length ?? 0;
    const [keysAt, tableAt, ids, out] = this.#after(HEAP, [8 * keys.length, tableSize, 4 * chunk * width, 8 * chunk]);
    this.#identity.n = 0;
    new BigInt64Array(this.#memory.buffer, keysAt, keys.length).set(keys);
    if (table) new Uint8Array(this.#memory.buffer, tableAt, tableSize).set(table);
    for (let from = 0; from < total; from += chunk) {
      const n = Math.min(chunk, total - from);
      new Uint32Array(this.#memory.buffer, ids, n * width).set(windows.subarray(from * width, (from + n) * width));
      this.#exports.synthId(ids!, n, width, keysAt!, keys.length, iv, tableAt!, BigInt(tableSize), out!);
      result.set(new Uint32Array(this.#memory.buffer, out, 2 * n), 2 * from);
    }
    return result;
  }

  /** SynthID-Text g-values of states as `synthIdNames` gives them: two words each, low then high, bit l is layer l. */
  synthIdOfNames(names: Uint32Array, keys: BigInt64Array, table: Uint8Array | null): Uint32Array {
    assert(keys.length > 0 && keys.length <= LAYERS_MAX, "TokenDraws.synthIdOfNames: expected 1 to 64 layers");
    const total = names.length / 2;
    const result = new Uint32Array(2 * total);
    const chunk = Math.min(total, WINDOWS_MAX);
    const tableSize = table?.length ?? 0;
    const [keysAt, tableAt, from, out] = this.#after(HEAP, [8 * keys.length, tableSize, 8 * chunk, 8 * chunk]);
    this.#identity.n = 0;
    new BigInt64Array(this.#memory.buffer, keysAt, keys.length).set(keys);
    if (table) new Uint8Array(this.#memory.buffer, tableAt, tableSize).set(table);
    for (let at = 0; at < total; at += chunk) {
      const n = Math.min(chunk, total - at);
      new Uint32Array(this.#memory.buffer, from, 2 * n).set(names.subarray(2 * at, 2 * (at + n)));
      this.#exports.synthIdOfNames(from!, n, keysAt!, keys.length, tableAt!, BigInt(tableSize), out!);
      result.set(new Uint32Array(this.#memory.buffer, out, 2 * n), 2 * at);
    }
    return result;
  }

  /**
   * SynthID-Text hash of the `width` ids that end at each position, before the layers' keys; bits of `mask` alone.
   * @returns two words a position, high then low
   */
  synthIdNames(ids: Uint32Array, positions: Int32Array, width: number, iv: bigint, mask: bigint): Uint32Array {
    return this.#byPosition(ids, positions, width - 1, (idsAt, at, n, out) =>
      this.#exports.synthIdNames(idsAt, at, n, width, iv, mask, out),
    );
  }

  /**
   * vLLM's draw ("philox4x32-10-v1") of the token at each position after its `width` ids, under one or two keys of 64 bits.
   * @returns two words a position, one a key; of one key the second is not set
   */
  vllmWords(ids: Uint32Array, positions: Int32Array, width: number, keys: readonly bigint[]): Uint32Array {
    const words = keys.map((key) => [Number(key & 0xffffffffn), Number((key >> 32n) & 0xffffffffn)] as const);
    return this.#byPosition(ids, positions, width, (idsAt, at, n, out) => {
      for (const [k, [low, high]] of words.entries())
        this.#exports.vllmWords(idsAt, at, n, width, low, high, out + 4 * k);
    });
  }

  /**
   * The draws of Stateless Bernoulli Watermarking after the `read` ids before each position.
   * @returns two words a position: the token's draw, and its neighbour's of the same block
   */
  sbwWords(ids: Uint32Array, positions: Int32Array, read: number, seeding: SbwSeeding, key: bigint): Uint32Array {
    const number = SBW_SEEDINGS.indexOf(seeding);
    return this.#byPosition(ids, positions, read, (idsAt, at, n, out) =>
      this.#exports.sbwWords(idsAt, at, n, read, number, BigInt.asIntN(64, key), out),
    );
  }

  /** Two words a position that reads `before` ids in front of it: `ask` gets ids, places among them, their number, and where to write. */
  #byPosition(
    ids: Uint32Array,
    positions: Int32Array,
    before: number,
    ask: (ids: number, positions: number, count: number, out: number) => void,
  ): Uint32Array {
    const total = positions.length;
    const result = new Uint32Array(2 * total);
    for (let from = 0; from < total; ) {
      const { to, low, high } = this.#stretch(positions, from);
      assert(low - before >= 0 && high < ids.length, "TokenDraws: expected windows within the text");
      const read = ids.subarray(low - before, high + 1);
      const n = to - from;
      const [idsAt, at, out] = this.#after(HEAP, [4 * read.length, 4 * n, 8 * n]) as [number, number, number];
      this.#identity.n = 0;
      new Uint32Array(this.#memory.buffer, idsAt, read.length).set(read);
      const relative = new Int32Array(this.#memory.buffer, at, n);
      for (let i = 0; i < n; i++) relative[i] = positions[from + i]! - low + before;
      ask(idsAt, at, n, out);
      result.set(new Uint32Array(this.#memory.buffer, out, 2 * n), 2 * from);
      from = to;
    }
    return result;
  }

  /** As many positions from `from` on as lie within STRETCH_MAX ids of each other, in whatever order. */
  #stretch(positions: Int32Array, from: number): { to: number; low: number; high: number } {
    let low = positions[from]!;
    let high = low;
    let to = from + 1;
    for (const end = Math.min(positions.length, from + WINDOWS_MAX); to < end; to++) {
      const at = positions[to]!;
      if (Math.max(high, at) - Math.min(low, at) > STRETCH_MAX) break;
      low = Math.min(low, at);
      high = Math.max(high, at);
    }
    return { to, low, high };
  }

  /** Own mark: 64 bits of each token under the context key (a, b), low word then high. */
  tokenBits(a: bigint, b: bigint, tokens: Uint32Array): Uint32Array {
    const k = tokens.length;
    const [at, out] = this.#after(HEAP, [4 * k, 8 * k]);
    this.#identity.n = 0;
    new Uint32Array(this.#memory.buffer, at, k).set(tokens);
    this.#exports.tokenBits(a, b, at!, k, out!);
    return new Uint32Array(this.#memory.buffer, out, 2 * k).slice();
  }

  /** Counts sums of independent draws that reach two bounds; the memory is taken until another method is called. */
  sumsReaching({ tables, most, low, high, state }: SumsAsked): SumsReaching {
    const parts = most.length;
    assert(parts > 0 && parts <= SUM_PARTS_MAX && low <= high, "TokenDraws.sumsReaching: expected 1 to 256 parts");
    const sizes = [tables.byteLength, 4 * parts, 32, 16] as const;
    const [tablesAt, restAt, stateAt, countsAt] = this.#after(HEAP, sizes) as [number, number, number, number];
    this.#identity.n = 0;
    new Uint32Array(this.#memory.buffer, tablesAt, tables.length).set(tables);
    const rest = new Int32Array(this.#memory.buffer, restAt, parts);
    for (let i = parts - 1, sum = 0; i >= 0; sum += most[i--]!) rest[i] = sum;
    new BigUint64Array(this.#memory.buffer, stateAt, 4).set(state);
    const counts = new BigUint64Array(this.#memory.buffer, countsAt, 2).fill(0n);
    const bounds = [low, high].map((b) => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, b))) as [number, number];
    const found: SumsReaching = {
      low: 0,
      high: 0,
      more: (draws) => {
        this.#exports.sumsReaching(tablesAt, parts, restAt, ...bounds, draws, stateAt, countsAt);
        found.low = Number(counts[0]);
        found.high = Number(counts[1]);
      },
    };
    return found;
  }

  /** Regions behind one another from `start`, 8-byte aligned; grows the memory. */
  #after(start: number, sizesBytes: readonly number[]): number[] {
    const places: number[] = [];
    let top = start;
    for (const size of sizesBytes) {
      places.push(top);
      top += (Math.ceil(size) + 15) & ~7;
    }
    const have = this.#memory.buffer.byteLength;
    if (top > have) this.#memory.grow(Math.ceil((top - have) / PAGE));
    return places;
  }

  #permutationSpace(n: number, sizesBytes: readonly number[]): number[] {
    assert(n > 0 && n <= VOCABULARY_MAX, "TokenDraws: expected a vocabulary of at most 524,288");
    const places = this.#after(HEAP, [4 * n, ...sizesBytes]);
    if (this.#identity.n !== n) {
      const identity = new Uint32Array(this.#memory.buffer, HEAP, n);
      for (let i = 0; i < n; i++) identity[i] = i;
      this.#identity = { at: HEAP, n };
    }
    return places;
  }
}
