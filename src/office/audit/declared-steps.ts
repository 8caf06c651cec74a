/**
 * What a declaration says of a step's row, and how a row may differ from it. Declarations are round: a batch may be that of
 * a device, of a micro-batch or of the optimiser's step, a stride may leave out the ends of epochs, a schedule may count
 * other steps. So a row that differs is shown and counted in a bound, and contradicts nobody.
 */
import type { Declared } from "./entry.js";
import type { StepRow } from "./rows.js";
import { rateAgrees, rateAt } from "./schedule.js";

const STEP_RULES = ["schedule", "tokens-of-steps", "stride"] as const;
export type StepRule = (typeof STEP_RULES)[number];

/** In the words of a bound. */
export const STEP_RULE_WORDS: Readonly<Record<StepRule, string>> = {
  schedule: "the row states no rate but the declared one",
  "tokens-of-steps": "the row counts no other tokens than batch times step, to one batch",
  stride: "a row of training stands at the declared stride",
};

/** Rules for which the declaration says something. */
export function stepRulesOf({ schedule, batchTokens, stride }: Declared): StepRule[] {
  const said = { schedule, "tokens-of-steps": batchTokens, stride };
  return STEP_RULES.filter((rule) => said[rule]);
}

/** How the row differs; null where it agrees, undefined where declaration or row are silent. */
export function offDeclared(rule: StepRule, declared: Declared, row: StepRow): string | null | undefined {
  return OFF[rule](declared, row);
}

const OFF: { [R in StepRule]: (declared: Declared, row: StepRow) => string | null | undefined } = {
  schedule({ schedule }, { step, lr }) {
    if (!schedule || step === null || lr === null) return undefined;
    return rateAgrees(schedule, step, lr) ? null : `rate ${lr} at step ${step}; declared is ${rateAt(schedule, step)}`;
  },
  "tokens-of-steps"({ batchTokens }, { step, tokens }) {
    // Trainers that do not count write nought.
    if (!batchTokens || step === null || tokens === null || tokens === 0) return undefined;
    return Math.abs(tokens - batchTokens * step) > batchTokens
      ? `${tokens} tokens at step ${step}; a batch of ${batchTokens} gives ${batchTokens * step}`
      : null;
  },
  stride({ stride, steps }, { step, loss, lr }) {
    // Evaluation rows repeat steps; a row of training has a loss or a rate. Steps are counted from 0 or 1.
    if (!stride || step === null || (loss === null && lr === null)) return undefined;
    const past = step % stride;
    return past > 1 && past !== stride - 1 && step !== steps ? `step ${step}, not of a stride of ${stride}` : null;
  },
};
