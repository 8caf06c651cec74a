/**
 * `marks/canary`: from a transcript and an opened plan to one finding that names the accounts. Nobody is named unless a
 * beacon drew, after a log had the plan: whoever chooses the draw makes any suspect agree with any account.
 */
import { chosenByItsMaker, type Dated, type DrawSeen } from "../../../evidence/beacon-draw.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { studyOfMethod } from "../../../finding/frame.js";
import { decideExact, OUTCOME_RULES } from "../../../finding/outcome.js";
import { roundLog10P } from "../../../stats/combine.js";
import { log10Paid, waysPaid } from "../../../stats/paid.js";
import { firstAnswers, type Transcript } from "../../../transcript/transcript.js";
import { MARKS_PROPOSITIONS } from "../propositions.js";
import { CANARY } from "../record/method.js";
import type { CanaryObservations } from "../record/observations.js";
import { type TextCase, textFinding } from "../record/text-finding.js";
import { CANARY_ALTERNATIVES, CANARY_ASSUMPTION, CANARY_LIMITS, CANARY_PAID } from "../record/words.js";
import { givenOption, testCanaries } from "./canaries.js";
import { type CanaryPlan, roundOf } from "./canary-plan.js";

/** Accounts listed in a finding, strongest first. */
const LISTED_MAX = 1000;

interface CanaryRequest extends TextCase {
  transcript: Transcript;
  plan: CanaryPlan;
  /** What shows when the plan was fixed; checked by whoever hands it in. */
  dated: Dated | null;
  /** Suspects, transcripts and the like that were tried, this one included. */
  tries: number;
}

/** First answers alone. @throws AssayError USAGE where the plan's round has not drawn yet */
export function examineCanaries(request: CanaryRequest): Finding {
  const { plan, transcript, validations, dated, tries } = request;
  const first = firstAnswers(transcript);
  const answers = plan.items.map(({ id, options }) => {
    const record = first.get(id);
    return record === undefined ? null : givenOption(record.text, options);
  });
  const results = testCanaries(plan, answers);
  const best = results[0]!;
  const accounts = plan.accounts.length;
  // Every account of the plan was tried: each pays for all.
  const paid = (log10P: number) => log10Paid(Math.min(0, log10P + Math.log10(accounts)), tries, dated);
  const alone = roundLog10P(Math.min(0, best.log10P + Math.log10(accounts)));
  const log10P = roundLog10P(paid(best.log10P));
  const round = roundOf(plan);
  const decision = decideExact({
    proposition: MARKS_PROPOSITIONS.entries["marks/canary"],
    log10P,
    outside: chosenByItsMaker(round, dated),
    validation: studyOfMethod(validations, CANARY)?.summary ?? null,
  });
  const of = { exact: true, n: plan.items.length, seed: plan.commitment } as const;
  const tests: Test[] = [
    {
      ...of,
      id: "agreements",
      statistic: { name: "agreements of the best account, paid for all accounts", value: best.agreements },
      log10P: alone,
      assumption: CANARY_ASSUMPTION,
      share: 0,
      where: `best of ${accounts} accounts`,
    },
    {
      ...of,
      id: COMBINED_TEST_ID,
      statistic: { name: "ways that are paid for", value: waysPaid(tries, dated) * accounts },
      log10P,
      assumption: CANARY_PAID,
      share: 1,
    },
  ];
  const draw: DrawSeen = { round, dated, tries, log10P: { alone, paid: log10P } };
  const observations: CanaryObservations = {
    commitment: plan.commitment,
    items: plan.items.length,
    asked: plan.items.filter(({ id }) => first.has(id)).length,
    answered: best.answered,
    accounts,
    named:
      decision.outcome === "supports-hp"
        ? results.filter((r) => paid(r.log10P) <= OUTCOME_RULES.log10Alpha).map((r) => r.account)
        : [],
    results: results.slice(0, LISTED_MAX).map((r) => ({ ...r, log10P: roundLog10P(r.log10P) })),
    draw,
  };
  const words = { alternatives: CANARY_ALTERNATIVES, limits: CANARY_LIMITS };
  return textFinding(request, "marks/canary", CANARY, words, decision, tests, observations);
}
