/**
 * Fits of the study: weights of the families by ridge logistic regression, then a calibration on scores that were made
 * without the case's own base, both with any set of bases left out. Each base (positives) or pair of bases (nulls)
 * counts once, however many models it has.
 */

import { STATISTICS, type Statistic } from "../../dist/labs/behaviour/agreement/agreement.js";
import type { BehaviourProposition } from "../../dist/labs/behaviour/method.js";
import type { Fit } from "../../dist/labs/behaviour/score/development.js";
import { fitLogistic } from "../../dist/stats/logistic.js";
import type { Kind } from "../../materials/answers/labels.ts";
import type { Material } from "../../materials/answers/material.ts";

/** Certainly neither proposition; what a suspect is ranked among, in the order of the development file. */
export const NULL_KINDS = [
  "other bases",
  "same maker, other base",
  "public data in common, other base",
  "one teacher, other base",
  "siblings of one base",
  "same maker, other size",
  "tuned from one another",
] as const;

export const INDEPENDENT: readonly Kind[] = [
  "other bases",
  "public data in common, other base",
  "one teacher, other base",
];

export interface Question {
  positives: Kind[];
  /** The statistics whose weights are learned; null where the weights are fixed. */
  learned: readonly Statistic[] | null;
  tunedIsNull: boolean;
}

/**
 * What a model says word for word, and which facts. A system prompt, a selection among samples and a light tuning change
 * the manner of answers; manner is therefore left out of the two questions about weights. The argument is the one by
 * which taught-by is asked of manner alone; it was made after this corpus had been looked at, and behaviour.md gives
 * beside it the figures of a choice that was not.
 */
export const SUBSTANCE = [
  "first-words",
  "long-opening",
  "long-phrases",
  "facts",
  "phrases-share",
  "facts-share",
] as const satisfies readonly Statistic[];

/** Positives and nulls of each question, by kind of pair. */
export const QUESTIONS: Record<BehaviourProposition, Question> = {
  "behaviour/same-model": { positives: ["same model"], learned: SUBSTANCE, tunedIsNull: true },
  // Two recordings of one tuned model are "both from the same tuned model".
  "behaviour/tuned-from": { positives: ["tuned", "same model"], learned: SUBSTANCE, tunedIsNull: false },
  "behaviour/taught-by": { positives: ["taught"], learned: null, tunedIsNull: true },
};

/**
 * Students take their teacher's manner, not what it knows: fixed in advance by that argument, because with both bases
 * left out no documented student remains to learn weights from.
 */
const FORM = ["first-words", "layout", "speech", "phrases-share", "sentence-openings-share"];
const FORM_WEIGHTS = STATISTICS.map((s) => (FORM.includes(s) ? 1 / FORM.length : 0));

const WEIGHT_RIDGE = { spread: 0.03, mean: 0.003 };
const CALIBRATION_RIDGE = { spread: 0, mean: 1e-4 };
/** Null pairs are many and alike: the weights see every n-th. */
const NULL_STEP: Partial<Record<Kind, number>> = {
  "other bases": 16,
  "one teacher, other base": 4,
  "siblings of one base": 4,
  "public data in common, other base": 2,
};

/** One draw of prompts: the features of every pair. */
export type Rows = readonly (readonly number[])[];

export class Fitter {
  readonly #weights = new Map<string, number[]>();
  readonly #material: Material;
  readonly #draws: readonly Rows[];
  readonly #question: Question;
  /** Places of the statistics whose weights are learned. */
  readonly #columns: readonly number[];
  #start: number[] | null = null;
  /** Place of each pair's bases, ascending. */
  readonly #bases: (readonly [number, number])[];

  /** @param learned other statistics than the question's own, to compare choices */
  constructor(
    material: Material,
    draws: readonly Rows[],
    proposition: BehaviourProposition,
    learned = QUESTIONS[proposition].learned,
  ) {
    this.#material = material;
    this.#draws = draws;
    this.#question = { ...QUESTIONS[proposition], learned };
    this.#columns = (learned ?? []).map((s) => STATISTICS.indexOf(s));
    const of = material.labels.bases;
    this.#bases = material.pairs.map(({ a, b }) => [Math.min(of[a]!, of[b]!), Math.max(of[a]!, of[b]!)]);
  }

