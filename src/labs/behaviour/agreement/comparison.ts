/**
 * One pass over the prompts: sums of agreement, handed out after each round, what each prompt added for the pair under test, and
 * what the two sides are like as a whole. Everything later is arithmetic on these.
 */

import type { AnswerSource } from "../answers/answer-source.js";
import { ROUND_ENDS, type SideProfile } from "../method.js";
import { addSums, emptySums, type PromptAgreement, type Sums } from "./agreement.js";
import type { BlockCount, CountBlock } from "./block-count.js";
import { countedBlocks } from "./blocks.js";

export interface Comparison {
  prompts: readonly PromptAgreement[];
  profiles: readonly [SideProfile, SideProfile];
  identity: readonly { side: 0 | 1; prompt: number; sentence: string }[];
}

/** Exhibits of identity kept a side. */
const IDENTITY_MAX = 5;

export type OnProgress = (done: number, total: number) => void;

/**
 * Called after each round's last prompt with the sums so far, and at the end with all; they go on growing, so what is
 * wanted of a round is worked out at once and no round's sums are kept.
 */
type OnRound = (sums: Sums) => void;

/** @param concurrency blocks counted at once; it never reaches a result */
export async function compare(
  source: AnswerSource,
  groups: Int32Array,
  count: CountBlock,
  concurrency: number,
  onProgress: OnProgress,
  onRound: OnRound,
): Promise<Comparison> {
  const total = source.promptIds.length;
  const sums = emptySums(source.models);
  const prompts: PromptAgreement[] = [];
  const identity: Comparison["identity"][number][] = [];
  const sides = [new SideProfiler(), new SideProfiler()] as const;
  for await (const { from, counted: block } of countedBlocks(source, concurrency, (block) => count(block, groups))) {
    addSums(sums, block.sums);
    for (const [p, excess] of block.excess.entries()) prompts.push({ prompt: from + p, excess });
    for (const side of [0, 1] as const) sides[side].add(block.sides[side], block.excess.length);
    for (const seen of block.identity)
      if (identity.filter(({ side }) => side === seen.side).length < IDENTITY_MAX)
        identity.push({ ...seen, prompt: from + seen.prompt });
    const done = from + block.excess.length;
    if (ROUND_ENDS.includes(done) || done === total) onRound(sums);
    onProgress(done, total);
  }
  return { prompts, profiles: [sides[0].profile(), sides[1].profile()], identity };
}

class SideProfiler {
  #prompts = 0;
  #latin = 0;
  #answered = 0;
  readonly #starts = new Set<number>();
  readonly #openings = new Map<number, number>();

  add({ answered, latin, starts, openings }: BlockCount["sides"][number], prompts: number): void {
    this.#prompts += prompts;
    this.#answered += answered;
    this.#latin += latin;
    for (const start of starts) this.#starts.add(start);
    for (const opening of openings) this.#openings.set(opening, (this.#openings.get(opening) ?? 0) + 1);
  }

  profile(): SideProfile {
    const share = (n: number, of: number) => (of === 0 ? 0 : Math.round((1000 * n) / of) / 1000);
    return {
      prompts: this.#prompts,
      latinShare: share(this.#latin, this.#answered),
      answeredShare: share(this.#answered, this.#prompts),
      distinctShare: share(this.#starts.size, this.#answered),
      openingShare: share(Math.max(0, ...this.#openings.values()), this.#answered),
    };
  }
}
