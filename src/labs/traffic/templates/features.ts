/**
 * Fingerprints of a prompt's word sequences, 27 bits of a keyed hash and 5 bits that say what kind: first n words, last
 * n words, first words of the last lines, last words of the first line, and runs of four words anywhere. They are what
 * templates are found by, without the words themselves. Two different sequences share a fingerprint once in 10⁸ pairs.
 */
import { LINE } from "./tokens.js";

/** Lengths of head and tail sequences. */
export const LENGTHS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32] as const;
/** Words in an interior run. */
const RUN = 4;
/** Runs that start this near to the front or the back are all kept: templates put most of their words there. */
const EDGE_WORDS = 40;
/** Of the runs between, those with the smallest fingerprints are kept (a bottom-k sample, the same for equal text). */
const RUNS_MAX = 32;

/** Kinds, the low five bits. */
export const KIND = { run: 0, head: 1, tail: 11, lastLine: 21, lineBefore: 24, firstLineEnd: 27, line: 30 } as const;
const LINE_LENGTHS = [1, 2, 4] as const;

export interface HashSeeds {
  a: number;
  b: number;
}

/** @returns fingerprints in ascending order, without duplicates */
export function features(tokens: readonly string[], seeds: HashSeeds): Uint32Array {
  const n = tokens.length;
  const hashes = new Uint32Array(n);
  for (let i = 0; i < n; i++) hashes[i] = wordHash(tokens[i]!, seeds);
  const out = new Uint32Array(2 * LENGTHS.length + 3 * LINE_LENGTHS.length + n);
  let size = 0;
  const add = (kind: number, from: number, to: number) => {
    out[size++] = (sequence(hashes, from, to, kind, seeds) << 5) | kind;
  };
  for (let i = 0; i < LENGTHS.length; i++) {
    const length = LENGTHS[i]!;
    if (length > n) break;
    add(KIND.head + i, 0, length);
    add(KIND.tail + i, n - length, n);
  }
  lineFeatures(tokens, add);
  const middle = new Uint32Array(Math.max(0, n - 2 * EDGE_WORDS));
  let between = 0;
  for (let i = 0; i + RUN <= n; i++) {
    if (i < EDGE_WORDS || i + RUN > n - EDGE_WORDS) add(KIND.run, i, i + RUN);
    else middle[between++] = (sequence(hashes, i, i + RUN, KIND.run, seeds) << 5) | KIND.run;
  }
  const kept = distinct(middle.subarray(0, between)).subarray(0, RUNS_MAX);
  out.set(kept, size);
  return distinct(out.subarray(0, size + kept.length)).slice();
}

/** Longer lists are left to the engine's sort, whose call alone costs as much as placing these one by one. */
const PLACED_MAX = 80;

/** Sorts in place and moves the distinct values to the front. */
function distinct(values: Uint32Array): Uint32Array {
  if (values.length > PLACED_MAX) values.sort();
  else
    for (let i = 1; i < values.length; i++) {
      const value = values[i]!;
      let at = i - 1;
      for (; at >= 0 && values[at]! > value; at--) values[at + 1] = values[at]!;
      values[at + 1] = value;
    }
  let size = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) values[size++] = values[i]!;
  return values.subarray(0, size);
}

function lineFeatures(tokens: readonly string[], add: (kind: number, from: number, to: number) => void): void {
  const breaks: number[] = [];
  for (let i = 0; i < tokens.length; i++) if (tokens[i] === LINE) breaks.push(i);
  if (breaks.length === 0) return;
  const n = tokens.length;
  const last = breaks.at(-1)!;
  const before = breaks.length > 1 ? breaks.at(-2)! : -1;
  LINE_LENGTHS.forEach((length, i) => {
    if (last + 1 + length <= n) add(KIND.lastLine + i, last + 1, last + 1 + length);
    if (before + 1 + length <= last) add(KIND.lineBefore + i, before + 1, before + 1 + length);
    if (breaks[0]! - length >= 0) add(KIND.firstLineEnd + i, breaks[0]! - length, breaks[0]!);
  });
}

/** FNV-1a over UTF-16 units, finished by murmur3's mixer. */
function wordHash(word: string, { a }: HashSeeds): number {
  let h = (0x811c9dc5 ^ a) >>> 0;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return mix(h);
}

function sequence(hashes: Uint32Array, from: number, to: number, kind: number, { b }: HashSeeds): number {
  let h = mix(b ^ Math.imul(kind + 1, 0x9e3779b1) ^ (to - from));
  for (let i = from; i < to; i++) h = mix(Math.imul(h, 0x85ebca77) + hashes[i]!);
  return h;
}

/** The finaliser of MurmurHash3 (Appleby, public domain). */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
