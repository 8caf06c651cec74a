/**
 * A stage after the exact tests: units are paired by one view and tested by another (look.ts), in every layer, and
 * counted over depth, since independent models agree near their ends. A scored test: its p rests on P0 with a tolerance,
 * its outcome on the rank among its study's nulls. Which disguise is looked through, and how, is the way's (way.ts):
 * another order of units (permuted/), a turned residual stream (rotated/).
 * It cannot see routed experts, or a theft of the first or last layers alone.
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
import { ALIGNED_ALTERNATIVES, DISGUISE_LIMIT, P0, P0_TOLERANT } from "../words.js";
import { lookedThrough, percent, percentOf } from "./look.js";
import type { OverDepth } from "./over-depth.js";
import type { Figures, Looked, Side, Start, Way } from "./way.js";

const EXACT_TEST = "weights/unit-labels";

/** An earlier stage's finding, taken further, and whether this stage has spoken; unchanged but for a sentence and what was seen where not. */
export async function pairedStage<S extends Side, T extends Start, D>(
  way: Way<S, T, D>,
  bench: Bench,
  before: Finding,
  validations: readonly Validation[],
): Promise<{ finding: Finding; found: boolean }> {
  const { method, words, limits } = way;
  const silent = (why: string, observations = before.observations) => ({
    finding: {
      ...before,
      reason: [before.reason, why, ...(words.unseen ? [words.unseen] : [])].join(" "),
      observations,
    },
    found: false,
  });
  const see = way.meet(bench);
  if (typeof see === "string") return silent(`${words.notRun} (${method.id}): ${see}.`);
  const validation = studyOfMethod(validations, method);
  const looked = paid(await lookedThrough(way, await see(), bench), bench.settings.candidates);
  const seen = { ...(before.observations as WeightsObservations), ...way.observed(looked, figuresOf(looked)) };
  // Without a study of its own the stage says nothing more. It looks all the same: whoever computes a finding of another
  // stage again has that stage's study alone, and sees what was seen.
  if (validation === null) return silent(inWords(way, looked), seen);
  const { summary, digest } = validation;
  const { decision, found } = decided(way, looked, summary, way.beyondStudy(bench.reference, bench.suspect));
  if (!found) return silent(inWords(way, looked), seen);
  const finding: Finding = {
    ...before,
    method: { ...method, validation: { page: summary.page, digest } },
    outcome: decision.outcome,
    reason: `${decision.reason} ${inWords(way, looked)}`,
    strength: decision.strength,
    errorRate: decision.errorRate,
    tests: [
      ...before.tests.map((test) => (test.id === COMBINED_TEST_ID ? { ...test, id: EXACT_TEST } : test)),
      ...testsOf(way, looked, bench.settings),
    ],
    observations: seen,
    alternatives: [...before.alternatives, ...ALIGNED_ALTERNATIVES],
    limits: [...before.limits.filter((limit) => limit !== DISGUISE_LIMIT), ...limits],
  };
  return { finding, found };
}

/** Every model that was asked about at once is paid for by the p, without which a rank says nothing. */
function paid<T, D>(looked: Looked<T, D>, candidates = 1): Looked<T, D> {
  const log10P = roundLog10P(log10Bonferroni(looked.over.log10P, candidates));
  return { ...looked, over: { ...looked.over, log10P } };
}

function decided<S extends Side, T extends Start, D>(
  { words }: Way<S, T, D>,
  looked: Looked<T, D>,
  summary: ValidationSummary,
  outside: string | null,
): { decision: Decision; found: boolean } {
  const { over, start } = looked;
  const statistic = percentOf(looked);
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
  const most = Math.max(0, ...nullKinds.map(({ statisticMax }) => statisticMax));
  const families = `${summary.nulls.families} ${words.families}`;
  const rank = `Its statistic, ${statistic} %, stands above every presumed-unrelated null of the study (${families}, up to ${most} %).`;
  return { decision: { ...decision, reason: `${decision.reason} ${rank}` }, found };
}

/** As for the aligned test: below α at least power over α under the assumption, else nothing; cut by the study's cap. */
function ratio({ log10P }: OverDepth, { positives }: ValidationSummary): { low: number; high: number } {
  const { log10Alpha } = OUTCOME_RULES;
  const power = Math.log10(lower95(positives.foundFamilies, positives.families));
  return { low: log10P <= log10Alpha ? power - log10Alpha : 0, high: -log10P };
}

function inWords<S extends Side, T extends Start, D>(
  { words }: Way<S, T, D>,
  { gated, through, over, pairs, start }: Looked<T, D>,
): string {
  const { wanted, share, log10P, counted } = over;
  const views = gated ? "by gate rows and by up rows alike" : `by ${words.halves} alike`;
  const p = (Math.ceil(log10P * 100) / 100 + 0).toFixed(2);
  const layers = `${wanted} layer${wanted === 1 ? "" : "s"}`;
  const explained = pairs.filter(({ middle, answers }) => middle && answers?.explained).length;
  return [
    `${words.begin(through)} of ${counted.length} layers away from the ends, in the best ${layers} at least ${percent(share)} % of the units answer to each other ${views}: p = 10^${p} under P0 with 5 % tolerance.`,
    ...(explained > 0 ? [`In ${explained} layer pairs something but a copy explains what agrees.`] : []),
    ...(start?.explains
      ? [`One default seed, with ${words.afterwards} afterwards, is enough to explain what agrees.`]
      : []),
  ].join(" ");
}

function testsOf<S extends Side, T extends Start, D>(
  { test, words }: Way<S, T, D>,
  { over, gated, through }: Looked<T, D>,
  { seed, candidates = 1 }: Bench["settings"],
): Test[] {
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
    axis: gated ? words.axis.gated : words.axis.halves,
    where: `${words.where(through)}${over.wanted} layers wanted of ${over.counted.length} away from the ends; every layer pair paid for${candidates > 1 ? `; one of ${candidates} candidates, all of them paid for` : ""}`,
  };
  return [
    { ...common, id: test, assumption: P0, share: 0 },
    { ...common, id: COMBINED_TEST_ID, assumption: P0_TOLERANT, share: 1 },
  ];
}

function figuresOf<T, D>({ over, pairs }: Looked<T, D>): Figures {
  const counted = new Set(over.counted.map(({ i, j }) => `${i}:${j}`));
  return {
    wanted: over.wanted,
    percent: percent(over.share),
    log10P: over.log10P,
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
