/**
 * Which passages carry the mark: every window of 32, 64, 128, … tuples at steps of half its length, in every text, each
 * paid for by Bonferroni over all of them. A text of which a part was written by someone else shows the part that was
 * not. It cannot find a passage of fewer than some 32 tuples.
 */
import { deviationsOf, type Law, log10Tail } from "../schemes/law.js";
import type { KeyTail } from "../schemes/table-law.js";
import type { Scored } from "./score-texts.js";

/** A shorter passage cannot reach 10^−6 after paying, whatever the mark (0.25^32 is 10^−19, γ = ½ leaves 10^−10). */
const LENGTH_MIN = 32;
/** Windows below this many standard deviations have p > 10^−3 and cannot survive any payment: the exact tail is spared. */
const DEVIATION_MIN = 3;
/** A passage is listed when its paid p is at most 1 %. */
const LISTED_LOG10P = -2;
/** Passages a finding lists, strongest first. */
const LISTED_MAX = 200;

interface Passage {
  text: number;
  /** First and last token, as places in the text's own ids. */
  from: number;
  to: number;
  tuples: number;
  score: number;
  /** After paying for every window looked at. */
  log10P: number;
}

interface Segments {
  windows: number;
  /** The best window's paid p, as log10; 0 when none stands out. */
  log10P: number;
  /** Disjoint passages, strongest first. */
  passages: Passage[];
}

/** @returns passages that do not overlap, strongest first, with log10 p after paying for `windows` */
export function scoreSegments(law: Law, scored: Scored, keyTail?: KeyTail): Segments {
  const { text, value, names } = scored;
  const sums = new Float64Array(value.length + 1);
  const deviations = deviationsOf(law);
  for (let i = 0; i < value.length; i++) sums[i + 1] = sums[i]! + value[i]!;
  let windows = 0;
  const candidates: { start: number; length: number; sum: number; log10P: number }[] = [];
  for (let from = 0; from < text.length; ) {
    let to = from;
    while (to < text.length && text[to] === text[from]) to++;
    for (let length = LENGTH_MIN; length <= to - from; length *= 2)
      for (let start = from; start + length <= to; start += length / 2) {
        windows++;
        const sum = sums[start + length]! - sums[start]!;
        if (deviations(sum, length) < DEVIATION_MIN) continue;
        candidates.push({ start, length, sum, log10P: log10Tail(law, sum, length) });
      }
    from = to;
  }
  const paid = Math.log10(Math.max(1, windows));
  candidates.sort((a, b) => a.log10P - b.log10P || a.start - b.start);
  const passages: Passage[] = [];
  const taken: { from: number; to: number }[] = [];
  let best = 0;
  let evaluations = 0;
  for (const { start, length, sum, log10P: free } of candidates) {
    if (passages.length === LISTED_MAX || (keyTail && evaluations === keyTail.evaluationsMax)) break;
    // Without a key's own tail the first candidate is the best one; with it, each pays for itself.
    if (free + paid > LISTED_LOG10P) {
      if (!keyTail) best = Math.min(best, free);
      break;
    }
    const end = start + length;
    if (taken.some((t) => start < t.to && t.from < end)) continue;
    evaluations++;
    const log10P = keyTail ? Math.max(free, keyTail.log10P(names.subarray(2 * start, 2 * end), sum)) : free;
    best = Math.min(best, log10P);
    if (log10P + paid > LISTED_LOG10P) continue;
    taken.push({ from: start, to: end });
    const where = { from: scored.position[start]!, to: scored.position[end - 1]! };
    passages.push({ text: text[start]!, ...where, tuples: length, score: sum, log10P: Math.min(0, log10P + paid) });
  }
  return { windows, log10P: Math.min(0, best + paid), passages };
}
