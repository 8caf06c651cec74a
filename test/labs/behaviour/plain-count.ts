/**
 * What `countOrigin` counts, in plain words: the definition that its kernel is held against, bit by bit.
 */

import {
  emptySums,
  excessOfSides,
  PairCounter,
  pairIndex,
  rowsOfSides,
} from "../../../src/labs/behaviour/agreement/agreement.js";
import { HashSet } from "../../../src/labs/behaviour/answers/hash-set.js";
import { boilerplateSet } from "../../../src/labs/behaviour/common-origin/boilerplate.js";
import type { OriginCount } from "../../../src/labs/behaviour/common-origin/count-block.js";
import { fold } from "../../../src/labs/behaviour/common-origin/fold.js";
import { ORIGIN_STATISTICS } from "../../../src/labs/behaviour/common-origin/holdings.js";
import { ABSENT, COMPARED, type ReadBlock, wordsAt } from "../../../src/labs/behaviour/common-origin/read-answers.js";
import {
  READ_AS,
  runCount,
  runHashes,
  WordRoom,
  withoutRuns,
} from "../../../src/labs/behaviour/common-origin/reading.js";
import { hashPair, scanWords, type Words } from "../../../src/transcript/words.js";
import { holdingsOf, ORIGIN_FAMILY_SET } from "./plain-holdings.js";
import { SharedWording } from "./shared-wording.js";

/** Words at the head, or at the tail, by which two answers count as the same; a shorter answer is compared whole. */
const SAME_WORDS = 24;

const BOILERPLATE_ALONE = READ_AS.indexOf("boilerplate or echo alone");
const wording = new SharedWording();
/** What the last block was counted with: blocks of one examination come one after another. */
let last: { groups: Int32Array; counter: PairCounter } | null = null;

function counterFor(groups: Int32Array): PairCounter {
  const same = last?.groups.length === groups.length && last.groups.every((group, m) => group === groups[m]);
  if (!last || !same) last = { groups: groups.slice(), counter: new PairCounter(groups, ORIGIN_FAMILY_SET) };
  return last.counter;
}

/** @param block whose words are marked while it is counted @param boilerplate of each model, as boilerplate.ts learns it */
export function plainCount(block: ReadBlock, groups: Int32Array, boilerplate: readonly Uint32Array[]): OriginCount {
  const models = groups.length;
  const counter = counterFor(groups);
  const sums = emptySums(models, ORIGIN_STATISTICS.length);
  const apart = emptySums(models, ORIGIN_STATISTICS.length);
  const own = boilerplate.map(boilerplateSet);
  const read = READ_AS.map(() => new Uint32Array(models));
  const excess: Float64Array[] = [];
  let same = 0;
  const cleaned: (Words | null)[] = new Array(models).fill(null);
  const room = new WordRoom();
  for (let p = 0; p < block.prompts.length; p++) {
    const prompt = block.prompts[p] ?? null;
    const promptWords = prompt === null ? null : scanWords(fold(prompt));
    const asked = new HashSet(promptWords?.hashes.subarray(0, promptWords.count));
    const echo =
      promptWords === null ? new HashSet() : new HashSet(runHashes(promptWords).subarray(0, runCount(promptWords)));
    const keys = new Map<number, number[]>();
    room.empty();
    wording.empty();
    for (let m = 0; m < models; m++) {
      cleaned[m] = null;
      const at = m * block.prompts.length + p;
      let become = block.read.as[at]!;
      if (become === ABSENT) continue;
      if (become === COMPARED) {
        const words = wordsAt(block.read, at);
        const left = withoutRuns(words, echo.size > 0 ? [own[m]!, echo] : [own[m]!], room);
        if (left.count === 0) become = BOILERPLATE_ALONE;
        else {
          cleaned[m] = left;
          wording.add(m, left);
          // As recorded and as cleaned: two transcripts' boilerplate differs, and so does what is left of one answer.
          for (const key of [headOf(words), tailOf(words), headOf(left)]) {
            const holders = keys.get(key);
            if (holders === undefined) keys.set(key, [m]);
            else if (holders.at(-1) !== m) holders.push(m);
          }
        }
      }
      read[become]![m]!++;
    }
    const skipped = distinct([...keys.values()].filter(({ length }) => length > 1).flatMap(pairsOf));
    const kept = skipped.map(([a, b]) => sums.agreement.map((of) => of[pairIndex(a, b)]!));
    const shared = wording.pairs();
    const unshared = [...sums.agreement, sums.answered].map((of) => shared.map((at) => of[at]!));
    const before = rowsOfSides(sums);
    counter.addPrompt((m, values) => {
      const words = cleaned[m];
      if (!words) return false;
      holdingsOf(words, asked, values);
      return true;
    }, sums);
    skipped.forEach(([a, b], i) => {
      const at = pairIndex(a, b);
      sums.agreement.forEach((of, s) => {
        of[at] = kept[i]![s]!;
      });
      sums.answered[at]!--;
      if (a === 1 && b === 0) same++;
    });
    // What the prompt added for pairs with a run in common is taken off at the end.
    [...sums.agreement, sums.answered].forEach((of, s) => {
      const off = s < apart.agreement.length ? apart.agreement[s]! : apart.answered;
      shared.forEach((at, i) => {
        off[at]! += of[at]! - unshared[s]![i]!;
      });
    });
    excess.push(excessOfSides(before, sums));
  }
  [...sums.agreement, sums.answered].forEach((of, s) => {
    const rest = s < apart.agreement.length ? apart.agreement[s]! : apart.answered;
    for (let i = 0; i < of.length; i++) rest[i] = of[i]! - rest[i]!;
  });
  apart.prompts = sums.prompts;
  return { sums, apart, read, same, excess };
}

function headOf({ hashes, count }: Words): number {
  let key = 7;
  for (let i = 0; i < Math.min(count, SAME_WORDS); i++) key = hashPair(key, hashes[i]!);
  return key | 0;
}

function tailOf({ hashes, count }: Words): number {
  let key = 8;
  for (let i = Math.max(0, count - SAME_WORDS); i < count; i++) key = hashPair(key, hashes[i]!);
  return key | 0;
}

/** @param models ascending @returns every pair, the larger place first */
function pairsOf(models: readonly number[]): [number, number][] {
  return models.flatMap((b, i) => models.slice(i + 1).map((a): [number, number] => [a, b]));
}

function distinct(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return [...new Map(pairs.map((pair) => [pairIndex(...pair), pair])).values()];
}
