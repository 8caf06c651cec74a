/**
 * The stage between the exact tests and the undoing of rotations: were units put into another order, the basis kept?
 * Ten lines of code do that to a model of any size. Units are paired by one view of their rows and tested by another
 * that shares no value with it (folds.ts), in every layer; the statistic is over depth (over-depth.ts), since
 * independent models agree near their ends. A scored test: its p rests on P0 with a tolerance, its outcome on the rank
 * among its study's nulls. What the exact tests ask of units in place is asked of units so paired (questions.ts).
 * It cannot see a rotated basis, routed experts, or a theft of the last layers alone.
 */
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideScored, OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Validation, ValidationSummary } from "../../../finding/validation.js";
import { lower95 } from "../../../stats/clopper-pearson.js";
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import type { WeightsObservations } from "../observations.js";
import { SHARED_ANCESTRY } from "../propositions.js";
import type { Bench } from "../tests/bench.js";
import { commonStart } from "../tests/common-start.js";
import { ALIGNED_ALTERNATIVES, DISGUISE_LIMIT, P0, P0_TOLERANT, PERMUTED_LIMITS } from "../words.js";
import { inParallel } from "../work.js";
import { counterpartsOf, type Pair } from "./counterparts.js";
import { facesOf, folded } from "./folds.js";
import {
  ASKED_FROM,
  beyondPermutedStudy,
  blocksOf,
  LAYER_AGREES,
  notPermuted,
  PERMUTED_METHOD_ID,
  PERMUTED_METHOD_VERSION,
} from "./method.js";
import { middleOf, type OverDepth, overDepth, shareOf } from "./over-depth.js";
import { type Answers, asked } from "./questions.js";

const EXACT_TEST = "weights/unit-labels";
const PERMUTED_TEST = "weights/permuted-gate-up";

interface PermutedResult {
  gated: boolean;
  over: OverDepth;
  /** Best counterparts of all layers, ends too, with what was asked of them. */
  pairs: (Pair & { referenceLayer: number; suspectLayer: number; middle: boolean; answers: Answers | null })[];
  /** A common start is enough to explain what agrees. */
  start: NonNullable<WeightsObservations["commonStart"]> | null;
}

/** The exact stage's finding, taken further, and whether this stage has spoken. */
export async function permutedStage(
  bench: Bench,
  exact: Finding,
  observations: WeightsObservations,
  validations: readonly Validation[],
): Promise<{ finding: Finding; found: boolean; observations: WeightsObservations }> {
  const silent = (why: string, seen = observations) => ({
    finding: { ...exact, reason: `${exact.reason} ${why}`, observations: seen },
    found: false,
    observations: seen,
  });
  const obstacle = notPermuted(bench.reference, bench.suspect);
  if (obstacle !== null)
    return silent(`Units were not looked for in another order (${PERMUTED_METHOD_ID}): ${obstacle}.`);
  const validation = studyOfMethod(validations, { id: PERMUTED_METHOD_ID, version: PERMUTED_METHOD_VERSION });
  const result = paid(await permuted(bench), bench.settings.candidates);
  const seen = { ...observations, permuted: observed(result) } satisfies WeightsObservations;
  // Without a study of its own the stage says nothing more. It looks all the same: whoever computes a finding of another
  // stage again has that stage's study alone, and sees what was seen.
  if (validation === null) return silent(inWords(result), seen);
  const { summary, digest } = validation;
  const { decision, found } = decided(result, summary, beyondPermutedStudy(bench.reference, bench.suspect));
  if (!found) return silent(inWords(result), seen);
  const finding: Finding = {
    ...exact,
    method: { id: PERMUTED_METHOD_ID, version: PERMUTED_METHOD_VERSION, validation: { page: summary.page, digest } },
    outcome: decision.outcome,
    reason: `${decision.reason} ${inWords(result)}`,
    strength: decision.strength,
    errorRate: decision.errorRate,
    tests: [
      ...exact.tests.map((test) => (test.id === COMBINED_TEST_ID ? { ...test, id: EXACT_TEST } : test)),
      ...testsOf(result, bench.settings),
    ],
    observations: seen,
    alternatives: [...exact.alternatives, ...ALIGNED_ALTERNATIVES],
    limits: [...exact.limits.filter((limit) => limit !== DISGUISE_LIMIT), ...PERMUTED_LIMITS],
  };
  return { finding, found, observations: seen };
}

