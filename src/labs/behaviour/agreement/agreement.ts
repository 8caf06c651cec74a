/**
 * How much each pair of models agrees, by family of features: the sum over prompts and shared values of
 * w = ln((N + 1) / (d + 1)), where of N unrelated models that answered, d hold the value. A model is unrelated to a
 * pair when it is in neither's group, so a pair's own siblings never make its habits look common. Rarity weighting and
 * centring by a population are what moves detection most (validation/behaviour.md).
 * It cannot tell why two models agree.
 */
import { extract, FAMILIES, type Family, Values } from "../answers/features.js";
import type { HashSet } from "../answers/hash-set.js";
import { Holdings } from "./holdings.js";

/** Statistics: the families' sums, and for three of them the share of what the two answers hold (a cosine). */
export const SHARES = ["phrases", "sentence-openings", "facts"] as const satisfies readonly Family[];
export const STATISTICS = [...FAMILIES, ...SHARES.map((f) => `${f}-share` as const)] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * A value that more than this share of the models hold is left out: its weight would be below ln 2 of a range to
 * ln N, and it costs the square of its holders.
 */
const COMMON_SHARE_MAX = 0.5;

/** Place of a pair in a triangular array; `a` ≠ `b`. */
export function pairIndex(a: number, b: number): number {
  return a > b ? (a * (a - 1)) / 2 + b : (b * (b - 1)) / 2 + a;
}

/** Sums over the prompts added so far. */
export interface Sums {
  models: number;
  /** A triangular array a statistic. */
  agreement: readonly Float64Array[];
  /** Prompts that both answered. */
  answered: Float64Array;
  prompts: number;
}

/** @param models whose pairs are counted, each pair once @param statistics families of features */
export function emptySums(models: number, statistics: number = STATISTICS.length): Sums {
  const pairs = (models * (models - 1)) / 2;
  return {
    models,
    agreement: Array.from({ length: statistics }, () => new Float64Array(pairs)),
    answered: new Float64Array(pairs),
    prompts: 0,
  };
}

/** Adds `more` into `sums`: partial sums in a fixed order give the same bits on every machine. */
export function addSums(sums: Sums, more: Sums): void {
  sums.agreement.forEach((to, s) => {
    const from = more.agreement[s]!;
    for (let i = 0; i < to.length; i++) to[i]! += from[i]!;
  });
  for (let i = 0; i < sums.answered.length; i++) sums.answered[i]! += more.answered[i]!;
  sums.prompts += more.prompts;
}

/** Agreement of one pair on one prompt, beside what the two had with others there: what exhibits are chosen by. */
export interface PromptAgreement {
  prompt: number;
  /** A number a statistic: the pair's agreement less the mean of its two sides' agreements with the panel. */
  excess: Float64Array;
}

/**
 * What the last prompt added for the pair (0, 1), less the mean of what it added for (0, k) and (1, k), k ≥ 2.
 * @param before rows of models 0 and 1 as `rowsOfSides` gave them before the prompt was added
 */
export function excessOfSides(before: Float64Array, sums: Sums): Float64Array {
  const after = rowsOfSides(sums);
  const { models } = sums;
  const perStatistic = 2 * models;
  return Float64Array.from(sums.agreement, (_, s) => {
    const gain = (side: number, k: number) => {
      const at = s * perStatistic + side * models + k;
      return after[at]! - before[at]!;
    };
    let others = 0;
    for (let k = 2; k < models; k++) others += gain(0, k) + gain(1, k);
    return gain(0, 1) - others / Math.max(1, 2 * (models - 2));
  });
}

/** A copy of what the two sides have with every model: statistics × 2 sides × models; 0 where a side meets itself. */
export function rowsOfSides({ models, agreement }: Sums): Float64Array {
  const rows = new Float64Array(agreement.length * 2 * models);
  agreement.forEach((of, s) => {
    for (const side of [0, 1])
      for (let k = 0; k < models; k++)
        if (k !== side) rows[s * 2 * models + side * models + k] = of[pairIndex(side, k)]!;
  });
  return rows;
}

/** Which families are counted, by number, and which of them have a share of their own after the sums. */
export interface FamilySet {
  families: number;
  /** Families with a share, in the order in which shares stand behind the families' sums. */
  shares: readonly number[];
}

const FAMILY_SET: FamilySet = {
  families: FAMILIES.length,
  shares: SHARES.map((family) => FAMILIES.indexOf(family)),
};

/** Appends what model `m` holds on a prompt to each family's list. @returns false where there is no answer */
type HoldingsOf = (m: number, into: readonly Values[]) => boolean;

/** Compares the answers of all models to one prompt after another, whatever is compared in them. */
export class PairCounter {
  readonly #groups: Int32Array;
  readonly #groupCount: number;
  readonly #families: number;
  /** Place of a family's share among the statistics; -1 for none. */
  readonly #shareOf: readonly number[];
  readonly #values: readonly Values[];
  readonly #log: Float64Array;
  readonly #holdings: Holdings;
  /** Of the row under way: what it shares with each earlier model; and what each model holds in all. */
  readonly #shared: Float64Array;
  readonly #own: Float64Array;
  /** Of the row under way, by group of another model: the logarithm of how many are unrelated to both. */
  readonly #apart: Float64Array;

