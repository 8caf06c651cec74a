/**
 * A permutation test within strata: are labelled items higher than their like? Labels are drawn anew inside each stratum
 * (Fisher 1935; Phipson and Smyth 2010 for the added one). One-sided; exact when, within a stratum, which items carry the
 * label was decided without regard to the values.
 */
import { prng } from "../../../base/prng.js";

export interface Item {
  stratum: string;
  labelled: boolean;
  value: number;
}

interface Permutation {
  /** Mean over labelled items minus mean over the others, strata weighted by labelled items. */
  statistic: number;
  log10P: number;
  draws: number;
  /** Labelled and unlabelled items in strata that hold both. */
  labelled: number;
  unlabelled: number;
}

/**
 * @param draws relabellings, so that p is at least 1/(draws + 1) @returns log10 p; strata where all or none carry the
 * label are left out
 */
export function permute(items: readonly Item[], draws: number, seed: string): Permutation {
  const strata = new Map<string, Item[]>();
  for (const item of items) strata.set(item.stratum, [...(strata.get(item.stratum) ?? []), item]);
  const usable = [...strata.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, list]) => ({
      values: Float64Array.from(list.sort(order), (i) => i.value),
      labels: list.filter((i) => i.labelled).length,
      list,
    }))
    .filter(({ values, labels }) => labels > 0 && labels < values.length);
  const labelled = usable.reduce((n, s) => n + s.labels, 0);
  const unlabelled = usable.reduce((n, s) => n + s.values.length - s.labels, 0);
  const observed = usable.reduce(
    (sum, s) =>
      sum +
      difference(
        s.list.filter((i) => i.labelled).reduce((t, i) => t + i.value, 0),
        s,
      ),
    0,
  );
  // xorshift32 seeded from the house's generator: a million draws of hundreds of labels.
  let state = prng("traffic/harvest", seed).uint32() || 1;
  const below = (n: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  let reached = 0;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const stratum of usable) {
      const { values, labels } = stratum;
      let total = 0;
      for (let i = 0; i < labels; i++) {
        const j = i + below(values.length - i);
        const t = values[i]!;
        values[i] = values[j]!;
        values[j] = t;
        total += values[i]!;
      }
      sum += difference(total, stratum);
    }
    if (sum >= observed - 1e-12) reached++;
  }
  const log10P = usable.length === 0 ? 0 : Math.min(0, Math.log10((reached + 1) / (draws + 1)));
  return { statistic: labelled === 0 ? 0 : observed / labelled, log10P, draws, labelled, unlabelled };
}

/** Labelled total minus what the others' mean would give for as many. */
function difference(total: number, { values, labels }: { values: Float64Array; labels: number }): number {
  let all = 0;
  for (const value of values) all += value;
  return total - (labels * (all - total)) / (values.length - labels);
}

function order(a: Item, b: Item): number {
  return a.value - b.value;
}
