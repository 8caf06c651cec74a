/**
 * Strength bounded by validation: LR ≤ lower95(true-positive rate) / upper95(false-positive rate), both
 * Clopper–Pearson: true positives by independent family, false positives by disjoint pairs of families. However small a p-value, a study of N families cannot
 * carry more than this.
 */
import { lower95, upper95 } from "../stats/clopper-pearson.js";
import type { ErrorRate, Strength } from "./finding.js";
import type { Proposition } from "./propositions.js";
import { SCALE, SCALE_DIGEST, scaleTerm } from "./scale.js";
import type { ValidationSummary } from "./validation.js";

/**
 * Independent trials in a study of null pairs. A false accusation is an event of a pair, and n models hold no more than
 * ⌊n/2⌋ pairs that share none (Hoeffding 1963, U-statistics): counting models as trials would halve the bound unfairly.
 */
export function independentPairs(families: number): number {
  return Math.floor(families / 2);
}

/** How many independent trials a study of so many null families holds for this question. */
function independentTrials(proposition: Proposition, families: number): number {
  return proposition.trial === "pair" ? independentPairs(families) : families;
}

/**
 * P(accused | unrelated) for a rule that asks for mutual first rank among n families of strangers, at the most.
 *
 * Claim: 1/(n + 1), if the pair's two families and the n of the panel are exchangeable. Proof. Take one model of each of
 * the N = n + 2 families, and ask of every two of them whether the rule, with the others as the panel, accuses them. The
 * score of two models is one number, the same for both, and an accused pair's is strictly the largest in both rows: no
 * model stands in two accused pairs, so at most ⌊N/2⌋ of the N(N − 1)/2 pairs are accused, whatever the scores measure.
 * By exchangeability each pair is accused with the same probability p, and p · N(N − 1)/2 ≤ N/2. Further models of a
 * family, and a margin, only make it harder to come first. ∎
 *
 * Clopper–Pearson over disjoint pairs needs no less: for its trials to have the case's own probability, the study's
 * families and the case's must be draws from one population, which makes them exchangeable. The lesser bound holds.
 * Neither speaks for a panel that was chosen so that the suspect has no like in it.
 */
export function firstRankBound(families: number): number {
  return 1 / (families + 1);
}

/** Upper 95 % bound of the rate of false accusation; families accused count each as a trial gone wrong. */
function falsePositiveBound(proposition: Proposition, nulls: Counts["nulls"]): number {
  const { families, accusedFamilies, firstAmong } = nulls;
  const trials = independentTrials(proposition, families);
  const counted = upper95(Math.min(accusedFamilies, trials), trials);
  return firstAmong === undefined ? counted : Math.min(counted, firstRankBound(firstAmong));
}

/** One direction of a study: who was wrongly accused, who was rightly found. */
export type Counts = Pick<ValidationSummary, "nulls" | "positives">;

/**
 * Counts of the study's nulls beside the 95 % upper bound on false accusations (Clopper–Pearson), rounded as a finding
 * carries it.
 */
export function errorRate(proposition: Proposition, { nulls }: Counts): ErrorRate {
  return {
    falsePositives: nulls.accusedFamilies,
    nulls: nulls.pairs,
    families: nulls.families,
    upper95: round(falsePositiveBound(proposition, nulls)),
    ...(nulls.firstAmong === undefined ? {} : { firstAmong: nulls.firstAmong }),
  };
}

/** The most that may be said, as log10 of a likelihood ratio, rounded down to two decimals. */
export function log10Cap(proposition: Proposition, { nulls, positives }: Counts): number {
  const ratio = lower95(positives.foundFamilies, positives.families) / falsePositiveBound(proposition, nulls);
  return ratio > 0 ? Math.floor(Math.log10(ratio) * 100) / 100 : Number.NEGATIVE_INFINITY;
}

/**
 * The interval of a log10 likelihood ratio, cut at what the study can carry. An exact test below α has a ratio of at
 * least lower95(TPR)/α under its assumption, so both of its ends usually stand at the cap.
 */
export function cappedStrength(
  proposition: Proposition,
  counts: Counts,
  uncapped: { low: number; high: number },
): Strength {
  const cap = log10Cap(proposition, counts);
  const low = Math.min(uncapped.low, cap);
  return {
    log10LR: { low, high: Math.min(uncapped.high, cap) },
    cap: { log10LR: cap, nulls: counts.nulls.pairs, families: counts.nulls.families },
    scale: { id: SCALE.id, digest: SCALE_DIGEST },
    term: scaleTerm(low),
  };
}

/**
 * The same for the second proposition: a ratio below 1, cut from below. The interval is negative, the cap is stated as
 * a magnitude, and the term is that of the ratio turned round.
 */
export function cappedOpposedStrength(
  proposition: Proposition,
  counts: Counts,
  uncapped: { low: number; high: number },
): Strength {
  const turned = cappedStrength(proposition, counts, { low: -uncapped.high, high: -uncapped.low });
  const { low, high } = turned.log10LR;
  return { ...turned, log10LR: { low: -(high ?? 0), high: -(low ?? 0) } };
}

function round(rate: number): number {
  return Math.ceil(rate * 1e6) / 1e6;
}
