/**
 * One pass over the prompts: sums of agreement after each round, what each prompt added for the pair under test, and
 * what the two sides are like as a whole. Everything later is arithmetic on these.
 */
import { normalise, scriptOf } from "../../transcript/normaliser.js";
import {
  AgreementCounter,
  addSums,
  emptySums,
  excessOfSides,
  type PromptAgreement,
  rowsOfSides,
  type Sums,
} from "./agreement.js";
import { type AnswerSource, BLOCK_PROMPTS } from "./answer-source.js";
import { promptWords } from "./features.js";
import { identitySentence } from "./identity.js";
import { ROUND_ENDS, type SideProfile } from "./method.js";

export interface Comparison {
  /** Sums after each round's last prompt; the last holds all. */
  rounds: readonly Sums[];
  prompts: readonly PromptAgreement[];
  profiles: readonly [SideProfile, SideProfile];
  identity: readonly { side: 0 | 1; prompt: number; sentence: string }[];
}

/** Exhibits of identity kept a side. */
const IDENTITY_MAX = 5;

export type OnProgress = (done: number, total: number) => void;

export async function compare(source: AnswerSource, groups: Int32Array, onProgress: OnProgress): Promise<Comparison> {
  const total = source.promptIds.length;
  const counter = new AgreementCounter(groups);
  const sums = emptySums(source.models);
  const rounds: Sums[] = [];
  const prompts: PromptAgreement[] = [];
  const identity: { side: 0 | 1; prompt: number; sentence: string }[] = [];
  const sides = [new SideCounter(), new SideCounter()] as const;
  for (let from = 0; from < total; from += BLOCK_PROMPTS) {
    const block = await source.block(from, Math.min(total, from + BLOCK_PROMPTS));
    for (let p = 0; p < block.prompts.length; p++) {
      const answers = block.answers.map((of) => of[p]!);
      const before = rowsOfSides(sums);
      counter.add(answers, promptWords(block.prompts[p]!), sums);
      prompts.push({ prompt: from + p, excess: excessOfSides(before, sums) });
      for (const side of [0, 1] as const) {
        const text = answers[side] ?? "";
        sides[side].add(text);
        const sentence = identity.filter((i) => i.side === side).length < IDENTITY_MAX ? identitySentence(text) : null;
        if (sentence !== null) identity.push({ side, prompt: from + p, sentence });
      }
      if (ROUND_ENDS.includes(from + p + 1) && from + p + 1 < total) rounds.push(copyOf(sums));
    }
    onProgress(Math.min(total, from + BLOCK_PROMPTS), total);
  }
  rounds.push(sums);
  return { rounds, prompts, profiles: [sides[0].profile(), sides[1].profile()], identity };
}

function copyOf(sums: Sums): Sums {
  const copy = emptySums(sums.models);
  addSums(copy, sums);
  return copy;
}

class SideCounter {
  #prompts = 0;
  #latin = 0;
  #answered = 0;
  readonly #distinct = new Set<string>();

  add(text: string): void {
    const answer = normalise(text);
    this.#prompts++;
    if (answer === "") return;
    this.#answered++;
    const script = scriptOf(answer);
    if (script === "latin" || script === "none") this.#latin++;
    this.#distinct.add(answer.slice(0, 200));
  }

  profile(): SideProfile {
    const share = (n: number, of: number) => (of === 0 ? 0 : Math.round((1000 * n) / of) / 1000);
    return {
      prompts: this.#prompts,
      latinShare: share(this.#latin, this.#answered),
      answeredShare: share(this.#answered, this.#prompts),
      distinctShare: share(this.#distinct.size, this.#answered),
    };
  }
}
