/**
 * Ranks among exchangeable candidates, combined. If the one that counts was drawn uniformly from M candidates and nothing
 * knew which, its rank is uniform on 1 … M whatever the scores are (Besag and Clifford 1989); sets are independent since
 * each was drawn by itself. The statistic is the sum of whole numbers ⌊50 ln(M / rank)⌋, the product of ranks as Fisher
 * would have it, and its law is summed, not approximated: discrete ranks break the chi-square. Ties count against the claim.
 */
import { assert } from "../../../base/error.js";

export interface Ranked {
  /** 1 for the best. */
  rank: number;
  /** How many candidates there were, the drawn one included. */
  of: number;
}

/** Fineness of the whole numbers; any is valid, since the statistic is what it is. */
const PER_NAT = 50;

/** Rank of the one at `drawn` among all, from the largest; whatever equals it counts as better. */
export function rankOf(values: readonly number[], drawn: number): Ranked {
  const own = values[drawn];
  assert(own !== undefined, "rankOf: expected a value for the drawn one");
  const better = values.reduce((count, value, i) => count + (i !== drawn && value >= own ? 1 : 0), 0);
  return { rank: 1 + better, of: values.length };
}

/** What a rank adds to the statistic. */
export function weightOf({ rank, of }: Ranked): number {
  return Math.floor(PER_NAT * Math.log(of / rank) + 1e-9);
}

/**
 * log10 P(statistic ≥ value) if every rank is uniform and all are independent.
 * @param sizes candidates of each set @param value sum of the weights @returns at least −300: what is less is not told apart
 */
export function log10Tail(sizes: readonly number[], value: number): number {
  if (value <= 0) return 0;
  // Places above `value` are one place: only their sum is asked for.
  let law = new Float64Array(value + 1);
  law[0] = 1;
  for (const of of sizes) {
    const next = new Float64Array(value + 1);
    for (const [weight, share] of lawOfOne(of))
      for (let i = 0; i <= value; i++) {
        const mass = law[i]!;
        if (mass > 0) next[Math.min(value, i + weight)]! += mass * share;
      }
    law = next;
  }
  const tail = law[value]!;
  return tail > 0 ? Math.max(-300, Math.min(0, Math.log10(tail))) : -300;
}

const kept = new Map<number, readonly (readonly [number, number])[]>();

/** Weight and its probability, for one set of `of`. */
function lawOfOne(of: number): readonly (readonly [number, number])[] {
  const known = kept.get(of);
  if (known) return known;
  const counts = new Map<number, number>();
  for (let rank = 1; rank <= of; rank++) {
    const weight = weightOf({ rank, of });
    counts.set(weight, (counts.get(weight) ?? 0) + 1);
  }
  const law = [...counts].map(([weight, count]) => [weight, count / of] as const);
  kept.set(of, law);
  return law;
}
