/**
 * The last stage of the question of shared ancestry: was the residual stream rotated, at a width at which no rotation is
 * searched for (alignment/)? Both models say what they make of the same tokens, which no rotation changes (directions.ts,
 * views.ts); from there on it is asked as of units in another order: paired by one view, tested by the other, in every
 * layer, counted over depth. A scored test: independent makers' models answer to one another near their ends, since they
 * read the same strings, so layers near an end are exhibits.
 * It cannot see copies whose embeddings were replaced or whose tokens were renamed, nor a theft of the ends alone.
 */
import { type SharedTokens, sharedTokens, TOKENS_PAIRED } from "../../../alignment/shared-tokens.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideScored, OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Validation, ValidationSummary } from "../../../finding/validation.js";
import { lower95 } from "../../../stats/clopper-pearson.js";
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import type { WeightsObservations } from "../observations.js";
import { counterpartsOf, type Pair } from "../permuted/counterparts.js";
import { ASKED_FROM, LAYER_AGREES } from "../permuted/method.js";
import { middleOf, type OverDepth, overDepth, shareOf } from "../permuted/over-depth.js";
import { SHARED_ANCESTRY } from "../propositions.js";
import type { Bench } from "../tests/bench.js";
import type { TurnedStart } from "../tests/turned-start.js";
import { ALIGNED_ALTERNATIVES, DISGUISE_LIMIT, P0, P0_TOLERANT, ROTATED_LIMITS } from "../words.js";
import { inParallel } from "../work.js";
import { tokenDirections } from "./directions.js";
import {
  beyondRotatedStudy,
  directionsOf,
  isGated,
  notThroughTokens,
  ROTATED_METHOD_ID,
  ROTATED_METHOD_VERSION,
  streamBlocksOf,
} from "./method.js";
import { type Answers, asked, startSeen } from "./questions.js";
import { type Viewed, viewed } from "./views.js";

const EXACT_TEST = "weights/unit-labels";
const ROTATED_TEST = "weights/rotated-gate-up";

interface RotatedResult {
  gated: boolean;
  tokens: { shared: number; how: SharedTokens["how"]; directions: number };
  over: OverDepth;
  /** Best counterparts of all layers, ends too, with what was asked of them. */
  pairs: (Pair & { referenceLayer: number; suspectLayer: number; middle: boolean; answers: Answers | null })[];
  /** Null where one draw cannot have made what agrees. */
  start: TurnedStart | null;
}

/** The earlier stages' finding, taken further; unchanged but for a sentence where nothing was found. */
export async function rotatedStage(
  bench: Bench,
  before: Finding,
  observations: WeightsObservations,
  validations: readonly Validation[],
): Promise<Finding> {
  const tokens = tokensOf(bench);
  const obstacle = notThroughTokens(bench.reference, bench.suspect, tokens.rows.length);
  if (obstacle !== null)
    return {
      ...before,
      reason: `${before.reason} Nor were units compared through tokens (${ROTATED_METHOD_ID}): ${obstacle}.`,
    };
  const validation = studyOfMethod(validations, { id: ROTATED_METHOD_ID, version: ROTATED_METHOD_VERSION });
  const result = paid(await rotated(bench, tokens), bench.settings.candidates);
  const seen = { ...observations, rotated: observed(result) } satisfies WeightsObservations;
  const silent = { ...before, reason: `${before.reason} ${inWords(result)}`, observations: seen };
  // It looks without a study of its own too, so that whoever computes another stage's finding again sees what was seen.
  if (validation === null) return silent;
  const { summary, digest } = validation;
  const { decision, found } = decided(result, summary, beyondRotatedStudy(bench.reference, bench.suspect));
  if (!found) return silent;
  return {
    ...before,
    method: { id: ROTATED_METHOD_ID, version: ROTATED_METHOD_VERSION, validation: { page: summary.page, digest } },
    outcome: decision.outcome,
    reason: `${decision.reason} ${inWords(result)}`,
    strength: decision.strength,
    errorRate: decision.errorRate,
    tests: [
      ...before.tests.map((test) => (test.id === COMBINED_TEST_ID ? { ...test, id: EXACT_TEST } : test)),
      ...testsOf(result, bench.settings),
    ],
    observations: seen,
    alternatives: [...before.alternatives, ...ALIGNED_ALTERNATIVES],
    limits: [...before.limits.filter((limit) => limit !== DISGUISE_LIMIT), ...ROTATED_LIMITS],
  };
}

/** Tokens that both models have, drawn by their place in the vocabulary: how often a token is met has no say. */
export function tokensOf({ reference, suspect, vocabularies, settings }: Bench): SharedTokens {
  return sharedTokens(vocabularies, reference.vocabulary, suspect.vocabulary, TOKENS_PAIRED, settings.seed);
}

/** Every model that was asked about at once is paid for by the p, without which a rank says nothing. */
function paid(result: RotatedResult, candidates = 1): RotatedResult {
  const log10P = roundLog10P(log10Bonferroni(result.over.log10P, candidates));
  return { ...result, over: { ...result.over, log10P } };
}

