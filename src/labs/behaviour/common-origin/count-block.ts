/**
 * What one block of prompts adds for the question of a common origin: agreement of all pairs on cleaned answers, and
 * what became of each model's answers. Pure, so that another thread can do it.
 * Answers that are word for word the same are left out of their pair: a cache or a relay gives such answers to
 * strangers, and a copy is alike in the others too. Beside the whole, the same without, for each pair, the prompts on which
 * its two answers share a run of nine words: two strangers share such runs where both quote one source (rule.ts).
 * Counted in WASM (kernels/assembly/origin.ts); test/labs/behaviour/plain-count.ts is the same in plain words.
 */
import { assert } from "../../../base/error.js";
import { scanWords } from "../../../transcript/words.js";
import type { Sums } from "../agreement/agreement.js";
import { fold } from "./fold.js";
import { ORIGIN_STATISTICS } from "./holdings.js";
import { OriginKernel } from "./origin-kernel.js";
import { ABSENT, COMPARED, type ReadBlock } from "./read-answers.js";
import { READ_AS } from "./reading.js";

export interface OriginCount {
  sums: Sums;
  /** The same without, for each pair, the prompts on which its two answers share a long run of words. */
  apart: Sums;
  /** Of each model, in the order of READ_AS: answers that were compared, and those left out by reason. */
  read: Uint32Array[];
  /** Prompts on which the two sides gave the same words. */
  same: number;
  /** What each prompt added for the pair (0, 1), as `excessOfSides` gives it. */
  excess: Float64Array[];
}

const BOILERPLATE_ALONE = READ_AS.indexOf("boilerplate or echo alone");
let kernel: OriginKernel | null = null;

/** @param groups family of each model @param boilerplate of each model, as boilerplate.ts learns it */
export function countOrigin(block: ReadBlock, groups: Int32Array, boilerplate: readonly Uint32Array[]): OriginCount {
  const models = groups.length;
  const prompts = block.prompts.length;
  assert(block.read.as.length === models * prompts, "countOrigin: expected an answer a model and prompt");
  const asked = block.prompts.map((prompt) => (prompt === null ? null : scanWords(fold(prompt))));
  kernel ??= new OriginKernel();
  const counted = kernel.count({
    ...{ models, prompts, groups, boilerplate, read: block.read },
    asked: asked.map((words) => (words === null ? NO_WORDS : words.hashes.subarray(0, words.count))),
    compared: COMPARED,
    taken: BOILERPLATE_ALONE,
  });
  const read = READ_AS.map(() => new Uint32Array(models));
  for (let m = 0; m < models; m++)
    for (const become of counted.as.subarray(m * prompts, (m + 1) * prompts))
      if (become !== ABSENT) read[become]![m]!++;
  const sumsOf = (arrays: Float64Array[]): Sums => ({
    models,
    agreement: arrays.slice(0, ORIGIN_STATISTICS.length),
    answered: arrays[ORIGIN_STATISTICS.length]!,
    prompts,
  });
  return { sums: sumsOf(counted.sums), apart: sumsOf(counted.apart), read, same: counted.same, excess: counted.excess };
}

const NO_WORDS = new Uint32Array(0);
