/**
 * Planted preferences, tested: if which answer was drawn is a fair coin that reached the suspect by nothing but training,
 * the pairs on which it agrees are Binomial(n, 1/2), whatever else it prefers: an exact p. Ties and pairs that were not
 * scored count as disagreement, so that nobody gains by leaving pairs out. Whoever chooses a seed, or which answer of a pair
 * is which, makes any scorer look taught, in one try: it speaks only where a beacon drew after a log had the plan.
 */
import type { Artefact } from "../../../evidence/artefact.js";
import { chosenByItsMaker, type Dated } from "../../../evidence/beacon-draw.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { decideExact, OUTCOME_RULES, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { roundLog10P } from "../../../stats/combine.js";
import { log10BinomialTail } from "../../../stats/exact-tails.js";
import { log10Paid, waysPaid } from "../../../stats/paid.js";
import { PLANTED_METHOD, PLANTS_MIN } from "../method.js";
import { PREFERENCES_PROPOSITIONS } from "../propositions.js";
import { PLANTED_ALTERNATIVES, PLANTED_ASSUMPTION, PLANTED_LIMITS, PLANTED_PAID } from "../words.js";
import type { PlantedObservations } from "./observations.js";
import { drawnSides, type PlantedPlan, roundOf } from "./plan.js";

interface PlantedRequest {
  plan: { artefact: Artefact; value: PlantedPlan };
  suspect: { artefact: Artefact; value: ReadonlyMap<string, "a" | "b" | "tie"> };
  /** What shows when the plan was fixed; checked by whoever hands it in. */
  dated: Dated | null;
  /** Suspects, sets of answers and the like that were tried, this one included. */
  tries: number;
  validations: readonly Validation[];
  software: Finding["software"];
}

/** One finding; `refused` where fewer than ten pairs were answered. @throws AssayError USAGE before the plan is drawn */
export function examinePlanted(request: PlantedRequest): Finding {
  const { plan, suspect, dated, tries, validations, software } = request;
  const proposition = PREFERENCES_PROPOSITIONS.entries["preferences/planted"];
  const validation = studyOfMethod(validations, PLANTED_METHOD);
  const drawn = drawnSides(plan.value);
  const answers = drawn.map((_, i) => suspect.value.get(String(i)) ?? null);
  const agreed = drawn.filter((side, i) => answers[i] === side).length;
  const count = (which: (answer: (typeof answers)[number]) => boolean) => answers.filter(which).length;
  const [ties, missing] = [count((answer) => answer === "tie"), count((answer) => answer === null)];
  const alone = roundLog10P(log10Agreement(agreed, drawn.length));
  const log10P = roundLog10P(log10Paid(alone, tries, dated));
  const round = roundOf(plan.value);
  const observations: PlantedObservations = {
    type: "preferences/planted-observations/v1",
    plan: plan.value.name,
    commitment: plan.value.commitment,
    pairs: drawn.length,
    agreed,
    ties,
    missing,
    draw: { round, dated, tries, log10P: { alone, paid: log10P } },
  };
  const of = { exact: true, n: drawn.length, seed: plan.value.commitment } as const;
  return frameFinding({
    list: PREFERENCES_PROPOSITIONS,
    proposition,
    method: PLANTED_METHOD,
    validation,
    subject: { kind: "pair", reference: plan.artefact, suspect: suspect.artefact },
    decision:
      drawn.length - missing < PLANTS_MIN
        ? refuse(
            `Only ${drawn.length - missing} of ${drawn.length} pairs were answered; at least ${PLANTS_MIN} are needed.`,
          )
        : decideExact({
            proposition,
            log10P,
            outside: chosenByItsMaker(round, dated),
            validation: validation?.summary ?? null,
          }),
    tests: [
      {
        ...of,
        id: "agreement",
        statistic: { name: "pairs on which the suspect prefers the drawn answer", value: agreed },
        log10P: alone,
        assumption: PLANTED_ASSUMPTION,
        share: 0,
        where: `${agreed} of ${drawn.length} pairs, ${ties} ties and ${missing} unanswered counted against`,
      },
      {
        ...of,
        id: COMBINED_TEST_ID,
        statistic: { name: "ways that are paid for", value: waysPaid(tries, dated) },
        log10P,
        assumption: PLANTED_PAID,
        share: 10 ** OUTCOME_RULES.log10Alpha,
      },
    ],
    observations,
    alternatives: PLANTED_ALTERNATIVES,
    limits: PLANTED_LIMITS,
    evidence: [plan.artefact.root, suspect.artefact.root, ...(dated ? [dated.evidence] : [])],
    software,
  });
}

/** log10 P(so many agreements or more of n fair coins). */
export function log10Agreement(agreed: number, n: number): number {
  return agreed <= 0 ? 0 : Math.min(0, log10BinomialTail(agreed, n, 0.5));
}
