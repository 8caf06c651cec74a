/**
 * The finding on direction: was the suspect made from the reference? Which side was first is a question of dates, and
 * values do not carry them: whoever holds a coarse model can work out finer values that round to it, and whoever holds
 * a copy can add, take away and convert. So without a dated commitment the outcome is inconclusive and what the values
 * show is shown; with one it says which side is shown to have existed at what time, and no more: the other's beginning
 * stays unknown. It cannot see dates that nobody showed.
 */
import type { Finding } from "../../../finding/finding.js";
import { frameFinding } from "../../../finding/frame.js";
import { weightsObservationsSchema } from "../observations.js";
import { DIRECTION, WEIGHTS_PROPOSITIONS } from "../propositions.js";
import type { Commitment } from "./commitment.js";
import { type DirectionScore, directionScores } from "./direction-score.js";

export const DIRECTION_METHOD_ID = "weights/direction";
const DIRECTION_METHOD_VERSION = "2";

const ALTERNATIVES: readonly string[] = [
  "The suspect was made from the reference.",
  "The reference was made from the suspect.",
  "Both were made from a third model.",
  "The side with the finer or fuller values was worked out from the other: digits, noise or pruned weights were added that agree with it.",
  "The side committed to earlier is itself a copy of an older model whose holder committed to nothing.",
];

const LIMITS: readonly string[] = [
  "It reads no direction off values. That one side is a rounding or a pruning of the other is a description: either side can be made to look so from the other.",
  "A commitment shows that a model existed by its date. It does not show that it did not exist before, nor since when the other model exists, nor who made either.",
  "It says nothing about intent, ownership, licence or legality.",
];

/**
 * @param ancestry the finding on shared ancestry of the same pair
 * @param commitments checked by whoever hands them in
 */
export function examineDirection(ancestry: Finding, commitments: readonly Commitment[] = []): Finding {
  const observed = weightsObservationsSchema.safeParse(ancestry.observations);
  const making = observed.success ? (observed.data.making ?? null) : null;
  const notExamined = reasonNotToExamine(ancestry, making !== null);
  const scores = notExamined === null && making ? directionScores(making) : null;
  const dated = datesOf(ancestry, commitments);
  return frameFinding({
    list: WEIGHTS_PROPOSITIONS,
    proposition: DIRECTION,
    method: { id: DIRECTION_METHOD_ID, version: DIRECTION_METHOD_VERSION },
    validation: null,
    subject: ancestry.subject,
    decision: {
      outcome: "inconclusive",
      reason: [notExamined ?? valuesShow(scores!), datesShow(dated)].join(" "),
      strength: null,
      errorRate: null,
    },
    tests: [],
    observations: scores || dated.length > 0 ? { values: scores, dates: dated } : null,
    alternatives: ALTERNATIVES,
    limits: LIMITS,
    evidence: [...ancestry.evidence, ...commitments.map(({ evidence }) => evidence)],
    software: ancestry.software,
  });
}

interface Dated {
  side: "reference" | "suspect";
  /** ISO 8601, to the second. */
  existedAt: string;
  by: string;
}

/** The earliest of each side. */
function datesOf({ subject }: Finding, commitments: readonly Commitment[]): Dated[] {
  if (subject.kind !== "pair") return [];
  return (["reference", "suspect"] as const).flatMap((side): Dated[] => {
    const of = commitments.filter(({ root }) => root === subject[side].root);
    const [first] = of.toSorted((a, b) => a.time - b.time || (a.by < b.by ? -1 : 1));
    return first ? [{ side, existedAt: new Date(first.time * 1000).toISOString(), by: first.by }] : [];
  });
}

function datesShow(dated: readonly Dated[]): string {
  const [first, second] = dated;
  if (!first) return "Which of the two was first is a question of dates, and no dated commitment of a side was shown.";
  const said = ({ side, existedAt, by }: Dated) => `the ${side} is shown to have existed at ${existedAt}, by ${by}`;
  if (!second) {
    const other = first.side === "reference" ? "suspect" : "reference";
    return `Of the dates, ${said(first)}; since when the ${other} exists nothing here shows. Whoever says it is older has a date to show.`;
  }
  return `Of the dates, ${said(first)}, and ${said(second)}. Each may be older than its date; the later date does not show which was made from which.`;
}

function reasonNotToExamine({ outcome, subject }: Finding, measured: boolean): string | null {
  if (subject.kind === "pair" && subject.reference.root === subject.suspect.root)
    return "Both sides are the same files: they show no direction.";
  if (outcome !== "supports-hp")
    return `Direction is examined only where shared ancestry is supported; that finding is ${outcome}.`;
  return measured
    ? null
    : "The units of the two models were not aligned value by value, so the values were not compared.";
}

function valuesShow({ forward, backward }: { forward: DirectionScore; backward: DirectionScore }): string {
  const one = forward.by !== null ? ["suspect", "reference", forward] : ["reference", "suspect", backward];
  const [coarse, fine, score] = one as ["reference" | "suspect", "reference" | "suspect", DirectionScore];
  if (score.by === null)
    return "The values of neither side are, without exception, a rounding or a pruning of the other's.";
  return `The ${coarse}'s values are, without exception, what ${score.by} makes of the ${fine}'s; ${fine} values that give this can be made up from the ${coarse}, so it shows no direction.`;
}
