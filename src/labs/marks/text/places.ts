/**
 * In how many places of its own a tuple stands. What a student learned comes up again in surroundings of all kinds; a
 * notice that every answer repeats, and a form whose blanks are filled in, comes up in one, however often it is served, and
 * may be marked without anybody having learned it. So two texts' occurrences of a tuple are one place where the same ids
 * go before it or follow it, and where the tuple lies on a chain: tuples that both texts have in one order, more of them
 * than two texts of one model would by chance. A random order of n has a longest rising chain of 2√n, give or take n^⅙
 * (Baik, Deift, Johansson, math/9810105).
 */
import type { Scored } from "./score-texts.js";

/** Ids before a tuple's context, and after it, by which its places are told apart. */
const BESIDE = 2;
/** How many times n^⅙ a chain must lie above 2√n. */
const ABOVE = 4;
/** Texts before it that a text is held against, and how many of those it is chained with before that is enough. */
const [LOOKED_BACK, CHAINED_MAX] = [2048, 32];

/** Where entries of a corpus stand: each is a tuple's first position in a text. */
interface Standing {
  /** Of the corpus, laid end to end. */
  ids: Uint32Array;
  /** @returns the token's place in `ids` */
  placeOf: (entry: number) => number;
  contextWidth: number;
}

/** @returns by entry, in how many places its tuple stands */
export function placesOfTuples(scored: Scored, standing: Standing): Uint32Array {
  const tuples = tuplesOf(scored);
  const same = new Unions(scored.text.length);
  sameBeside(tuples, standing, same);
  sameChain(scored, tuples, same);
  const places = new Uint32Array(tuples.from.length);
  for (let i = 0; i < scored.text.length; i++) if (same.root(i) === i) places[tuples.of[i]!]!++;
  return Uint32Array.from(tuples.of, (tuple) => places[tuple]!);
}

interface Tuples {
  /** Number of the tuple, by entry. */
  of: Int32Array;
  /** Entries tuple by tuple, those of one in reading order; and where each tuple's begin. */
  entries: Uint32Array;
  from: Int32Array;
}

function tuplesOf({ names, text }: Scored): Tuples {
  const n = text.length;
  const entries = Uint32Array.from({ length: n }, (_, i) => i);
  entries.sort((a, b) => names[2 * a]! - names[2 * b]! || names[2 * a + 1]! - names[2 * b + 1]! || a - b);
  const of = new Int32Array(n);
  const from: number[] = [];
  for (let k = 0; k < n; k++) {
    const [a, b] = [entries[k - 1], entries[k]!];
    if (a === undefined || names[2 * a] !== names[2 * b] || names[2 * a + 1] !== names[2 * b + 1]) from.push(k);
    of[b] = from.length - 1;
  }
  return { of, entries, from: Int32Array.from(from) };
}

/** Joins a tuple's entries that have the same ids before its context, or behind it. */
function sameBeside({ entries, from }: Tuples, { ids, placeOf, contextWidth }: Standing, same: Unions): void {
  for (let tuple = 0; tuple < from.length; tuple++) {
    const to = from[tuple + 1] ?? entries.length;
    if (to - from[tuple]! === 1) continue;
    const seen = new Map<string, number>();
    for (let k = from[tuple]!; k < to; k++) {
      const entry = entries[k]!;
      const place = placeOf(entry);
      const before = ids.subarray(Math.max(0, place - contextWidth - BESIDE), place - contextWidth);
      const after = ids.subarray(place + 1, place + 1 + BESIDE);
      for (const key of [`< ${before.join()}`, `> ${after.join()}`]) {
        const known = seen.get(key);
        if (known === undefined) seen.set(key, entry);
        else same.join(known, entry);
      }
    }
  }
}

/** Joins the entries on chains of two texts, each text held against those before it. */
function sameChain({ text }: Scored, { of, entries }: Tuples, same: Unions): void {
  const n = text.length;
  const back = new Int32Array(n).fill(-1);
  for (let k = 1; k < n; k++) if (of[entries[k]!] === of[entries[k - 1]!]) back[entries[k]!] = entries[k - 1]!;
  const chains = new Chains();
  for (let start = 0; start < n; ) {
    const number = text[start]!;
    let end = start + 1;
    while (end < n && text[end] === number) end++;
    chains.clear();
    for (let entry = start; entry < end; entry++)
      for (let other = back[entry]!; other !== -1 && text[other]! >= number - LOOKED_BACK; other = back[other]!)
        chains.add(text[other]!, other);
    let chained = 0;
    for (const [, chain] of chains.longest(ABOVE)) {
      if (chained++ === CHAINED_MAX) break;
      // By tuple: the later text's own entry of each.
      const on = new Map(chain.map((entry) => [of[entry]!, entry]));
      for (let entry = start; entry < end; entry++) {
        const other = on.get(of[entry]!);
        if (other !== undefined) same.join(other, entry);
      }
    }
    start = end;
  }
}

/** Rising chains of entries, one list an earlier text (patience sorting: an entry is its place in reading order). */
class Chains {
  readonly #given = new Map<number, number[]>();
  /** Ends of the shortest-ending chains of each length, by text. */
  readonly #ends = new Map<number, number[]>();

  clear(): void {
    this.#given.clear();
    this.#ends.clear();
  }

  add(text: number, entry: number): void {
    const ends = this.#ends.get(text);
    if (ends === undefined) {
      this.#given.set(text, [entry]);
      this.#ends.set(text, [entry]);
      return;
    }
    this.#given.get(text)!.push(entry);
    ends[lowerBound(ends, entry)] = entry;
  }

  /** Chains that lie so far above chance, the nearest text's first. */
  *longest(above: number): Generator<[text: number, chain: number[]]> {
    for (const text of [...this.#ends.keys()].sort((a, b) => b - a)) {
      const n = this.#given.get(text)!.length;
      if (this.#ends.get(text)!.length > 2 * Math.sqrt(n) + above * n ** (1 / 6))
        yield [text, chainOf(this.#given.get(text)!)];
    }
  }
}

/** A longest rising chain of entries. */
function chainOf(given: readonly number[]): number[] {
  const ends: number[] = [];
  const at: number[] = [];
  const before = new Int32Array(given.length).fill(-1);
  for (const [i, entry] of given.entries()) {
    const k = lowerBound(ends, entry);
    ends[k] = entry;
    at[k] = i;
    before[i] = k === 0 ? -1 : at[k - 1]!;
  }
  const chain: number[] = [];
  for (let i = at.at(-1)!; i !== -1; i = before[i]!) chain.push(given[i]!);
  return chain;
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Union-find over entries. */
class Unions {
  readonly #above: Int32Array;

  constructor(n: number) {
    this.#above = Int32Array.from({ length: n }, (_, i) => i);
  }

  root(entry: number): number {
    let root = entry;
    while (this.#above[root] !== root) root = this.#above[root]!;
    for (let at = entry; at !== root; ) {
      const next = this.#above[at]!;
      this.#above[at] = root;
      at = next;
    }
    return root;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.root(a), this.root(b)];
    this.#above[Math.max(one, other)] = Math.min(one, other);
  }
}