/** Everything the stage looks at, whatever it makes of it. */
export async function rotated(bench: Bench, tokens = tokensOf(bench)): Promise<RotatedResult> {
  const { reference, suspect, settings, compute, work } = bench;
  const [as, bs] = [streamBlocksOf(reference), streamBlocksOf(suspect)];
  const gated = isGated(as, bs);
  const directions = directionsOf(reference, suspect, tokens.rows.length, gated);
  const sideOf = async (side: "reference" | "suspect"): Promise<Viewed[]> => {
    const model = bench[side];
    const embedding = model.tensors.get("embed")!.matrix;
    const count = gated ? directions : 2 * directions;
    const found = await tokenDirections(embedding, tokens, side, count, settings.seed, compute);
    return inParallel(work, "units through tokens", side === "reference" ? as : bs, (block) =>
      viewed({ model, directions: found, gated }, block, compute),
    );
  };
  const [a, b] = [await sideOf("reference"), await sideOf("suspect")];
  const found = await counterpartsOf({ as: a, bs: b, gated, seed: settings.seed, compute, work });
  const middle = [middleOf(as.length), middleOf(bs.length)] as const;
  const widths = [reference.hidden, suspect.hidden] as const;
  const pairs = await inParallel(work, "what else could pair units", found, async (pair) => ({
    ...pair,
    referenceLayer: as[pair.i]!.layer,
    suspectLayer: bs[pair.j]!.layer,
    middle: middle[0].has(pair.i) && middle[1].has(pair.j),
    answers: shareOf(pair) > ASKED_FROM ? await asked(pair, [a[pair.i]!, b[pair.j]!], widths, gated, compute) : null,
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
    sides: [a[i]!, b[j]!] as const,
    numbers: [referenceLayer, suspectLayer] as const,
    both,
    drawn: inPart && answers!.drawn,
  }));
  const start =
    over.log10P <= OUTCOME_RULES.log10Alpha ? await startSeen(alike, widths[0] === widths[1], compute) : null;
  return { gated, tokens: { shared: tokens.rows.length, how: tokens.how, directions }, over, pairs, start };
}

function decided(
  result: RotatedResult,
  summary: ValidationSummary,
  outside: string | null,
): { decision: Decision; found: boolean } {
  const { over, start } = result;
  const statistic = percentThroughTokens(result);
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
  const rank = `Its statistic, ${statistic} %, stands above every presumed-unrelated null of the study (${families} families, nearly all of smaller models, up to ${most} %).`;
  return { decision: { ...decision, reason: `${decision.reason} ${rank}` }, found };
}

/** Below α at least power over α under the assumption, else nothing; cut by the study's cap. */
function ratio({ log10P }: OverDepth, { positives }: ValidationSummary): { low: number; high: number } {
  const { log10Alpha } = OUTCOME_RULES;
  const power = Math.log10(lower95(positives.foundFamilies, positives.families));
  return { low: log10P <= log10Alpha ? power - log10Alpha : 0, high: -log10P };
}

/** The statistic, in percent with two digits behind the point; nought where one start explains all that agrees. */
export function percentThroughTokens({ over, start }: Pick<RotatedResult, "over" | "start">): number {
  return start?.explains ? 0 : percent(over.share);
}

function percent(share: number): number {
  return Math.round(share * 1e4) / 100;
}

function inWords({ gated, tokens, over, pairs, start }: RotatedResult): string {
  const { wanted, share, log10P, counted } = over;
  const views = gated ? "by gate rows and by up rows alike" : "by two views of their up rows alike";
  const p = (Math.ceil(log10P * 100) / 100 + 0).toFixed(2);
  const layers = `${wanted} layer${wanted === 1 ? "" : "s"}`;
  const explained = pairs.filter(({ middle, answers }) => middle && answers?.explained).length;
  const more = [
    ...(explained > 0 ? [`In ${explained} layer pairs something but a copy explains what agrees.`] : []),
    ...(start?.explains
      ? ["One default seed, with the residual stream turned afterwards, is enough to explain what agrees."]
      : []),
  ];
  return [
    `Units through tokens (${ROTATED_METHOD_ID}): seen along ${tokens.directions} mixes of ${tokens.shared} tokens that both models have (${tokens.how}), of ${counted.length} layers away from the ends, in the best ${layers} at least ${percent(share)} % of the units answer to each other ${views}: p = 10^${p} under P0 with 5 % tolerance.`,
    ...more,
  ].join(" ");
}

function testsOf({ over, gated, tokens }: RotatedResult, { seed, candidates = 1 }: Bench["settings"]): Test[] {
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
    axis: gated ? "gate-up pairing, seen through tokens" : "pairing of two views of up rows, seen through tokens",
    where: `${tokens.directions} directions from ${tokens.shared} tokens ${tokens.how}; ${over.wanted} layers wanted of ${over.counted.length} away from the ends; every layer pair paid for${candidates > 1 ? `; one of ${candidates} candidates, all of them paid for` : ""}`,
  };
  return [
    { ...common, id: ROTATED_TEST, assumption: P0, share: 0 },
    { ...common, id: COMBINED_TEST_ID, assumption: P0_TOLERANT, share: 1 },
  ];
}

function observed({ gated, tokens, over, pairs, start }: RotatedResult): NonNullable<WeightsObservations["rotated"]> {
  const counted = new Set(over.counted.map(({ i, j }) => `${i}:${j}`));
  return {
    gated,
    tokens,
    wanted: over.wanted,
    percent: percent(over.share),
    log10P: over.log10P,
    ...(start ? { start } : {}),
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
