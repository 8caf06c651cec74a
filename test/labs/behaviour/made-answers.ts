/**
 * Answers of made-up models: each has its own habits (openings, favourite words, invented names) drawn from a seed, and
 * a tuned child keeps most of its parent's. Words are English so that the laboratory's reference class holds.
 */
import { type Prng, prng } from "../../../src/base/prng.js";

const WORDS =
  "river stone garden window market letter winter summer bridge castle doctor teacher farmer captain silver golden ancient modern simple careful gentle bright heavy narrow public private native common famous hidden broken open quiet loud early late north south east west happy clever honest brave calm eager fresh grand humble keen lively mild noble plain quick rare sharp smooth steady strong sweet tender vivid warm wise young travel build carry gather answer follow listen measure notice offer prepare question remember repeat return study teach thank trust visit wander watch wonder write always never often perhaps rarely seldom usually".split(
    " ",
  );
const OPENINGS = [
  "Sure, here is",
  "Certainly! Let us",
  "The answer is",
  "There are many",
  "It depends on",
  "In short,",
  "To begin with,",
];
const NAMES = [
  "Alder",
  "Birch",
  "Cedar",
  "Dunmore",
  "Elswick",
  "Fenwick",
  "Garrow",
  "Holt",
  "Ironside",
  "Jessop",
  "Kestrel",
  "Lorne",
];

export interface Maker {
  seed: string;
  /** Share of prompts on which a child answers as its parent does, word for word at first. */
  parent?: { seed: string; share: number };
}

const made = new Map<string, Map<string, string>>();

/** @returns one text a prompt id; the same maker gives the same texts */
export function answersOf(maker: Maker, prompts: number): Map<string, string> {
  const key = JSON.stringify([maker, prompts]);
  const known = made.get(key) ?? make(maker, prompts);
  made.set(key, known);
  return known;
}

function make(maker: Maker, prompts: number): Map<string, string> {
  const texts = new Map<string, string>();
  const coin = prng("made-answers/inherits", maker.seed);
  for (let p = 0; p < prompts; p++) {
    const inherits = maker.parent && coin.below(1000) < 1000 * maker.parent.share;
    const own = answer(prng("made-answers", `${maker.seed}/${p}`), prng("made-answers/habit", maker.seed));
    if (!maker.parent || !inherits) {
      texts.set(String(p), own);
      continue;
    }
    const theirs = answer(
      prng("made-answers", `${maker.parent.seed}/${p}`),
      prng("made-answers/habit", maker.parent.seed),
    ).split(" ");
    texts.set(String(p), [...theirs.slice(0, 24), ...own.split(" ").slice(24)].join(" "));
  }
  return texts;
}

function answer(words: Prng, habit: Prng): string {
  const pick = <T>(from: readonly T[], source: Prng): T => from[source.below(from.length)]!;
  const favourites = Array.from({ length: 12 }, () => pick(WORDS, habit));
  const start = habit.below(OPENINGS.length);
  const openings = Array.from({ length: 4 }, (_, k) => OPENINGS[(start + k) % OPENINGS.length]!);
  const names = Array.from({ length: 4 }, () => `${pick(NAMES, habit)} ${pick(NAMES, habit)}`);
  const sentences: string[] = [];
  for (let s = 0; s < 3 + words.below(3); s++) {
    const body = Array.from({ length: 8 + words.below(8) }, () =>
      pick(words.below(4) === 0 ? favourites : WORDS, words),
    );
    if (words.below(4) === 0) body.push(`as ${pick(names, words)} said`);
    sentences.push(`${s === 0 ? pick(openings, words) : "The"} ${body.join(" ")}.`);
  }
  return sentences.join(words.below(3) === 0 ? "\n\n" : " ");
}

/** A folder's worth: unrelated makers by number. */
export function unrelated(count: number, prompts: number, from = 0): Map<string, string>[] {
  return Array.from({ length: count }, (_, i) => answersOf({ seed: `maker ${from + i}` }, prompts));
}

export function toJsonl(texts: ReadonlyMap<string, string>): string {
  return [...texts].map(([prompt_id, text]) => `${JSON.stringify({ prompt_id, text })}\n`).join("");
}