  /** @param groups group of each model, 0-based; models of one group are not unrelated to one another */
  constructor(groups: Int32Array, { families, shares }: FamilySet = FAMILY_SET) {
    this.#families = families;
    this.#values = Array.from({ length: families }, () => new Values());
    this.#shareOf = Array.from({ length: families }, (_, f) =>
      shares.includes(f) ? families + shares.indexOf(f) : -1,
    );
    this.#groups = groups;
    this.#groupCount = groups.reduce((max, g) => Math.max(max, g + 1), 0);
    this.#log = Float64Array.from({ length: groups.length + 2 }, (_, i) => Math.log(i));
    this.#holdings = new Holdings(groups);
    this.#shared = new Float64Array(groups.length);
    this.#own = new Float64Array(groups.length);
    this.#apart = new Float64Array(this.#groupCount);
  }

  addPrompt(held: HoldingsOf, into: Sums): void {
    const models = this.#groups.length;
    const starts = this.#values.map(() => new Uint32Array(models + 1));
    for (const values of this.#values) values.length = 0;
    const present: number[] = [];
    const inGroup = new Int32Array(this.#groupCount);
    for (let m = 0; m < models; m++) {
      if (held(m, this.#values)) {
        present.push(m);
        inGroup[this.#groups[m]!]!++;
      }
      for (let f = 0; f < this.#families; f++) starts[f]![m + 1] = this.#values[f]!.length;
    }
    for (let i = 0; i < present.length; i++)
      for (let j = 0; j < i; j++) into.answered[pairIndex(present[i]!, present[j]!)]!++;
    into.prompts++;
    const kinGroups: number[] = [];
    for (let g = 0; g < inGroup.length; g++) if (inGroup[g]! > 1) kinGroups.push(g);
    for (let f = 0; f < this.#families; f++) this.#addFamily(f, starts[f]!, present, inGroup, kinGroups, into);
  }

  /**
   * Row by row: what model a shares with every earlier model is added in the order of the values, which is the order of
   * additions a pair would see value by value, so sums are the same to the last bit; a row stays in the nearest cache.
   */
  #addFamily(
    f: number,
    starts: Uint32Array,
    present: readonly number[],
    inGroup: Int32Array,
    kinGroups: readonly number[],
    into: Sums,
  ): void {
    const groups = this.#groups;
    const log = this.#log;
    const total = present.length;
    const share = this.#shareOf[f]!;
    const held = this.#holdings;
    held.fill(this.#values[f]!, starts, inGroup, share === -1 ? 2 : 1, Math.max(2, COMMON_SHARE_MAX * total));
    const { lone, kin, kinCounts, rowStarts, loneFrom, loneTo, kinFrom, kinTo, others, alone, aloneBefore } = held;
    const sums = into.agreement[f]!;
    const shares = share === -1 ? null : into.agreement[share]!;
    const shared = this.#shared;
    const own = this.#own;
    const apart = this.#apart;
    for (const a of present) {
      const ga = groups[a]!;
      const row = (a * (a - 1)) / 2;
      const [start, end] = [rowStarts[a]!, rowStarts[a + 1]!];
      const strangers = total - inGroup[ga]! + 1;
      if (shares) shared.fill(0, 0, a);
      let ownSum = 0;
      /** What a value that nobody else holds adds, and how many of those were added, each in its place. */
      const unshared = log[strangers]! - log[1]!;
      let added = 0;
      for (const g of kinGroups) apart[g] = log[strangers - inGroup[g]!] ?? 0;
      for (let at = start; at < end; at++) {
        const holders = others[at]! + 1;
        if (shares) {
          for (const until = aloneBefore[at]!; added < until; added++) ownSum += unshared;
          ownSum += log[strangers]! - log[holders]!;
        }
        const to = loneTo[at]!;
        let i = loneFrom[at]!;
        if (i < to) {
          const w = log[strangers - 1]! - log[holders - 1]!;
          if (shares)
            for (; i < to; i++) {
              const b = lone[i]!;
              sums[row + b]! += w;
              shared[b]! += w;
            }
          else for (; i < to; i++) sums[row + lone[i]!]! += w;
        }
        const kinEnd = kinTo[at]!;
        for (let k = kinFrom[at]!; k < kinEnd; k++) {
          const b = kin[k]!;
          const gb = groups[b]!;
          const w = ga === gb ? log[strangers]! - log[holders]! : apart[gb]! - log[holders - kinCounts[k]!]!;
          sums[row + b]! += w;
          if (shares) shared[b]! += w;
        }
      }
      if (!shares) continue;
      for (; added < alone[a]!; added++) ownSum += unshared;
      own[a] = ownSum;
      for (let b = 0; b < a; b++) if (shared[b]! > 0) shares[row + b]! += shared[b]! / Math.sqrt(ownSum * own[b]!);
    }
  }
}

/** Compares whole answers by the families of features.ts. */
export class AgreementCounter extends PairCounter {
  /** @param answers one a model, null where there is none @param asked words of the prompt */
  add(answers: readonly (string | null)[], asked: HashSet, into: Sums): void {
    this.addPrompt((m, values) => {
      const text = answers[m]!;
      if (text === null) return false;
      extract(text, asked, values);
      return true;
    }, into);
  }
}
