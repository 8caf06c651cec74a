/**
 * Whether what a plan drew can have been chosen by whoever made it. It cannot where the commitment, which names the
 * beacon's round, was in a log before that round was out: then the draw is of no one's making, and the p holds for every
 * model and every score that did not come from someone who knew the draw, whenever they were made. A date before the
 * model's release is not asked for and would not do: whoever knows the seed puts, where it will draw, a text that any model
 * finds easier than those beside it, before the suspect is made (validation/membership-adversaries.json).
 */
import type { Digest } from "../../base/digest.js";
import { QUICKNET } from "../../evidence/drand.js";
import type { Plan } from "./plan/plan.js";

/** A proof of the commitment's place in a log, checked by whoever hands it in. */
export interface Dated {
  /** Unix seconds by which the policy's quorum of witnesses had cosigned a tree with it. */
  time: number;
  by: string;
  /** Its place in the log, from 0. */
  index: number;
  /** How many logs the policy believes: in each of them other plans may stand. */
  logs: number;
  evidence: Digest;
}

/** Between the cosignature and the round: clocks of witnesses may be wrong by that much. */
const CLOCKS_SECONDS = 60;

/** Unix seconds at which the round is out. */
export function timeOfRound(round: number): number {
  return QUICKNET.genesis + QUICKNET.period * (round - 1);
}

/** UTC to the second. */
export function momentOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Why nothing can be concluded whatever the p; null where the draw was nobody's choice. */
export function chosenByItsMaker(plan: Plan, dated: Dated | null): string | null {
  if (plan.kind === "exchange" && plan.asPublished)
    return "the data set stands in its own order, which nobody drew: that a model which never saw it would not prefer it is assumed, not tested";
  if (plan.round === null)
    return "what the plan drew follows from a seed that its maker chose, who may have tried seeds until one fitted the scores of this model, or arranged texts around it";
  const out = `round ${plan.round} of the beacon (${momentOf(timeOfRound(plan.round))})`;
  if (dated === null)
    return `no proof from a log dates the plan's commitment before ${out}: its maker may have fixed texts and round knowing what they draw`;
  if (dated.time + CLOCKS_SECONDS > timeOfRound(plan.round))
    return `the plan's commitment is dated ${momentOf(dated.time)} by ${dated.by}, and not a minute before ${out}: its maker may have known what it draws`;
  return null;
}
