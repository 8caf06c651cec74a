/**
 * What a lead above the margin may say at the most: the lesser of what this panel permits and what the study permits,
 * each try paid for. P(accused | unrelated) ≤ tries/(families + 1) by the rank (finding/strength.ts has the argument); a
 * rate of false accusation over k tries is at most k times that of one. More families than the study's lower this bound
 * but not the study's: how often relatives are found among more strangers was not measured.
 */
import { log10Cap } from "../../../finding/strength.js";
import type { ValidationSummary } from "../../../finding/validation.js";
import { lower95 } from "../../../stats/clopper-pearson.js";
import { BEHAVIOUR_PROPOSITIONS } from "../propositions.js";
import { ORIGIN_PROPOSITION } from "./method.js";

/** How often an unrelated suspect comes first in both rows at the most, over all tries. @param families of the panel */
export function originBound(families: number, tries: number): number {
  return Math.min(1, tries / (families + 1));
}

/** @param families of the panel at hand @returns log10 of the ratio, 95 %, rounded down to two decimals; 0 without a study */
export function originRatio(
  validation: ValidationSummary | null,
  families: number,
  tries: number,
): { low: number; high: number } {
  if (validation === null) return { low: 0, high: 0 };
  const { positives } = validation;
  const bound = originBound(families, tries);
  const found = lower95(positives.foundFamilies, positives.families);
  const paid = log10Cap(BEHAVIOUR_PROPOSITIONS.entries[ORIGIN_PROPOSITION], validation) - Math.log10(tries);
  const down = (value: number) => Math.floor(100 * value) / 100;
  const low = down(Math.min(found > 0 ? Math.log10(found / bound) : Number.NEGATIVE_INFINITY, paid));
  return { low, high: Math.max(low, down(Math.min(-Math.log10(bound), paid))) };
}
