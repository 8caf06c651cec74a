/**
 * Tuples by how often the corpus has them. What a student learned shows in what it says again and again; a tuple that
 * stands in one text alone is mostly chance, and the more text there is, the more of those there are: counted alike, they
 * drown the others (of one student log10 p fell from −153 at 150 answers to −65 at 2,048). So tuples that stand in at
 * least 1, 2, 4, 8, … texts are tested set by set. Texts in which the same ids go before count once: a notice or a
 * template that every answer repeats is not what a model says again and again, and it may be marked. A key has no part in
 * how often a tuple stands, so each set's law is exact; whoever picks the best of them pays for all.
 */
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { idsBefore, type Scored } from "./score-texts.js";
import type { IdText } from "./texts.js";

/** Of a smaller set one tuple would decide. */
const TUPLES_MIN = 100;

/** Ids before a tuple's context by which its places are told apart. */
const BEFORE = 4;

/** Positions that count, whatever the key, in a corpus laid end to end. */
interface TupleSets {
  ids: Uint32Array;
  /** Those of the smallest set first, so that each set is a beginning of it. */
  at: Int32Array;
  /** Largest set first: in how many texts each tuple stands at least, and how many positions it has. */
  sets: readonly { least: number; size: number }[];
}

export interface SetScore {
  least: number;
  tuples: number;
  score: number;
  /** Two words a tuple. */
  names: Uint32Array;
}

/** Each position once: first occurrences of what the ids alone can tell apart. */
export function tupleSets(scheme: Scheme, texts: readonly IdText[], scored: Scored): TupleSets {
  const tails = texts.map((text) => idsBefore(scheme, text));
  const starts: number[] = [];
  let size = 0;
  for (const [i, { ids }] of texts.entries()) {
    starts.push(size + tails[i]!.length);
    size += tails[i]!.length + ids.length;
  }
  const ids = new Uint32Array(size);
  for (const [i, text] of texts.entries()) {
    ids.set(tails[i]!, starts[i]! - tails[i]!.length);
    ids.set(text.ids, starts[i]!);
  }
  const standing = surroundingsOfTuples(
    scored,
    ids,
    (i) => starts[scored.text[i]!]! + scored.position[i]!,
    scheme.contextWidth,
  );
  const firsts: number[] = [];
  for (let i = 0; i < scored.text.length; i++) if (scored.first[i]) firsts.push(i);
  // Stable: among tuples of one count the order of reading stays.
  firsts.sort((a, b) => standing[b]! - standing[a]! || a - b);
  const sets: { least: number; size: number }[] = [];
  for (let least = 1; ; least *= 2) {
    const of = atLeast(firsts, standing, least);
    if (least > 1 && of < TUPLES_MIN) break;
    sets.push({ least, size: of });
  }
  return { ids, at: Int32Array.from(firsts, (i) => starts[scored.text[i]!]! + scored.position[i]!), sets };
}

/** In how many texts the tuple of each entry stands, each with other ids before it: an entry is a tuple's first position in a text. */
function surroundingsOfTuples(
  { names, text }: Scored,
  ids: Uint32Array,
  placeOf: (entry: number) => number,
  contextWidth: number,
): Uint32Array {
  const n = text.length;
  const before = Uint32Array.from({ length: n }, (_, i) => hashOfIds(ids, placeOf(i) - contextWidth, BEFORE));
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const sameTuple = (a: number, b: number) => names[2 * a] === names[2 * b] && names[2 * a + 1] === names[2 * b + 1];
  order.sort(
    (a, b) => names[2 * a]! - names[2 * b]! || names[2 * a + 1]! - names[2 * b + 1]! || before[a]! - before[b]!,
  );
  const out = new Uint32Array(n);
  for (let from = 0; from < n; ) {
    let to = from + 1;
    let surroundings = 1;
    for (; to < n && sameTuple(order[from]!, order[to]!); to++)
      surroundings += Number(before[order[to - 1]!] !== before[order[to]!]);
    for (let k = from; k < to; k++) out[order[k]!] = surroundings;
    from = to;
  }
  return out;
}

/** FNV-1a over so many ids before a place, fewer at the corpus's start: only to tell surroundings apart. */
function hashOfIds(ids: Uint32Array, end: number, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = Math.max(0, end - count); i < end; i++) hash = Math.imul(hash ^ ids[i]!, 0x01000193);
  return hash >>> 0;
}

/** How many of entries sorted by falling count have at least so many. */
function atLeast(sorted: readonly number[], counts: Uint32Array, least: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (counts[sorted[middle]!]! >= least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Under a key two windows may share their draw (a min-hash, a short table): names of that key tell. Largest set first. */
export function scoreSets(scheme: Scheme, { ids, at, sets }: TupleSets): SetScore[] {
  const names = scheme.names(ids, at);
  const values = scheme.scores(ids, at, names);
  const seen = new TupleSet(at.length);
  const out: SetScore[] = [];
  let tuples = 0;
  let score = 0;
  let i = 0;
  for (const { least, size } of [...sets].reverse()) {
    for (; i < size; i++) {
      if (!seen.add(names[2 * i]!, names[2 * i + 1]!)) continue;
      names[2 * tuples] = names[2 * i]!;
      names[2 * tuples + 1] = names[2 * i + 1]!;
      tuples++;
      score += values[i]!;
    }
    out.push({ least, tuples, score, names: names.subarray(0, 2 * tuples) });
  }
  return out.reverse();
}
