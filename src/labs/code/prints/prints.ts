/**
 * Prints: 64-bit values of k consecutive tokens, all of them (a winnower's choice would lose what is exclusive). Two
 * polynomials of 32 bits with public odd multipliers, rolled along and mixed at the end (Karp and Rabin 1987; the mixer
 * is that of MurmurHash3, public domain), with the language folded in. Keyed by nothing, so anyone can make them again.
 * A set of prints is sorted, each once, as pairs of 32-bit words, the high word second.
 */
import type { Language } from "../tokens/languages.js";

/** Pairs (low, high), ascending by the 64-bit value; 2n words for n prints. */
export type PrintSet = Uint32Array;

const BASES = [0x9e3779b1, 0x85ebca6b] as const;
const LANGUAGE_SALT: Readonly<Record<Language, number>> = {
  python: 0x1b873593,
  typescript: 0x38b34ae5,
  rust: 0x561ccd1b,
  go: 0x6b43a9b5,
  cpp: 0x7feb352d,
};

/** Of every place, in order: pairs (low, high); fewer than k tokens have none. */
export function printsInOrder(values: Uint32Array, tokens: number, language: Language): Uint32Array {
  const places = Math.max(0, values.length - tokens + 1);
  const prints = new Uint32Array(2 * places);
  const salt = LANGUAGE_SALT[language] ^ tokens;
  for (let half = 0; half < 2; half++) {
    const base = BASES[half]!;
    let top = 1;
    for (let i = 0; i < tokens; i++) top = Math.imul(top, base);
    let rolled = 0;
    for (let i = 0; i < values.length; i++) {
      rolled = (Math.imul(rolled, base) + mix(values[i]! ^ half)) | 0;
      if (i >= tokens) rolled = (rolled - Math.imul(top, mix(values[i - tokens]! ^ half))) | 0;
      if (i >= tokens - 1) prints[2 * (i - tokens + 1) + half] = mix(rolled ^ salt);
    }
  }
  return prints;
}

/**
 * Of every place, whether the run of so many tokens that begins there holds at least `least` different ones: tables and
 * lists of fields hold few. Names hidden, statements hold ten or so in 24. 0 where less than a run is left.
 */
export function variedPlaces(values: Uint32Array, tokens: number, least: number): Uint8Array {
  const varied = new Uint8Array(values.length);
  const held = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    held.set(values[i]!, (held.get(values[i]!) ?? 0) + 1);
    if (i < tokens - 1) continue;
    const first = i - tokens + 1;
    if (held.size >= least) varied[first] = 1;
    const left = held.get(values[first]!)! - 1;
    if (left > 0) held.set(values[first]!, left);
    else held.delete(values[first]!);
  }
  return varied;
}

/** Sorted, each once. The words are copied. */
export function printSet(prints: Uint32Array): PrintSet {
  const sorted = prints.slice();
  // Native order of 64-bit numbers on a little-endian machine, which is what every supported one is.
  new BigUint64Array(sorted.buffer, sorted.byteOffset, sorted.length / 2).sort();
  let kept = 0;
  for (let i = 0; i < sorted.length; i += 2) {
    if (kept > 0 && sorted[kept - 2] === sorted[i] && sorted[kept - 1] === sorted[i + 1]) continue;
    sorted[kept] = sorted[i]!;
    sorted[kept + 1] = sorted[i + 1]!;
    kept += 2;
  }
  return sorted.slice(0, kept);
}

/** The union, sorted, each print once. */
export function joinSets(sets: readonly Uint32Array[]): PrintSet {
  const all = new Uint32Array(sets.reduce((sum, set) => sum + set.length, 0));
  let at = 0;
  for (const set of sets) {
    all.set(set, at);
    at += set.length;
  }
  return printSet(all);
}

/** Calls `found` with the place in `one` (0 to n−1) of every print that stands in `other` too. */
export function meet(one: PrintSet, other: PrintSet, found: (place: number) => void): void {
  let [i, j] = [0, 0];
  while (i < one.length && j < other.length) {
    const order = one[i + 1]! - other[j + 1]! || one[i]! - other[j]!;
    if (order === 0) {
      found(i >> 1);
      i += 2;
      j += 2;
    } else if (order < 0) i += 2;
    else j += 2;
  }
}

/** Place of a print in a set, or −1. */
export function placeOf(set: PrintSet, low: number, high: number): number {
  let [from, to] = [0, set.length >> 1];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const order = set[2 * middle + 1]! - high || set[2 * middle]! - low;
    if (order === 0) return middle;
    if (order < 0) from = middle + 1;
    else to = middle;
  }
  return -1;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
