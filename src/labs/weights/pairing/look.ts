/**
 * Everything that a stage looks at, whatever it makes of it: units of all layers are paired by one view and, apart from
 * that, by another (counterparts.ts); what the exact tests ask of units in place is asked of units so paired
 * (questions.ts); layers are counted over depth (over-depth.ts); and where that is much, it is asked whether one start
 * could have made it.
 */
import { assert } from "../../../base/error.js";
import { OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Bench } from "../tests/bench.js";
import { inParallel } from "../work.js";
import { counterpartsOf } from "./counterparts.js";
import { ASKED_FROM, LAYER_AGREES } from "./method.js";
import { middleOf, overDepth, shareOf } from "./over-depth.js";
import { asked } from "./questions.js";
import type { Looked, Side, Sight, Start, Way } from "./way.js";

/** @param bench a pair that the way's `meet` does not refuse */
export async function look<S extends Side, T extends Start, D>(way: Way<S, T, D>, bench: Bench): Promise<Looked<T, D>> {
  const see = way.meet(bench);
  assert(typeof see !== "string", `look: ${see}`);
  return lookedThrough(way, await see(), bench);
}

/** @param sight both models as the way sees them */
export async function lookedThrough<S extends Side, T extends Start, D>(
  { asksRepeats }: Way<S, T, D>,
  { gated, through, as, bs, startOf }: Sight<S, T, D>,
  { settings, compute, work }: Bench,
): Promise<Looked<T, D>> {
  const found = await counterpartsOf({ as, bs, gated, seed: settings.seed, compute, work });
  const middle = [middleOf(as.length), middleOf(bs.length)] as const;
  const pairs = await inParallel(work, "what else could pair units", found, async (pair) => ({
    ...pair,
    referenceLayer: as[pair.i]!.block.layer,
    suspectLayer: bs[pair.j]!.block.layer,
    middle: middle[0].has(pair.i) && middle[1].has(pair.j),
    answers: shareOf(pair) > ASKED_FROM ? await asked(pair, [as[pair.i]!, bs[pair.j]!], asksRepeats, compute) : null,
  }));
  const layers = [as.length, bs.length] as const;
  const agreeing = pairs.filter((pair) => shareOf(pair) >= LAYER_AGREES && !pair.answers?.explained);
  // A public draw that some layers were frozen at stands in both; where all layers agree, what was learned is asked.
  const inPart = new Set(agreeing.map(({ i }) => i)).size < Math.min(...layers);
  const counted = pairs.map((pair) => ({
    ...pair,
    explained: pair.answers !== null && (pair.answers.explained !== null || (inPart && pair.answers.drawn)),
  }));
  const over = overDepth(counted, layers);
  const alike = agreeing.map(({ i, j, referenceLayer, suspectLayer, both, answers }) => ({
    sides: [as[i]!, bs[j]!] as const,
    numbers: [referenceLayer, suspectLayer] as const,
    both,
    drawn: inPart && answers!.drawn,
  }));
  const start = over.log10P <= OUTCOME_RULES.log10Alpha ? await startOf(alike) : null;
  return { gated, through, over, pairs, start };
}

/** The statistic, in percent with two digits behind the point; nought where one start explains all that agrees. */
export function percentOf({ over, start }: Pick<Looked<Start, unknown>, "over" | "start">): number {
  return start?.explains ? 0 : percent(over.share);
}

/** A share in percent, with two digits behind the point. */
export function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}
