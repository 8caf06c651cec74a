/**
 * The finding on direction: was the suspect made from the reference? Read off what `making/` measured for the finding
 * on shared ancestry, and only where that one supports shared ancestry. A scored method (HOUSE rules): its statistic
 * must stand above every sibling, every reversed pair and every pair that was merely trained on.
 * It cannot see dates, and nothing where the values themselves do not show which side lost something.
 */
import type { Finding, Test } from "../../../finding/finding.js";
import { type Decision, decideScored } from "../../../finding/outcome.js";
import { PROPOSITIONS } from "../../../finding/propositions.js";
import { log10Cap } from "../../../finding/strength.js";
import type { Validation, ValidationSummary } from "../../../finding/validation.js";
import { weightsObservationsSchema } from "../observations.js";
import { type DirectionScore, directionScores } from "./direction-score.js";

export const DIRECTION_METHOD_ID = "weights/direction";
export const DIRECTION_METHOD_VERSION = "1";
/** Null kinds that rank the statistic of the second proposition carry this before their name in the study. */
export const OPPOSED_PREFIX = "second proposition: ";

const ID = "weights/direction";
const { hp, hd } = PROPOSITIONS[ID];

const ASSUMPTION =
  "Nobody made up the finer values: both sides' weights are what their makers trained or converted, and not what was worked out afterwards from the other side's values.";

const ALTERNATIVES: readonly string[] = [
  "The side with the finer or fuller values was worked out from the other: digits or pruned weights were added that agree with it. Ask when each was committed, by digest, and to whom.",
  "The side named as the origin is itself a copy of the true origin, to less than a millionth of the size of its weights, or one that differs from it only where this evidence does not reach (embeddings and norms of a pruned model).",
];

const LIMITS: readonly string[] = [
  "It rests on values that rounding one side to a coarser number format (or pruning it by magnitude, in a large model) reproduces without exception. Training, merging, dropped and repeated layers leave no such trace: such pairs come out inconclusive, whatever their direction.",
  "It does not read dates. Who had the weights first is for records to show.",
  "It asks for so many values that a sibling moved by a millionth would show: small models and coarse grids (INT4, pruning) seldom have them.",
  "A model that was converted and then trained on, or quantised by a search for its scales (K-quants, GPTQ, AWQ), comes out inconclusive.",
  "It says nothing about intent, ownership, licence or legality.",
];

/** @param ancestry the finding on shared ancestry of the same pair */
export function examineDirection(ancestry: Finding, validations: readonly Validation[], seed: string): Finding {
  const validation = validations.find(({ summary }) => summary.method === DIRECTION_METHOD_ID) ?? null;
  const current = validation?.summary.methodVersion === DIRECTION_METHOD_VERSION ? validation : null;
  const observed = weightsObservationsSchema.safeParse(ancestry.observations);
  const making = observed.success ? (observed.data.making ?? null) : null;
  const notExamined = reasonNotToExamine(ancestry, making !== null);
  const scores = notExamined === null && making ? directionScores(making) : null;
  const decision = scores ? decide(scores, current?.summary ?? null) : inconclusive(notExamined!);
  return {
    type: "assay/finding/v1",
    proposition: { id: ID, hp, hd },
    method: {
      id: DIRECTION_METHOD_ID,
      version: DIRECTION_METHOD_VERSION,
      validation: validation ? { page: validation.summary.page, digest: validation.digest } : null,
    },
    subject: ancestry.subject,
    outcome: decision.outcome,
    reason: decision.reason,
    strength: decision.strength,
    tests: scores ? testsOf(scores, current?.summary ?? null, seed) : [],
    errorRate: decision.errorRate,
    observations: scores,
    alternatives: [...ALTERNATIVES],
    limits: [...LIMITS],
    evidence: ancestry.evidence,
    software: ancestry.software,
  };
}

function reasonNotToExamine({ outcome, subject }: Finding, measured: boolean): string | null {
  if (subject.kind === "pair" && subject.reference.root === subject.suspect.root)
    return "Both sides are the same files: they show no direction.";
  if (outcome !== "supports-hp")
    return `Direction is examined only where shared ancestry is supported; that finding is ${outcome}.`;
  return measured ? null : "The units of the two models were not aligned value by value, so no direction can be read.";
}

function inconclusive(reason: string): Decision {
  return { outcome: "inconclusive", reason, strength: null, errorRate: null };
}

interface Scores {
  forward: DirectionScore;
  backward: DirectionScore;
}

function decide({ forward, backward }: Scores, validation: ValidationSummary | null): Decision {
  if (forward.by === null && backward.by === null && validation !== null)
    return inconclusive(
      "Nothing here shows a direction: on neither side are the values, without exception, what rounding or pruning makes of the other's in such numbers that a sibling moved by a millionth would have shown exceptions. Codes of quantisers count for nothing in this.",
    );
  const kinds = validation?.nullKinds ?? [];
  const [opposed, ranked] = [true, false].map((second) =>
    kinds.filter(({ kind }) => kind.startsWith(OPPOSED_PREFIX) === second),
  );
  return decideScored({
    proposition: ID,
    statistic: forward.statistic,
    nullKinds: ranked!,
    log10LR: intervalOf({ forward, backward }, validation),
    outside: null,
    validation,
    opposed: { statistic: backward.statistic, nullKinds: opposed! },
  });
}

/** No more than the rates of the study support: the ratio of their bounds, which is also the cap. */
function intervalOf({ forward, backward }: Scores, validation: ValidationSummary | null) {
  if (validation && forward.by !== null) {
    const ratio = log10Cap(ID, validation);
    return { low: ratio, high: ratio };
  }
  if (validation?.opposed && backward.by !== null) {
    const ratio = -log10Cap(ID, validation.opposed);
    return { low: ratio, high: ratio };
  }
  return { low: 0, high: 0 };
}

const NAMES = {
  forward:
    "log10 of values that would disagree, had the reference moved by a millionth from the suspect's origin; none does",
  backward:
    "log10 of values that would disagree, had the suspect moved by a millionth from the reference's origin; none does",
};

function testsOf(scores: Scores, validation: ValidationSummary | null, seed: string): Test[] {
  return (["forward", "backward"] as const).map((way): Test => {
    const second = way === "backward";
    const kinds = (validation?.nullKinds ?? []).filter(({ kind }) => kind.startsWith(OPPOSED_PREFIX) === second);
    const families = Math.max(0, ...kinds.map((kind) => kind.families));
    const above = kinds.length > 0 && kinds.every(({ statisticMax }) => scores[way].statistic > statisticMax);
    return {
      id: `${ID}/${way}`,
      statistic: { name: NAMES[way], value: scores[way].statistic },
      // The rank among the families of the study, all of them at or below: 1 in families + 1.
      log10P: above ? -Math.log10(families + 1) : 0,
      exact: false,
      assumption: ASSUMPTION,
      n: scores[way].n,
      seed,
      share: 0,
      ...(scores[way].by ? { where: `by ${scores[way].by}` } : {}),
    };
  });
}
