/**
 * The door of the weights laboratory: do two models share ancestral weights? Exact unit-label tests (Zhu, Ahmed,
 * Kuditipudi, Liang, ICML 2025, with the fixed-point bound of stats/self-matches.ts in place of assignment and
 * Spearman) on three free axes, combined by averaged e-values; each pays only what the likeness of values is worth
 * beyond what a shared structure makes (tests/values.ts, tests/structure-scale.ts).
 * Where they are silent, disguises are undone and scored tests follow (pairing/stage.ts, aligned-stage.ts).
 * It cannot see direction.
 */
import type { Digest } from "../../base/digest.js";
import { assert } from "../../base/error.js";
import type { Artefact } from "../../evidence/artefact.js";
import { COMBINED_TEST_ID } from "../../finding/coherence.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, type MethodName, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideExact, OUTCOME_RULES, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import type { Compute } from "../../kernels/compute.js";
import type { Reading, Vocabulary } from "../../model/model.js";
import { log10PFromE, logWeightedMeanE, roundLog10P } from "../../stats/combine.js";
import { alignedStage } from "./alignment/aligned-stage.js";
import { notAlignable } from "./alignment/method.js";
import { examineInit } from "./anchor/examine-init.js";
import { exhibitsOf } from "./exhibits/exhibits.js";
import {
  type LeftOutObservations,
  leftOutLimits,
  leftOutOf,
  type NotFinite,
  outsideReferenceClass,
  sayable,
  withinClass,
} from "./left-out.js";
import { examineDirection } from "./making/direction.js";
import { makingOf } from "./making/making.js";
import type { FurtherModel } from "./making/merges.js";
import { METHOD_ID, METHOD_VERSION, SEED_BITS_DEFAULT, type Settings } from "./method.js";
import type { WeightsObservations } from "./observations.js";
import { pairedStage } from "./pairing/stage.js";
import { PERMUTED } from "./permuted/permuted.js";
import { SHARED_ANCESTRY, WEIGHTS_PROPOSITIONS } from "./propositions.js";
import { ROTATED } from "./rotated/rotated.js";
import { SKETCH_LIMITS, sketchFacts } from "./sketch/disclosure.js";
import { unmetBySketch, withFittingValues } from "./sketch/meet.js";
import { architectureOverlap } from "./story/architecture.js";
import { counterparts } from "./story/counterparts.js";
import { identicalRows, sentenceOnIdentical } from "./story/identical.js";
import { sentencesFor, shortOfTheBar } from "./story/shared-parts.js";
import { tensorStory } from "./story/story.js";
import { amountsOf } from "./tests/amounts.js";
import { AXES, type Axis } from "./tests/axes.js";
import type { Bench } from "./tests/bench.js";
import { commonStart } from "./tests/common-start.js";
import type { AxisResult } from "./tests/scan.js";
import { testAxes } from "./tests/test-axes.js";
import { ALTERNATIVES, ASSUMPTION, COMMON_START, LIMITS } from "./words.js";
import type { Work } from "./work.js";

const METHOD: MethodName = { id: METHOD_ID, version: METHOD_VERSION };

/** One side: what it is (known once its files are digested) and how it reads. */
export interface Side {
  identity: Promise<{ artefact: Artefact; evidence: Digest[]; notFinite?: readonly NotFinite[] }>;
  reading: Reading;
  vocabulary: Vocabulary | null;
}

export interface WeightsRequest {
  reference: Side;
  suspect: Side;
  /** The reference's initial weights, where its holder shows them: then the question is put to them. */
  init?: Side;
  /** Candidate parents beside the reference, for what is said of merges. */
  further?: readonly Side[];
  /** Published likenesses: of small models, of all as far as asked; absent for none. */
  exhibits?: "small" | "asked";
  /** "left": the exact tests alone, whatever they say. Absent: disguises are undone where those are silent. */
  disguises?: "left";
  settings: Settings;
  /** Studies at hand, of whatever method: each finding leans on its own method's. */
  validations: readonly Validation[];
  software: Finding["software"];
  compute: Compute;
  work: Work;
}

/** One finding a proposition; shared ancestry first. */
export async function examineWeights(request: WeightsRequest): Promise<Finding[]> {
  const { init, settings } = request;
  if (init) return [await examineInit({ ...request, init, seedBits: settings.seedBits ?? SEED_BITS_DEFAULT })];
  const ancestry = await examineAncestry(request);
  return [ancestry, examineDirection(ancestry, request.settings.committed)];
}

