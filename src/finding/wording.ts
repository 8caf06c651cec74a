/**
 * Words that no finding may use, because no test supports them (HOUSE §3, FRE 702 committee note on overstatement): a part
 * of the outcome rules, and with them of one version. Checked on every finding before it leaves the house and on every
 * page in tests.
 */
import { OUTCOME_RULES, type OutcomeRules } from "./outcome-rules.js";

/** The first forbidden expression in the text, or null. */
export function forbiddenWording(text: string, rules: OutcomeRules = OUTCOME_RULES): string | null {
  for (const pattern of rules.forbidden) {
    const hit = new RegExp(pattern, "i").exec(text);
    if (hit) return hit[0];
  }
  return null;
}