/** Every model that was asked about at once is paid for by the p, without which a rank says nothing. */
function paid(result: PermutedResult, candidates = 1): PermutedResult {
  const log10P = roundLog10P(log10Bonferroni(result.over.log10P, candidates));
  return { ...result, over: { ...result.over, log10P } };
}

/** Everything the stage looks at, whatever it makes of it. */
export async function permuted(bench: Bench): Promise<PermutedResult> {
  const { reference, suspect, settings, compute, work } = bench;
  const [as, bs] = [blocksOf(reference), blocksOf(suspect)];
  const gated = [...as, ...bs].every(({ mlp }) => mlp.gate !== null);
  const faces = facesOf(reference.hidden, gated, settings.seed);
  const fold = (blocks: typeof as) =>
    inParallel(work, "folds of units", blocks, (block) => folded(block, faces, settings.seed, compute));
  const [a, b] = [await fold(as), await fold(bs)];
  const found = await counterpartsOf({ as: a, bs: b, gated, seed: settings.seed, compute, work });
  const middle = [middleOf(as.length), middleOf(bs.length)] as const;
  const pairs = await inParallel(work, "what else could pair units", found, async (pair) => ({
    ...pair,
    referenceLayer: as[pair.i]!.layer,
    suspectLayer: bs[pair.j]!.layer,
    middle: middle[0].has(pair.i) && middle[1].has(pair.j),
    answers: shareOf(pair) > ASKED_FROM ? await asked(pair, [a[pair.i]!, b[pair.j]!], faces, compute) : null,
  }));
  const layers = [as.length, bs.length] as const;
  // A public draw that some layers were frozen at stands in both; where all layers agree, what was learned is asked.
  const agreeing = pairs.filter((pair) => shareOf(pair) >= LAYER_AGREES && !pair.answers?.explained);
  const inPart = new Set(agreeing.map(({ i }) => i)).size < Math.min(...layers);
  const counted = pairs.map((pair) => ({
    ...pair,
    explained: pair.answers !== null && (pair.answers.explained !== null || (inPart && pair.answers.drawn)),
  }));
  const over = overDepth(counted, layers);
  const start = over.log10P <= OUTCOME_RULES.log10Alpha ? await startOf(bench, pairs) : null;
  return { gated, over, pairs, start };
}

/** Could one draw have made it, put into another order by one side afterwards? */
function startOf(bench: Bench, pairs: PermutedResult["pairs"]) {
  const agreeing = pairs.filter((pair) => shareOf(pair) >= LAYER_AGREES && !pair.answers?.explained);
  const answering = new Map<number, number[]>();
  const paired = new Map<number, readonly (readonly [number, number])[]>();
  for (const { referenceLayer, suspectLayer, both } of agreeing) {
    answering.set(referenceLayer, [...(answering.get(referenceLayer) ?? []), suspectLayer]);
    if (referenceLayer === suspectLayer) paired.set(referenceLayer, both);
  }
  const correspondence = Array.from({ length: bench.reference.layers }, (_, referenceLayer) => ({
    referenceLayer,
    suspectLayers: answering.get(referenceLayer) ?? [],
  }));
  return commonStart(bench, correspondence, [], true, paired);
}

