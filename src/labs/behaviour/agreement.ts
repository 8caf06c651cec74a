/**
 * How much each pair of models agrees, by family of features: the sum over prompts and shared values of
 * w = ln((N + 1) / (d + 1)), where of N unrelated models that answered, d hold the value. A model is unrelated to a
 * pair when it is in neither's group, so a pair's own siblings never make its habits look common. Rarity weighting and
 * centring by a population are what moves detection most (validation/behaviour.md).
 * It cannot tell why two models agree.
 */
import { extract, FAMILIES, type Family, Values } from "./features.js";

/** Statistics: the families' sums, and for three of them the share of what the two answers hold (a cosine). */
export const SHARES = ["phrases", "sentence-openings", "facts"] as const satisfies readonly Family[];
export const STATISTICS = [...FAMILIES, ...SHARES.map((f) => `${f}-share` as const)] as const;
export type Statistic = (typeof STATISTICS)[number];

/**
 * A value that more than this share of the models hold is left out: its weight would be below ln 2 of a range to
 * ln N, and it costs the square of its holders.
 */
const COMMON_SHARE_MAX = 0.5;

const SHARE_OF = FAMILIES.map((family) => SHARES.indexOf(family as (typeof SHARES)[number]));

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

export function emptySums(models: number): Sums {
  const pairs = (models * (models - 1)) / 2;
  return {
    models,
    agreement: STATISTICS.map(() => new Float64Array(pairs)),
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
  return Float64Array.from(STATISTICS, (_, s) => {
    const gain = (side: number, k: number) => {
      const at = s * perStatistic + side * models + k;
      return after[at]! - before[at]!;
    };
    let others = 0;
    for (let k = 2; k < models; k++) others += gain(0, k) + gain(1, k);
    return gain(0, 1) - others / Math.max(1, 2 * (models - 2));
  });
}

export function rowsOfSides({ models, agreement }: Sums): Float64Array {
  const rows = new Float64Array(agreement.length * 2 * models);
  agreement.forEach((of, s) => {
    for (const side of [0, 1])
      for (let k = 0; k < models; k++)
        if (k !== side) rows[s * 2 * models + side * models + k] = of[pairIndex(side, k)]!;
  });
  return rows;
}

/** Compares the answers of all models to one prompt after another. */
export class AgreementCounter {
  readonly #groups: Int32Array;
  readonly #groupCount: number;
  readonly #values = FAMILIES.map(() => new Values());
  readonly #log: Float64Array;
  readonly #table = new Table();

  /** @param groups group of each model, 0-based; models of one group are not unrelated to one another */
  constructor(groups: Int32Array) {
    this.#groups = groups;
    this.#groupCount = groups.reduce((max, g) => Math.max(max, g + 1), 0);
    this.#log = Float64Array.from({ length: groups.length + 2 }, (_, i) => Math.log(i));
  }

  /** @param answers one a model, null where there is none @param asked words of the prompt */
  add(answers: readonly (string | null)[], asked: ReadonlySet<number>, into: Sums): void {
    const models = answers.length;
    const starts = FAMILIES.map(() => new Uint32Array(models + 1));
    for (const values of this.#values) values.length = 0;
    const present: number[] = [];
    const inGroup = new Int32Array(this.#groupCount);
    for (let m = 0; m < models; m++) {
      const text = answers[m]!;
      if (text !== null) {
        extract(text, asked, this.#values);
        present.push(m);
        inGroup[this.#groups[m]!]!++;
      }
      for (let f = 0; f < FAMILIES.length; f++) starts[f]![m + 1] = this.#values[f]!.length;
    }
    for (let i = 0; i < present.length; i++)
      for (let j = 0; j < i; j++) into.answered[pairIndex(present[i]!, present[j]!)]!++;
    into.prompts++;
    for (let f = 0; f < FAMILIES.length; f++) this.#addFamily(f, starts[f]!, present, inGroup, into);
  }

  #addFamily(f: number, starts: Uint32Array, present: readonly number[], inGroup: Int32Array, into: Sums): void {
    const groups = this.#groups;
    const log = this.#log;
    const total = present.length;
    const commonMax = Math.max(2, COMMON_SHARE_MAX * total);
    const sums = into.agreement[f]!;
    const share = SHARE_OF[f]!;
    const shared = share === -1 ? null : new Float64Array(sums.length);
    const own = share === -1 ? null : new Float64Array(groups.length);
    const table = this.#table;
    table.fill(this.#values[f]!, starts);
    const counts = new Int32Array(this.#groupCount);
    const holders = new Int32Array(groups.length);
    for (let v = 0; v < table.distinct; v++) {
      const d = table.count(v);
      if ((d < 2 && !own) || d > commonMax) continue;
      table.holders(v, holders);
      for (let i = 0; i < d; i++) counts[groups[holders[i]!]!]!++;
      if (own)
        for (let i = 0; i < d; i++) {
          const g = groups[holders[i]!]!;
          own[holders[i]!]! += log[total - inGroup[g]! + 1]! - log[d - counts[g]! + 1]!;
        }
      for (let i = 1; i < d; i++) {
        const a = holders[i]!;
        const ga = groups[a]!;
        const row = (a * (a - 1)) / 2;
        const others = total - inGroup[ga]! + 1;
        const otherHolders = d - counts[ga]! + 1;
        for (let j = 0; j < i; j++) {
          const b = holders[j]!;
          const gb = groups[b]!;
          const w =
            ga === gb
              ? log[others]! - log[otherHolders]!
              : log[others - inGroup[gb]!]! - log[otherHolders - counts[gb]!]!;
          sums[row + b]! += w;
          if (shared) shared[row + b]! += w;
        }
      }
      for (let i = 0; i < d; i++) counts[groups[holders[i]!]!] = 0;
    }
    if (!shared || !own) return;
    const shares = into.agreement[FAMILIES.length + share]!;
    for (let i = 1; i < total; i++)
      for (let j = 0; j < i; j++) {
        const at = pairIndex(present[i]!, present[j]!);
        if (shared[at]! > 0) shares[at]! += shared[at]! / Math.sqrt(own[present[i]!]! * own[present[j]!]!);
      }
  }
}

/** Which models hold each value of one family for one prompt: an open-addressed table with a chain of holders a value. */
class Table {
  distinct = 0;
  #slots = new Int32Array(1 << 15);
  #keys = new Uint32Array(1 << 14);
  #heads = new Int32Array(1 << 14);
  #counts = new Int32Array(1 << 14);
  #lastModel = new Int32Array(1 << 14);
  #model = new Int32Array(1 << 14);
  #next = new Int32Array(1 << 14);

  /** Values of model m lie at starts[m]..starts[m + 1]; a value is counted once a model. */
  fill(values: Values, starts: Uint32Array): void {
    this.#grow(values.length);
    const slots = this.#slots.fill(0);
    const mask = slots.length - 1;
    this.distinct = 0;
    let links = 0;
    for (let m = 0; m + 1 < starts.length; m++)
      for (let i = starts[m]!; i < starts[m + 1]!; i++) {
        const key = values.data[i]!;
        let slot = key & mask;
        let entry = slots[slot]!;
        while (entry !== 0 && this.#keys[entry - 1] !== key) {
          slot = (slot + 1) & mask;
          entry = slots[slot]!;
        }
        if (entry === 0) {
          entry = ++this.distinct;
          slots[slot] = entry;
          this.#keys[entry - 1] = key;
          this.#heads[entry - 1] = -1;
          this.#counts[entry - 1] = 0;
          this.#lastModel[entry - 1] = -1;
        }
        if (this.#lastModel[entry - 1] === m) continue;
        this.#lastModel[entry - 1] = m;
        this.#counts[entry - 1]!++;
        this.#model[links] = m;
        this.#next[links] = this.#heads[entry - 1]!;
        this.#heads[entry - 1] = links++;
      }
  }

  /** How many models hold a value. */
  count(value: number): number {
    return this.#counts[value]!;
  }

  /** Writes the holders of a value in ascending order. */
  holders(value: number, into: Int32Array): void {
    let at = this.#counts[value]!;
    for (let link = this.#heads[value]!; link !== -1; link = this.#next[link]!) into[--at] = this.#model[link]!;
  }

  #grow(length: number): void {
    if (length <= this.#keys.length) return;
    const size = 2 ** Math.ceil(Math.log2(length + 1));
    this.#slots = new Int32Array(2 * size);
    this.#keys = new Uint32Array(size);
    this.#heads = new Int32Array(size);
    this.#counts = new Int32Array(size);
    this.#lastModel = new Int32Array(size);
    this.#model = new Int32Array(size);
    this.#next = new Int32Array(size);
  }
}
