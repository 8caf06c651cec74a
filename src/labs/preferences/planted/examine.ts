/**
 * Planted preferences, tested: if which answer was drawn is a fair coin that reached the suspect by nothing but training,
 * the pairs on which it agrees are Binomial(n, 1/2), whatever else it prefers: an exact p. Ties and pairs that were not
 * scored count as disagreement, so that nobody gains by leaving pairs out.
 */
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { decideExact, OUTCOME_RULES, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { roundLog10P } from "../../../stats/combine.js";
import { log10BinomialTail } from "../../../stats/exact-tails.js";
import { PLANTED_METHOD, PLANTS_MIN } from "../method.js";
import { PREFERENCES_PROPOSITIONS } from "../propositions.js";
import { PLANTED_ALTERNATIVES, PLANTED_ASSUMPTION, PLANTED_LIMITS } from "../words.js";
import type { PlantedObservations } from "./observations.js";
import { drawnSides, type PlantedPlan } from "./plan.js";

/**
 * Whoever chooses a seed, or which answer of a pair is which, after seeing what a scorer prefers makes any scorer look
 * taught, in one try; and before, where everybody prefers one side. A date alone would not do, as for membership.
 */
const CHOSEN =
  "the draw is the claimant's own: nothing shows that a seed was not tried until the suspect agreed, and no public beacon drew it";

interface PlantedRequest {
  plan: { artefact: Artefact; value: PlantedPlan };
  suspect: { artefact: Artefact; value: ReadonlyMap<string, "a" | "b" | "tie"> };
  validations: readonly Validation[];
  software: Finding["software"];
}

/** One finding; `refused` where fewer than ten pairs were answered. */
export function examinePlanted({ plan, suspect, validations, software }: PlantedRequest): Finding {
  const proposition = PREFERENCES_PROPOSITIONS.entries["preferences/planted"];
  const validation = studyOfMethod(validations, PLANTED_METHOD);
  const drawn = drawnSides(plan.value);
  const answers = drawn.map((_, i) => suspect.value.get(String(i)) ?? null);
  const agreed = drawn.filter((side, i) => answers[i] === side).length;
  const count = (which: (answer: (typeof answers)[number]) => boolean) => answers.filter(which).length;
  const [ties, missing] = [count((answer) => answer === "tie"), count((answer) => answer === null)];
  const log10P = roundLog10P(log10Agreement(agreed, drawn.length));
  const observations: PlantedObservations = {
    type: "preferences/planted-observations/v1",
    plan: plan.value.name,
    commitment: plan.value.commitment,
    pairs: drawn.length,
    agreed,
    ties,
    missing,
  };
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
        : decideExact({ proposition, log10P, outside: CHOSEN, validation: validation?.summary ?? null }),
    tests: [
      {
        id: "agreement",
        statistic: { name: "pairs on which the suspect prefers the drawn answer", value: agreed },
        log10P,
        exact: true,
        assumption: PLANTED_ASSUMPTION,
        n: drawn.length,
        seed: plan.value.commitment,
        share: 10 ** OUTCOME_RULES.log10Alpha,
        where: `${agreed} of ${drawn.length} pairs, ${ties} ties and ${missing} unanswered counted against`,
      },
    ],
    observations,
    alternatives: PLANTED_ALTERNATIVES,
    limits: PLANTED_LIMITS,
    evidence: [plan.artefact.root, suspect.artefact.root],
    software,
  });
}

/** log10 P(so many agreements or more of n fair coins). */
export function log10Agreement(agreed: number, n: number): number {
  return agreed <= 0 ? 0 : Math.min(0, log10BinomialTail(agreed, n, 0.5));
}