function decided(
  result: PermutedResult,
  summary: ValidationSummary,
  outside: string | null,
): { decision: Decision; found: boolean } {
  const { over, start } = result;
  const statistic = percentOf(result);
  const nullKinds = summary.nullKinds ?? [];
  const decision = decideScored({
    proposition: SHARED_ANCESTRY,
    statistic,
    nullKinds,
    log10LR: ratio(over, summary),
    outside,
    validation: summary,
  });
  const above = nullKinds.every(({ statisticMax }) => statistic > statisticMax);
  const found = above && over.log10P <= OUTCOME_RULES.log10Alpha && !start?.explains;
  if (!found || outside === null) return { decision, found };
  const { families } = summary.nulls;
  const most = Math.max(0, ...nullKinds.map(({ statisticMax }) => statisticMax));
  const rank = `Its statistic, ${statistic} %, stands above every presumed-unrelated null of the study (${families} families of smaller models, up to ${most} %).`;
  return { decision: { ...decision, reason: `${decision.reason} ${rank}` }, found };
}

/** As for the aligned test: below α at least power over α under the assumption, else nothing; cut by the study's cap. */
function ratio({ log10P }: OverDepth, { positives }: ValidationSummary): { low: number; high: number } {
  const { log10Alpha } = OUTCOME_RULES;
  const power = Math.log10(lower95(positives.foundFamilies, positives.families));
  return { low: log10P <= log10Alpha ? power - log10Alpha : 0, high: -log10P };
}

/** The statistic, in percent with two digits behind the point; nought where one start explains all that agrees. */
export function percentOf({ over, start }: Pick<PermutedResult, "over" | "start">): number {
  return start?.explains ? 0 : percent(over.share);
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}

function inWords({ gated, over, pairs, start }: PermutedResult): string {
  const { wanted, share, log10P, counted } = over;
  const views = gated ? "by gate rows and by up rows alike" : "by two halves of their up rows alike";
  const p = (Math.ceil(log10P * 100) / 100 + 0).toFixed(2);
  const layers = `${wanted} layer${wanted === 1 ? "" : "s"}`;
  const explained = pairs.filter(({ middle, answers }) => middle && answers?.explained).length;
  const more = [
    ...(explained > 0 ? [`In ${explained} layer pairs something but a copy explains what agrees.`] : []),
    ...(start?.explains
      ? ["One default seed, with units put into another order afterwards, is enough to explain what agrees."]
      : []),
  ];
  return [
    `Units in any order (${PERMUTED_METHOD_ID}): of ${counted.length} layers away from the ends, in the best ${layers} at least ${percent(share)} % of the units answer to each other ${views}: p = 10^${p} under P0 with 5 % tolerance.`,
    ...more,
  ].join(" ");
}

function testsOf({ over, gated }: PermutedResult, { seed, candidates = 1 }: Bench["settings"]): Test[] {
  const at = over.counted[over.wanted - 1];
  const common = {
    statistic: {
      name: `percent of units that answer to each other by both views, in layer ${over.wanted} of the best away from the ends`,
      value: percent(over.share),
    },
    exact: false,
    log10P: over.log10P,
    n: at?.labels ?? 0,
    seed,
    axis: gated ? "gate-up pairing, units in any order" : "pairing of two halves of up rows, units in any order",
    where: `${over.wanted} layers wanted of ${over.counted.length} away from the ends; every layer pair paid for${candidates > 1 ? `; one of ${candidates} candidates, all of them paid for` : ""}`,
  };
  return [
    { ...common, id: PERMUTED_TEST, assumption: P0, share: 0 },
    { ...common, id: COMBINED_TEST_ID, assumption: P0_TOLERANT, share: 1 },
  ];
}

function observed({ gated, over, pairs, start }: PermutedResult): NonNullable<WeightsObservations["permuted"]> {
  const counted = new Set(over.counted.map(({ i, j }) => `${i}:${j}`));
  return {
    gated,
    wanted: over.wanted,
    percent: percent(over.share),
    log10P: over.log10P,
    ...(start ? { commonStart: start } : {}),
    layerPairs: pairs.map(({ i, j, referenceLayer, suspectLayer, agreeing, pairs: m, labels, middle, answers }) => ({
      referenceLayer,
      suspectLayer,
      agreeing,
      pairs: m,
      labels,
      middle,
      counted: counted.has(`${i}:${j}`),
      likeness: answers ? Math.round(answers.likeness * 1e4) / 1e4 : null,
      explained: answers?.explained ?? null,
      drawn: answers?.drawn ?? null,
    })),
  };
}
