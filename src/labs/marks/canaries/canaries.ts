/**
 * Did the suspect learn the canaries of an account? Options were drawn at random and committed to beforehand, so an
 * account whose canaries the suspect did not learn agrees with its answers item by item with probability 1/K: the number
 * of agreements is a sum of independent draws, and its tail is exact. Every item of the plan counts, one without an answer
 * as a disagreement, so that nobody gains by leaving items out. It cannot see canaries that were filtered out.
 */
import type { CanaryPlan } from "./canary-plan.js";
import { assignments } from "./canary-plan.js";

/** An answer that names exactly one option gives it; no option, or several, give none. */
export function givenOption(answer: string, options: readonly string[]): number | null {
  const plain = answer.toLowerCase();
  let found: number | null = null;
  for (const [i, option] of options.entries()) {
    if (!plain.includes(option.toLowerCase())) continue;
    if (found !== null) return null;
    found = i;
  }
  return found;
}

interface AccountResult {
  account: string;
  agreements: number;
  answered: number;
  /** Nothing paid for the number of accounts. */
  log10P: number;
}

/**
 * @param answers option given for each item, null where none
 * @returns one result an account, strongest first
 */
export function testCanaries(plan: CanaryPlan, answers: readonly (number | null)[]): AccountResult[] {
  const answered = plan.items.filter((_, i) => answers[i] !== null && answers[i] !== undefined).length;
  const law = agreementsLaw(plan.items.map(({ options }) => 1 / options.length));
  return assignments(plan)
    .map((options, a) => {
      const agreements = options.filter((option, i) => option === answers[i]).length;
      const log10P = Math.min(0, (law[agreements] ?? Number.NEGATIVE_INFINITY) / Math.LN10);
      return { account: plan.accounts[a]!, agreements, answered, log10P };
    })
    .sort((a, b) => a.log10P - b.log10P || (a.account < b.account ? -1 : 1));
}

/** ln P(at least k of independent events), for every k: Poisson–binomial, in logarithms so that no tail is lost. */
export function agreementsLaw(rates: readonly number[]): Float64Array {
  const n = rates.length;
  let law = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY);
  law[0] = 0;
  for (const [i, rate] of rates.entries()) {
    const hit = Math.log(rate);
    const miss = Math.log1p(-rate);
    const next = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY);
    for (let k = 0; k <= i + 1; k++)
      next[k] = add(law[k]! + miss, k > 0 ? law[k - 1]! + hit : Number.NEGATIVE_INFINITY);
    law = next;
  }
  for (let k = n - 1; k >= 0; k--) law[k] = Math.min(0, add(law[k]!, law[k + 1]!));
  return law;
}

function add(a: number, b: number): number {
  const top = Math.max(a, b);
  if (top === Number.NEGATIVE_INFINITY) return top;
  return top + Math.log1p(Math.exp(Math.min(a, b) - top));
}
