/**
 * Pairs that are set apart on a prompt: those whose two answers are word for word the same, for which the prompt is no
 * prompt at all, and those that share a run of nine words, for which it is counted a second time, to be taken off. And
 * what the prompt added for the pair (0, 1) beside what its two sides have with all others.
 */
import { pairOf } from "./origin-add";
import { collect, holdersAt, holdersOf } from "./origin-collect";
import {
  APART,
  FAMILIES,
  FOUND,
  layBefore,
  models,
  pairs,
  ROWS,
  RUN_BEFORE,
  RUN_PAIRS,
  SAME_BEFORE,
  SAME_PAIRS,
  STATISTICS,
  SUMS,
  shareOf,
  WIDE,
} from "./origin-room";

/** How many stand in each list. */
let same: i32 = 0;
let shared: i32 = 0;

/** Where statistic s has the sum of a pair: families with a share keep theirs elsewhere while prompts are counted. */
function sumAt(s: i32, pair: usize): usize {
  const wide = shareOf(s);
  return wide < 0 ? SUMS + ((<usize>s * pairs + pair) << 3) : WIDE + ((<usize>wide * pairs + pair) << 4);
}

// @ts-ignore: decorator
@inline
function pairIn(list: usize, i: i32): usize {
  return <usize>load<u32>(list + ((<usize>i) << 2));
}

/** Finds both kinds of pairs, and keeps what stands there. @returns whether the memory has room */
export function setApart(keys: usize, keyStarts: usize, runs: usize, runStarts: usize): bool {
  same = find(keys, keyStarts, SAME_PAIRS);
  shared = find(runs, runStarts, RUN_PAIRS);
  if (!layBefore(same, shared)) return false;
  keep(SAME_PAIRS, same, STATISTICS, SAME_BEFORE);
  keep(RUN_PAIRS, shared, STATISTICS + 1, RUN_BEFORE);
  return true;
}

/** Pairs that hold a value in common, each once. @returns how many */
function find(values: usize, starts: usize, list: usize): i32 {
  const distinct = collect(values, starts, u32.MAX_VALUE - 1);
  let found = 0;
  for (let e: u32 = 1; e <= distinct; e++) {
    const count = holdersOf(e);
    if (count < 2) continue;
    const holders = holdersAt(e);
    for (let i: u32 = 1; i < count; i++) {
      const row = pairOf(pairIn(holders, i), 0);
      for (let j: u32 = 0; j < i; j++) {
        const pair = row + pairIn(holders, j);
        if (load<u8>(FOUND + pair) != 0) continue;
        store<u8>(FOUND + pair, 1);
        store<u32>(list + ((<usize>found) << 2), <u32>pair);
        found++;
      }
    }
  }
  for (let i = 0; i < found; i++) store<u8>(FOUND + pairIn(list, i), 0);
  return found;
}

function keep(list: usize, count: i32, statistics: i32, into: usize): void {
  for (let s = 0; s < statistics; s++)
    for (let i = 0; i < count; i++, into += 8) store<f64>(into, load<f64>(sumAt(s, pairIn(list, i))));
}

/** Puts back what the prompt added for pairs of the same words. @returns whether (0, 1) is one of them */
export function putBack(): bool {
  let ofSides = false;
  let from = SAME_BEFORE;
  for (let s = 0; s < STATISTICS; s++)
    for (let i = 0; i < same; i++, from += 8) store<f64>(sumAt(s, pairIn(SAME_PAIRS, i)), load<f64>(from));
  for (let i = 0; i < same; i++) {
    const pair = pairIn(SAME_PAIRS, i);
    const answered = sumAt(STATISTICS, pair);
    store<f64>(answered, load<f64>(answered) - 1);
    ofSides = ofSides || pair == 0;
  }
  return ofSides;
}

/** What the prompt added for pairs with a run in common, gathered to be taken off. */
export function gatherApart(): void {
  let from = RUN_BEFORE;
  for (let s = 0; s <= STATISTICS; s++)
    for (let i = 0; i < shared; i++, from += 8) {
      const pair = pairIn(RUN_PAIRS, i);
      const off = APART + ((<usize>s * pairs + pair) << 3);
      store<f64>(off, load<f64>(off) + (load<f64>(sumAt(s, pair)) - load<f64>(from)));
    }
}

/** Sums of families with a share where all others stand, and in place of what was gathered what is left without it. */
export function finish(): void {
  for (let s = 0; s < FAMILIES; s++) {
    if (shareOf(s) < 0) continue;
    const into = SUMS + (<usize>s * pairs << 3);
    for (let pair: usize = 0; pair < pairs; pair++) store<f64>(into + (pair << 3), load<f64>(sumAt(s, pair)));
  }
  const end = (<usize>(STATISTICS + 1) * pairs) << 3;
  for (let at: usize = 0; at < end; at += 8) store<f64>(APART + at, load<f64>(SUMS + at) - load<f64>(APART + at));
}

/** What model `side` has with every other, before the prompt. */
export function keepRows(): void {
  let into = ROWS;
  for (let s = 0; s < STATISTICS; s++)
    for (let side: usize = 0; side < 2; side++)
      for (let k: usize = 0; k < <usize>models; k++, into += 8)
        store<f64>(into, k == side ? 0 : load<f64>(sumAt(s, between(side, k))));
}

/** Ten numbers: what the prompt added for (0, 1), less the mean of what it added for either with the others. */
export function excess(into: usize): void {
  const width = (<usize>models) << 3;
  for (let s = 0; s < STATISTICS; s++) {
    const rows = ROWS + <usize>s * 2 * width;
    let others: f64 = 0;
    for (let k: usize = 2; k < <usize>models; k++) others += gain(s, rows, 0, k) + gain(s, rows + width, 1, k);
    store<f64>(into + ((<usize>s) << 3), gain(s, rows, 0, 1) - others / <f64>max(1, 2 * (models - 2)));
  }
}

function gain(s: i32, row: usize, side: usize, k: usize): f64 {
  return load<f64>(sumAt(s, between(side, k))) - load<f64>(row + (k << 3));
}

// @ts-ignore: decorator
@inline
function between(side: usize, k: usize): usize {
  return k > side ? pairOf(k, side) : pairOf(side, k);
}