/** What the exact tests alone say of a pair that they do not accuse. */
interface Silent {
  /** Paid for all candidates. */
  log10P: number;
  outcome: "inconclusive" | "uncalibrated";
  /** Fields of the two configurations, as a finding's observations have them. */
  fields: WeightsObservations["architecture"]["fields"];
}

/**
 * The exact tests of shared ancestry and nothing beside them, for who asks about many: a tenth of an examination's time.
 * @returns null where there is more to say: a p at or below α, or a refusal; then `examineAncestry` says it
 */
export async function silentAncestry(request: WeightsRequest): Promise<Silent | null> {
  const bench = benchOf(request);
  if (typeof bench === "string") return null;
  const log10P = paidFor(request.settings.candidates, combine((await testAxes(bench)).results));
  if (log10P <= OUTCOME_RULES.log10Alpha) return null;
  const outside = outsideReferenceClass(bench.reference, bench.suspect);
  const studied = studyOfMethod(request.validations, METHOD) !== null;
  return {
    log10P,
    outcome: outside === null && studied ? "inconclusive" : "uncalibrated",
    fields: overlapOf(bench).fields,
  };
}

function overlapOf({ reference, suspect, vocabularies }: Bench) {
  return architectureOverlap(
    { model: reference, vocabulary: vocabularies.reference },
    { model: suspect, vocabulary: vocabularies.suspect },
  );
}

/** Both sides as they are tested, or why they are not. */
function benchOf({ reference, suspect, settings, compute, work }: WeightsRequest): Bench | string {
  const refusals = [
    ["reference", reference.reading],
    ["suspect", suspect.reading],
  ] as const;
  for (const [side, reading] of refusals)
    if (reading.kind === "refused") return `The ${side} was not examined: ${sayable(reading.reason)}`;
  const [first, second] = [reference.reading, suspect.reading].map((r) => {
    assert(r.kind === "model", "benchOf: a refused reading has returned above");
    return withinClass(r.model);
  });
  const unmet = unmetBySketch(first!, second!);
  if (unmet !== null) return `The sketches do not meet: ${unmet}.`;
  const models = withFittingValues(first!, second!, settings);
  return {
    reference: models[0],
    suspect: models[1],
    vocabularies: { reference: reference.vocabulary, suspect: suspect.vocabulary },
    settings,
    compute,
    work,
  };
}

/** Do the two share ancestral weights? */
export async function examineAncestry(request: WeightsRequest): Promise<Finding> {
  const bench = benchOf(request);
  if (typeof bench === "string") return assemble(request, refuse(bench), [], null);
  const axes = await testAxes(bench);
  const { results } = axes;
  const exact10P = paidFor(request.settings.candidates, combine(results));
  const observations = await observe(bench, axes, exact10P, request);
  // The question is more than a common draw: what was only drawn alike is worth nothing here.
  const log10P = observations.commonStart?.explains ? 0 : exact10P;
  const outside = outsideReferenceClass(bench.reference, bench.suspect);
  const rule = decideExact({
    proposition: SHARED_ANCESTRY,
    log10P,
    outside,
    validation: studyOfMethod(request.validations, METHOD)?.summary ?? null,
  });
  const labelsLog10P = combine(results, "logLabelsE");
  const beside = sentencesFor({
    reference: bench.reference,
    suspect: bench.suspect,
    log10P: exact10P,
    labelsLog10P,
    observations,
  });
  const decision = { ...rule, reason: [rule.reason, ...beside].join(" ") };
  const exact = await assemble(request, decision, tests(results, exact10P, request, observations), observations);
  const finding =
    outside !== null || log10P <= OUTCOME_RULES.log10Alpha || request.disguises === "left"
      ? exact
      : await disguisesUndone(bench, exact, observations, request.validations);
  const identical = observations.identical ? [sentenceOnIdentical(observations.identical)] : [];
  // Whatever stage spoke last: the exact test's figure stands in the finding.
  const short = finding.outcome === "supports-hp" ? null : shortOfTheBar(exact10P);
  return { ...finding, reason: [finding.reason, ...(short === null ? [] : [short]), ...identical].join(" ") };
}

