/**
 * The one p-value a reader looks for: all tests of the finding together, multiplicity paid. The laboratory writes it
 * as a test with the id "combined"; where there is none the staked tests are combined by weighted Bonferroni,
 * min(1, min pᵢ/shareᵢ), which holds under any dependence.
 */
import type { Finding, Test } from "../finding/finding.js";

interface Combined {
  log10P: number;
  /** What must hold for it, in sentences, each once. */
  assumptions: string[];
  /** The laboratory's own combination, or this file's. */
  by: "laboratory" | "bonferroni";
}

/** Told by the end of its id, since a laboratory puts its own name before. */
export function isCombined(test: Test): boolean {
  return /(^|[/.:-])combined$/.test(test.id);
}

/** Null where no test was staked: then there is no p to speak of. */
export function combinedTest({ tests }: Finding): Combined | null {
  const stated = tests.find(isCombined);
  if (stated) return { log10P: stated.log10P, assumptions: [stated.assumption], by: "laboratory" };
  const staked = tests.filter((test) => test.share > 0);
  if (staked.length === 0) return null;
  const log10P = Math.min(0, ...staked.map((test) => test.log10P - Math.log10(test.share)));
  return { log10P, assumptions: [...new Set(staked.map((test) => test.assumption))], by: "bonferroni" };
}
