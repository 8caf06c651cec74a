/**
 * Why layers are combined by averaged e-values and not by Fisher's method: two unrelated models that each repeat one
 * layer throughout. Under the null one permutation decides all layer pairs alike. Counts false accusations at 10⁻⁶.
 *
 *   npm run build && node validation/repeated-layers.simulation.ts
 */
import { prng, sample } from "../dist/base/prng.js";
import { log10Bonferroni, log10PFromE, logEValue, logMeanE } from "../dist/stats/combine.js";
import { logFactorial, logSumExp } from "../dist/stats/log-factorial.js";
import { log10SelfMatchBound } from "../dist/stats/self-matches.js";

const [LABELS, PAIRS, LAYERS, TRIALS] = [256, 90, 32, 40_000];

/** Fisher's χ² tail at 2L degrees of freedom, as log10: what is *not* used. */
function log10Fisher(log10Ps: number[]): number {
  const x = -Math.LN10 * log10Ps.reduce((sum, p) => sum + p, 0);
  if (x === 0) return 0;
  return (logSumExp(log10Ps.map((_, i) => i * Math.log(x) - logFactorial(i))) - x) / Math.LN10;
}

const source = prng("validation/repeated-layers", "1");
const accused = { fisher: 0, averaged: 0 };
const smallest = { fisher: 0, averaged: 0 };
for (let t = 0; t < TRIALS; t++) {
  const permutation = sample(LABELS, PAIRS, source);
  const self = permutation.reduce((n, label, unit) => n + (label === unit ? 1 : 0), 0);
  const q = log10Bonferroni(log10SelfMatchBound([PAIRS], LABELS, self), LAYERS);
  const layers = new Array<number>(LAYERS).fill(q);
  const results = { fisher: log10Fisher(layers), averaged: log10PFromE(logMeanE(layers.map(logEValue))) };
  for (const how of ["fisher", "averaged"] as const) {
    if (results[how] <= -6) accused[how]++;
    smallest[how] = Math.min(smallest[how], results[how]);
  }
}
for (const how of ["fisher", "averaged"] as const)
  console.log(
    `${how}: ${accused[how]} of ${TRIALS} null pairs at or below 10^-6, smallest log10 p ${smallest[how].toFixed(1)}`,
  );