/**
 * The cheap disguise first, at any size: another order of units. Then, where models are small, rotations too: also of a
 * copy that was found beyond the sizes that the first study carries, which the second may carry. Where models are too
 * large for that, units through tokens.
 */
async function disguisesUndone(
  bench: Bench,
  exact: Finding,
  observations: WeightsObservations,
  validations: readonly Validation[],
): Promise<Finding> {
  const permuted = await pairedStage(PERMUTED, bench, exact, validations);
  const seen = permuted.finding.observations as WeightsObservations;
  // A common start explains what stands in place: units in another order are asked anew, rotations would find the draw again.
  if (observations.commonStart?.explains) return permuted.finding;
  if (permuted.found && permuted.finding.outcome !== "uncalibrated") return permuted.finding;
  const before = permuted.found ? exact : permuted.finding;
  const aligned = await alignedStage(bench, before, seen, validations);
  if (permuted.found) return aligned.outcome === "supports-hp" ? aligned : permuted.finding;
  // Where no rotation can be searched for, units are compared through what no rotation changes.
  if (notAlignable(bench.reference, bench.suspect) === null) return aligned;
  return (await pairedStage(ROTATED, bench, aligned, validations)).finding;
}

/** 0.7 on the MLP; 0.3 on what value and residual dimensions both say. What was not examined staked nothing: e = 1. */
function combine(results: Record<Axis, AxisResult | null>, of: "logE" | "logLabelsE" = "logE"): number {
  const logE = (axis: Axis) => results[axis]?.[of] ?? 0;
  const both = Math.min(logE("value-dim"), logE("residual"));
  const weight = AXES["value-dim"].weight + AXES.residual.weight;
  const parts = [
    { weight: AXES["mlp-hidden"].weight, logE: logE("mlp-hidden") },
    { weight, logE: both },
  ];
  return roundLog10P(log10PFromE(logWeightedMeanE(parts)));
}

/** Every model that was asked about is paid for. */
function paidFor(candidates = 1, log10P: number): number {
  return roundLog10P(Math.min(0, log10P + Math.log10(candidates)));
}

function tests(
  results: Record<Axis, AxisResult | null>,
  combined: number,
  { settings: { seed, candidates = 1 } }: WeightsRequest,
  { commonStart }: WeightsObservations,
): Test[] {
  const ofAxes = entries(results).flatMap(([axis, result]): Test[] => {
    if (!result) return [];
    return [
      {
        id: `weights/${axis}`,
        statistic: {
          name: "paired units in one order, best blocks",
          value: sum(result.blocks.map((b) => b.increasing ?? 0)),
        },
        log10P: roundLog10P(log10PFromE(result.logE)),
        exact: true,
        assumption: ASSUMPTION,
        n: Math.max(...result.blocks.map((b) => b.labels * b.groups)),
        seed,
        share: AXES[axis].weight,
        axis: AXES[axis].title,
        where: result.note,
      },
    ];
  });
  const ofUnits: Test = {
    id: COMBINED_TEST_ID,
    statistic: { name: "weighted mean of e-values, as log10", value: -combined },
    log10P: combined,
    exact: true,
    assumption: ASSUMPTION,
    n: ofAxes.length,
    seed,
    share: 1,
    ...(candidates > 1 ? { where: `one of ${candidates} candidates, all of them paid for` } : {}),
  };
  if (!commonStart?.explains) return [...ofAxes, ofUnits];
  return [
    ...ofAxes,
    { ...ofUnits, id: METHOD_ID },
    {
      id: COMBINED_TEST_ID,
      statistic: { name: "share of the one model that the other holds", value: commonStart.slope ?? 0 },
      log10P: 0,
      exact: true,
      assumption: COMMON_START,
      n: ofUnits.n,
      seed,
      share: 1,
    },
  ];
}

