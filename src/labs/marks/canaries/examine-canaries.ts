/** `marks/canary`: from a transcript and an opened plan to one finding that names the accounts. */

import type { Finding, Test } from "../../../finding/finding.js";
import { studyOfMethod } from "../../../finding/frame.js";
import { decideExact } from "../../../finding/outcome.js";
import { roundLog10P } from "../../../stats/combine.js";
import { firstAnswers, type Transcript } from "../../../transcript/transcript.js";
import { MARKS_PROPOSITIONS } from "../propositions.js";
import { CANARY } from "../record/method.js";
import { type TextCase, textFinding } from "../record/text-finding.js";
import { CANARY_ALTERNATIVES, CANARY_ASSUMPTION, CANARY_LIMITS } from "../record/words.js";
import { givenOption, testCanaries } from "./canaries.js";
import type { CanaryPlan } from "./canary-plan.js";

/** Accounts listed in a finding, strongest first. */
const LISTED_MAX = 1000;

interface CanaryRequest extends TextCase {
  transcript: Transcript;
  plan: CanaryPlan;
}

/** First answers alone; the p of the best account is paid for by the number of accounts. */
export function examineCanaries(request: CanaryRequest): Finding {
  const { plan, transcript, validations } = request;
  const first = firstAnswers(transcript);
  const answers = plan.items.map(({ id, options }) => {
    const record = first.get(id);
    return record === undefined ? null : givenOption(record.text, options);
  });
  const results = testCanaries(plan, answers);
  const best = results[0]!;
  // Every account of the plan was tried: each pays for all.
  const paid = Math.log10(plan.accounts.length);
  const log10P = roundLog10P(Math.min(0, best.log10P + paid));
  const named = results.filter((r) => r.log10P + paid <= -6).map((r) => r.account);
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/canary"],
    log10P,
    outside: null,
    validation: studyOfMethod(validations, CANARY)?.summary ?? null,
  });
  const tests: Test[] = [
    {
      id: "combined",
      statistic: { name: "agreements of the best account, paid for all accounts", value: best.agreements },
      log10P,
      exact: true,
      assumption: CANARY_ASSUMPTION,
      n: best.answered,
      seed: "",
      share: 1,
      where: `best of ${plan.accounts.length} accounts`,
    },
  ];
  const observations = {
    commitment: plan.commitment,
    items: plan.items.length,
    asked: plan.items.filter(({ id }) => first.has(id)).length,
    answered: best.answered,
    accounts: plan.accounts.length,
    /** Accounts whose own p, paid for all, is at most 10⁻⁶. */
    named,
    results: results.slice(0, LISTED_MAX).map((r) => ({ ...r, log10P: roundLog10P(r.log10P) })),
  };
  const words = { alternatives: CANARY_ALTERNATIVES, limits: CANARY_LIMITS };
  return textFinding(request, "marks/canary", CANARY, words, decision, tests, observations);
}