  /** 1, 0, or null for what is neither. */
  label(pair: number): 0 | 1 | null {
    const { kind } = this.#material.pairs[pair]!;
    if (this.#question.positives.includes(kind)) return 1;
    return kind === "tuned" || kind === "same model" || kind === "taught" || kind === "undocumented" ? null : 0;
  }

  /** The place of the null kind of a pair, or -1. */
  nullKind(pair: number): number {
    const { kind } = this.#material.pairs[pair]!;
    if (kind === "tuned" && this.#question.tunedIsNull) return NULL_KINDS.indexOf("tuned from one another");
    return this.label(pair) === 0 ? NULL_KINDS.indexOf(kind as (typeof NULL_KINDS)[number]) : -1;
  }

  basesOf(pair: number): readonly [number, number] {
    return this.#bases[pair]!;
  }

  weights(out: readonly number[]): number[] {
    if (!this.#question.learned) return FORM_WEIGHTS;
    const key = [...new Set(out)].sort((a, b) => a - b).join(",");
    const known = this.#weights.get(key);
    if (known) return known;
    const cases = this.#cases(out, true);
    const fit = fitLogistic(cases, WEIGHT_RIDGE, this.#start ?? undefined);
    this.#start ??= [...fit.coefficients, fit.intercept];
    // The scale is the calibration's business: weights add up to 1.
    const total = fit.coefficients.reduce((s, w) => s + Math.abs(w), 0);
    const weights = STATISTICS.map((_, s) => {
      const column = this.#columns.indexOf(s);
      return column === -1 ? 0 : fit.coefficients[column]! / total;
    });
    this.#weights.set(key, weights);
    return weights;
  }

  /** null where no positive is left to calibrate on. */
  fit(out: readonly number[]): Fit | null {
    const weights = this.weights(out);
    const { pairs, draws, labels, weights: caseWeights, clusters } = this.#cases(out, false);
    if (!labels.includes(1)) return null;
    const scores = pairs.map((pair, i) => {
      const held = this.#question.learned ? this.weights([...out, this.#bases[pair]![0]]) : weights;
      return [score(this.#draws[draws[i]!]![pair]!, held)];
    });
    const calibration = fitLogistic({ features: scores, labels, weights: caseWeights, clusters }, CALIBRATION_RIDGE);
    const { coefficients, intercept } = calibration;
    const covariance = calibration.covariance();
    const nullMax = NULL_KINDS.map(() => -9);
    const families = NULL_KINDS.map(() => new Set<number>());
    this.#material.pairs.forEach((_, pair) => {
      const kind = this.nullKind(pair);
      const bases = this.#bases[pair]!;
      if (kind === -1 || bases.some((base) => out.includes(base))) return;
      for (const base of bases) families[kind]!.add(base);
      for (const rows of this.#draws) nullMax[kind] = Math.max(nullMax[kind]!, score(rows[pair]!, weights));
    });
    const r = (x: number) => Number(x.toPrecision(5));
    return {
      out: [...out],
      weights: weights.map(r),
      slope: r(coefficients[0]!),
      intercept: r(intercept),
      covariance: [r(covariance[0]![0]!), r(covariance[0]![1]!), r(covariance[1]![1]!)],
      nullMax: nullMax.map(r),
      nullFamilies: families.map((f) => f.size),
    };
  }

  #cases(out: readonly number[], thinned: boolean) {
    const pairs: number[] = [];
    const draws: number[] = [];
    const labels: number[] = [];
    const clusters: number[] = [];
    this.#material.pairs.forEach(({ kind }, pair) => {
      const label = this.label(pair);
      const [low, high] = this.#bases[pair]!;
      if (label === null || out.includes(low) || out.includes(high)) return;
      if (thinned && label === 0 && pair % (NULL_STEP[kind] ?? 1) !== 0) return;
      this.#draws.forEach((_, draw) => {
        // Each null serves in one draw.
        if (label === 0 && Math.floor(pair / 16) % this.#draws.length !== draw) return;
        pairs.push(pair);
        draws.push(draw);
        labels.push(label);
        clusters.push(2 * (100 * low + high) + label);
      });
    });
    const weights = clusterWeights(labels, clusters);
    const features = pairs.map((pair, i) => this.#columns.map((column) => this.#draws[draws[i]!]![pair]![column]!));
    return { pairs, draws, features, labels, clusters, weights };
  }
}

/** Each cluster counts once in its class, and the two classes count alike. */
function clusterWeights(labels: readonly number[], clusters: readonly number[]): number[] {
  const size = new Map<number, number>();
  for (const c of clusters) size.set(c, (size.get(c) ?? 0) + 1);
  const inClass = [new Set<number>(), new Set<number>()];
  for (const [i, c] of clusters.entries()) inClass[labels[i]!]!.add(c);
  return clusters.map((c, i) => 0.5 / (size.get(c)! * inClass[labels[i]!]!.size));
}

export function score(row: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  for (let s = 0; s < row.length; s++) sum += weights[s]! * row[s]!;
  return sum;
}
