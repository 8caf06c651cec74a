/**
 * Tuples by how often the corpus has them. What a student learned shows in what it says again and again; a tuple that
 * stands in one text alone is mostly chance, and the more text there is, the more of those there are: counted alike, they
 * drown the others (of one student log10 p fell from −153 at 150 answers to −65 at 2,048). So tuples that stand in at
 * least 1, 2, 4, 8, … texts are tested set by set, and texts in which it stands in one place count once (places.ts): a
 * notice or a form that answers repeat is not what a model says again and again. A key has no part in how often a tuple stands, so each set's law is exact; whoever picks the best of them pays for all.
 */
import type { Scheme } from "../schemes/scheme.js";
import { TupleSet } from "../schemes/tuple-set.js";
import { placesOfTuples } from "./places.js";
import { idsBefore, type Scored } from "./score-texts.js";
import type { IdText } from "./texts.js";

/** Of a smaller set one tuple would decide. */
const TUPLES_MIN = 100;

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
  const standing = placesOfTuples(scored, {
    ids,
    placeOf: (i) => starts[scored.text[i]!]! + scored.position[i]!,
    contextWidth: scheme.contextWidth,
  });
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
