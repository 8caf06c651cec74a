/**
 * Green lists drawn by `torch.randperm`, held as bit sets while they fit a budget. A list that will be asked for a few
 * tokens only, beyond the budget, is followed token by token instead of drawn whole; what was answered there is kept, so
 * that asking again costs the same with few contexts and with many.
 */
import type { TokenDraws } from "../../../kernels/token-draws.js";
import { TupleSet } from "./tuple-set.js";

/** A megatoken of English in a vocabulary of 128,256 has some 25,000 contexts of 16 kB: 400 MB. */
const CACHE_BYTES = 512 * 1024 * 1024;
/** Up to this many tokens following them is cheaper than drawing the list (measured: 0.11 against 0.19 ms at 128k). */
const WATCHED_MAX = 12;
/** Answers kept beyond the budget of lists, 16 bytes each and as much again while the table grows: 128 MB. */
const ANSWERS_MAX = 1 << 22;

export class GreenLists {
  readonly #draws: TokenDraws;
  readonly #vocabulary: number;
  readonly #drawn: number;
  readonly #inverted: boolean;
  readonly #cache = new Map<number, Uint32Array>();
  readonly #listsMax: number;
  /** (seed, token) on the seed's list, and not on it. */
  readonly #on = new TupleSet();
  readonly #off = new TupleSet();

  /** @param last whether the list is the last `size` entries of the permutation instead of the first */
  constructor(draws: TokenDraws, vocabulary: number, size: number, last: boolean, cacheBytes = CACHE_BYTES) {
    this.#draws = draws;
    this.#vocabulary = vocabulary;
    this.#drawn = last ? vocabulary - size : size;
    this.#inverted = last;
    this.#listsMax = Math.floor(cacheBytes / (vocabulary / 8 + 64));
  }

  /** For each (seed, token): 1 when the token is on the list of the seed. */
  test(seeds: Uint32Array, tokens: Uint32Array): Float64Array {
    const out = new Float64Array(seeds.length);
    const rest: number[] = [];
    for (let i = 0; i < seeds.length; i++) {
      const list = this.#cache.get(seeds[i]!) ?? this.#keep(seeds[i]!);
      if (list !== null) out[i] = this.#bit(list, tokens[i]!);
      else if (this.#on.has(seeds[i]!, tokens[i]!)) out[i] = 1;
      else if (!this.#off.has(seeds[i]!, tokens[i]!)) rest.push(i);
    }
    if (rest.length > 0) this.#passing(rest, seeds, tokens, out);
    for (const i of rest) {
      if (this.#on.size + this.#off.size >= ANSWERS_MAX) break;
      (out[i] === 1 ? this.#on : this.#off).add(seeds[i]!, tokens[i]!);
    }
    return out;
  }

  /** Draws a list and keeps it while there is room; null when there is none. */
  #keep(seed: number): Uint32Array | null {
    if (this.#cache.size >= this.#listsMax) return null;
    const list = this.#draws.firstOfPermutation(seed, this.#vocabulary, this.#drawn);
    this.#cache.set(seed, list);
    return list;
  }

  /** Lists beyond the budget: drawn once for all that share a seed, and dropped. */
  #passing(rest: number[], seeds: Uint32Array, tokens: Uint32Array, out: Float64Array): void {
    const order = Float64Array.from(rest, (i) => seeds[i]! * 2 ** 21 + tokens[i]!);
    const rank = Uint32Array.from(order.keys()).sort((a, b) => order[a]! - order[b]!);
    for (let from = 0; from < rank.length; ) {
      const seed = seeds[rest[rank[from]!]!]!;
      let to = from;
      while (to < rank.length && seeds[rest[rank[to]!]!] === seed) to++;
      const group = rank.subarray(from, to);
      from = to;
      if (this.#watch(seed, group, rest, tokens, out)) continue;
      const list = this.#draws.firstOfPermutation(seed, this.#vocabulary, this.#drawn);
      for (const k of group) out[rest[k]!] = this.#bit(list, tokens[rest[k]!]!);
    }
  }

  /** @returns false when there are too many tokens to follow */
  #watch(seed: number, group: Uint32Array, rest: readonly number[], tokens: Uint32Array, out: Float64Array): boolean {
    const distinct = [...new Set(Array.from(group, (k) => tokens[rest[k]!]!))];
    if (distinct.length > WATCHED_MAX) return false;
    const hits = this.#draws.inFirstOfPermutation(seed, this.#vocabulary, this.#drawn, Uint32Array.from(distinct));
    for (const k of group) {
      const hit = hits[distinct.indexOf(tokens[rest[k]!]!)]!;
      out[rest[k]!] = this.#inverted ? 1 - hit : hit;
    }
    return true;
  }

  #bit(list: Uint32Array, token: number): number {
    const bit = (list[token >>> 5]! >>> (token & 31)) & 1;
    return this.#inverted ? 1 - bit : bit;
  }
}