async function observe(
  bench: Bench,
  { results, features }: Awaited<ReturnType<typeof testAxes>>,
  log10P: number,
  request: WeightsRequest,
): Promise<WeightsObservations> {
  const blocks = entries(results).flatMap(([, result]) => result?.blocks ?? []);
  const maps = entries(results).flatMap(([, result]) => (result?.map ? [result.map] : []));
  const layers = counterparts(blocks, bench.reference, bench.suspect, maps);
  const { reference, suspect, settings } = bench;
  const sketched = reference.sketch !== undefined || suspect.sketch !== undefined;
  const identical = await identicalRows(bench);
  const found = log10P <= OUTCOME_RULES.log10Alpha;
  const ofUnits = log10PFromE(results["mlp-hidden"]?.logE ?? 0) <= OUTCOME_RULES.log10Alpha;
  const start = found ? await commonStart(bench, { ...layers, blocks, ofUnits, features }) : null;
  return {
    architecture: overlapOf(bench),
    settings: {
      seed: settings.seed,
      rows: settings.rows,
      labelsMax: settings.rows === "all" ? null : amountsOf(settings).test,
      scanLabelsMax: amountsOf(settings).scan,
    },
    axes: entries(results).map(([axis, result]) => ({
      axis,
      weight: AXES[axis].weight,
      log10P: result ? roundLog10P(log10PFromE(result.logE)) : null,
      labelsLog10P: result ? roundLog10P(log10PFromE(result.logLabelsE)) : null,
      note: result?.note ?? "not examined: the models do not both have it in a readable form",
    })),
    maps: maps.map((map) => ({ ...map, log10P: map.log10P.map((row) => row.map(roundLog10P)) })),
    blocks: blocks.map((b) => ({ ...b, log10P: roundLog10P(b.log10P) })),
    // A sketch holds no values to compare.
    tensors: sketched ? [] : await tensorStory(bench, layers),
    correspondence: layers.correspondence,
    ...(start === null ? {} : { commonStart: start }),
    ...(found && !start?.explains && !sketched
      ? { making: await makingOf(bench, layers, furtherModels(request)) }
      : {}),
    ...(request.exhibits && !sketched ? { exhibits: await exhibitsOf(bench, request.exhibits === "asked") } : {}),
    ...(reference.sketch || suspect.sketch ? { sketches: sketchFacts(bench) } : {}),
    ...(await leftOut(bench, request)),
    ...(identical === null ? {} : { identical }),
  };
}

/** What the digests' own pass counted is known when that is over. */
async function leftOut(
  { reference, suspect }: Bench,
  request: WeightsRequest,
): Promise<{ leftOut?: LeftOutObservations }> {
  const [a, b] = await Promise.all([request.reference.identity, request.suspect.identity]);
  const found = {
    reference: leftOutOf(reference, a.notFinite ?? []),
    suspect: leftOutOf(suspect, b.notFinite ?? []),
  };
  return found.reference || found.suspect ? { leftOut: found } : {};
}

/** Candidate parents that can be read as the two sides are. */
function furtherModels({ further = [] }: WeightsRequest): FurtherModel[] {
  return further.flatMap(({ reading, vocabulary }) =>
    reading.kind === "model" && reading.model.experts === 0 && !reading.model.sketch
      ? [{ model: reading.model, vocabulary }]
      : [],
  );
}

async function assemble(
  request: WeightsRequest,
  decision: Decision,
  testList: Test[],
  observations: WeightsObservations | null,
): Promise<Finding> {
  const [reference, suspect] = await Promise.all([request.reference.identity, request.suspect.identity]);
  const further = await Promise.all((request.further ?? []).map(({ identity }) => identity));
  const sketched = [reference, suspect].some(({ artefact }) => artefact.kind === "sketch");
  const reason =
    reference.artefact.root === suspect.artefact.root
      ? `${decision.reason} Both sides are the same files.`
      : decision.reason;
  return frameFinding({
    list: WEIGHTS_PROPOSITIONS,
    proposition: SHARED_ANCESTRY,
    method: METHOD,
    validation: studyOfMethod(request.validations, METHOD),
    subject: { kind: "pair", reference: reference.artefact, suspect: suspect.artefact },
    decision: { ...decision, reason },
    tests: testList,
    observations,
    alternatives: ALTERNATIVES,
    limits: [
      ...LIMITS,
      ...(sketched ? SKETCH_LIMITS : []),
      ...(observations?.leftOut ? leftOutLimits(observations.leftOut) : []),
    ],
    evidence: [reference, suspect, ...further].flatMap(({ evidence }) => evidence),
    software: request.software,
  });
}

function entries(results: Record<Axis, AxisResult | null>): [Axis, AxisResult | null][] {
  return Object.entries(results) as [Axis, AxisResult | null][];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, v) => total + v, 0);
}
