/**
 * What each published likeness is known to reach between unrelated models: as reported by its authors or critics, and
 * as measured on this project's bank (validation/exhibits.study.ts writes known-rates.json).
 */
import rates from "./known-rates.json" with { type: "json" };
import type { Likeness } from "./observed.js";

const REPORTED: Record<Likeness["id"], string> = {
  awm: "Its authors report 90 pairs of 20 unrelated models without a false positive, which bounds the rate at 3.3 % at best; the constants of Z are fixed in their code.",
  ghostspec:
    "Its authors' own tables hold unrelated pairs at similarities of 0.50, 0.55, 0.59 and 0.78, where related ones begin at 0.89; the threshold was tuned on the test set.",
  huref:
    "Continued pre-training brings true descendants as low as Z 0.28 (AWM's table), and rewritten norm gains break it.",
  "std-fingerprint":
    "Two unrelated public models of 7 billion parameters reach 0.91, as critics of the claim showed; layers follow a smooth trend, so that few degrees of freedom are left.",
};

interface Rate {
  pairs: number;
  median: number;
  extreme: number;
  derivedPairs: number;
  derivedExtreme: number;
}

/** One or two sentences for the page; figures without a measurement here are the authors' or critics' alone. */
export function knownFalsePositives(id: Likeness["id"]): string {
  const rate = (rates.likenesses as Partial<Record<Likeness["id"], Rate>>)[id];
  if (!rate) return REPORTED[id];
  const { pairs, median, extreme, derivedPairs, derivedExtreme } = rate;
  const nearest = id === "ghostspec" ? "smallest" : "largest";
  const farthest = id === "ghostspec" ? "largest" : "smallest";
  return `${REPORTED[id]} On this project's bank: ${pairs} unrelated pairs of equal shape, median ${median}, ${nearest} ${extreme}; ${derivedPairs} derived pairs, ${farthest} ${derivedExtreme}.`;
}
