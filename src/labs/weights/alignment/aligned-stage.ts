/**
 * The second stage of the question of shared ancestry: where the exact tests of unit labels stay silent, undo what a
 * disguise may have done and ask again (alignment/). A scored test, never an exact one: its p rests on P0 with a
 * tolerance (words.ts), and its outcome on the rank among the nulls of its own validation study.
 * It cannot see through a disguise that changes the function, nor models too large for it; then it says so.
 */

import { sharedTokens, TOKENS_PAIRED } from "../../../alignment/shared-tokens.js";
import { COMBINED_TEST_ID } from "../../../finding/coherence.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { studyOfMethod } from "../../../finding/frame.js";
import { decideScored, OUTCOME_RULES } from "../../../finding/outcome.js";
import type { Validation, ValidationSummary } from "../../../finding/validation.js";
import { lower95 } from "../../../stats/clopper-pearson.js";
import { log10Bonferroni, roundLog10P } from "../../../stats/combine.js";
import type { WeightsObservations } from "../observations.js";
import { SHARED_ANCESTRY } from "../propositions.js";
import type { Bench } from "../tests/bench.js";
import {
  ALIGNED_ALTERNATIVES,
  ALIGNED_LIMITS,
  DISGUISE_LIMIT,
  P0,
  P0_TOLERANT,
  STUDENT_ALTERNATIVE,
} from "../words.js";
import type { LayerPair } from "./agreement.js";
import { type AlignedResult, align, LOG10_ENOUGH } from "./align.js";
import { type AlignedStart, alignedStart } from "./aligned-start.js";
import { type CanonicalModel, canonicalModel } from "./canonical.js";
import {
  ALIGNED_METHOD_ID,
  ALIGNED_METHOD_VERSION,
  type AlignedSize,
  alignableLayers,
  beyondStudy,
  LOOKS,
  notAlignable,
  STUDIED_UNITS_MAX,
} from "./method.js";

/** The p that the outcome leans on stands under the id that pages look for; the exact combination gives way to it. */
const EXACT_TEST = "weights/unit-labels";
const UNTOLERANT_TEST = "weights/aligned-gate-up";

/** The exact stage's finding, taken further; unchanged but for a sentence where the pair cannot be aligned. */
export async function alignedStage(
  bench: Bench,
  exact: Finding,
  observations: WeightsObservations,
  validations: readonly Validation[],
): Promise<Finding> {
  const validation = studyOfMethod(validations, { id: ALIGNED_METHOD_ID, version: ALIGNED_METHOD_VERSION });
  const obstacle = obstacleTo(bench);
  if (obstacle !== null) return notRun(exact, obstacle);
  // Without a study of its own the stage could not say anything.
  if (validation === null) return notRun(exact, "no validation study of this version is at hand");
  const { result: unpaid, sizes, start } = await alignBench(bench);
  const result = paid(unpaid, bench.settings.candidates);
  const seen = { ...observations, aligned: observed(result, start) } satisfies WeightsObservations;
  // The question is more than a common draw, whoever turned it, and more than features that were learned: what was only
  // drawn or learned alike is worth nothing here.
  if (start?.explains)
    return { ...exact, reason: `${exact.reason} ${inWords(result)} ${startInWords(start)}`, observations: seen };
  const { summary, digest } = validation;
  const decision = decideScored({
    proposition: SHARED_ANCESTRY,
    statistic: -result.log10PUntolerant,
    nullKinds: summary.nullKinds ?? [],
    log10LR: ratio(result, summary),
    outside: beyondStudy(...sizes),
    validation: summary,
  });
  return {
    ...exact,
    method: {
      id: ALIGNED_METHOD_ID,
      version: ALIGNED_METHOD_VERSION,
      validation: { page: summary.page, digest },
    },
    outcome: decision.outcome,
    reason: [decision.reason, inWords(result), ...(start ? [startInWords(start)] : [])].join(" "),
    strength: decision.strength,
    errorRate: decision.errorRate,
    tests: [
      ...exact.tests.map((test) => (test.id === COMBINED_TEST_ID ? { ...test, id: EXACT_TEST } : test)),
      ...testsOf(result, bench.settings),
    ],
    observations: seen,
    alternatives: [...exact.alternatives, ...ALIGNED_ALTERNATIVES, STUDENT_ALTERNATIVE],
    limits: [...exact.limits.filter((limit) => limit !== DISGUISE_LIMIT), ...ALIGNED_LIMITS],
  };
}

/** Every model that was asked about at once is paid for: by the p, and by the statistic that is held against the nulls. */
function paid(result: AlignedResult, candidates = 1): AlignedResult {
  const of = (log10P: number) => roundLog10P(log10Bonferroni(log10P, candidates));
  return { ...result, log10P: of(result.log10P), log10PUntolerant: of(result.log10PUntolerant) };
}

function notRun(exact: Finding, why: string): Finding {
  return { ...exact, reason: `${exact.reason} Disguises were not undone (${ALIGNED_METHOD_ID}): ${why}.` };
}

function obstacleTo({ reference, suspect }: Bench): string | null {
  if (reference.sketch || suspect.sketch) return "a sketch holds folds of rows, not rows";
  return notAlignable(reference, suspect);
}

async function alignBench({
  reference,
  suspect,
  vocabularies,
  settings,
  compute,
  work,
}: Bench): Promise<{ result: AlignedResult; sizes: [AlignedSize, AlignedSize]; start: AlignedStart | null }> {
  const stage = "undoing disguises";
  const load = async (model: Bench["reference"]) => {
    const numbers = alignableLayers(model);
    return studied(await canonicalModel(model, (tensor) => compute.load(tensor.matrix), numbers), numbers);
  };
  const known = vocabularies.reference !== null && vocabularies.suspect !== null;
  const [a, b] = [await load(reference), await load(suspect)];
  const result = await align({
    reference: a.model,
    suspect: b.model,
    tokens: known
      ? sharedTokens(vocabularies, reference.vocabulary, suspect.vocabulary, TOKENS_PAIRED, settings.seed)
      : null,
    seed: settings.seed,
    compute,
    onProgress: (done, total) => work.onProgress({ stage, done, total }),
  });
  const found = result.layerPairs.filter(({ log10P }) => log10P <= LOG10_ENOUGH);
  const models = { reference: a.model, suspect: b.model };
  const start =
    found.length > 0 ? await alignedStart(models, result.rotation, found, [a.numbers, b.numbers], compute) : null;
  const numbered = <T extends LayerPair>(pair: T): T => ({
    ...pair,
    referenceLayer: a.numbers[pair.referenceLayer]!,
    suspectLayer: b.numbers[pair.suspectLayer]!,
  });
  return {
    result: {
      ...numbered(result),
      attempts: result.attempts.map((attempt) => ({ ...attempt, best: numbered(attempt.best) })),
      layerPairs: result.layerPairs.map(numbered),
    },
    sizes: [sizeOf(a.model), sizeOf(b.model)],
    start,
  };
}

/** Layers larger than any of the study's are left out where others are there: one of them must not speak for all. */
function studied(model: CanonicalModel, numbers: readonly number[]): { model: CanonicalModel; numbers: number[] } {
  const kept = model.layers.flatMap(({ mlp }, at) => (mlp.gate.rows <= STUDIED_UNITS_MAX ? [at] : []));
  if (kept.length === 0 || kept.length === model.layers.length) return { model, numbers: [...numbers] };
  return {
    model: { ...model, layers: kept.map((at) => model.layers[at]!) },
    numbers: kept.map((at) => numbers[at]!),
  };
}

function sizeOf({ hidden, layers }: CanonicalModel): AlignedSize {
  return { hidden, units: Math.max(...layers.map(({ mlp }) => mlp.gate.rows)) };
}

/**
 * Below α the ratio is at least power over α under the test's assumption, as for an exact test; above α nothing is
 * claimed. The cap of the study cuts it in either case.
 */
function ratio({ log10P }: AlignedResult, { positives }: ValidationSummary): { low: number; high: number } {
  const { log10Alpha } = OUTCOME_RULES;
  const power = Math.log10(lower95(positives.foundFamilies, positives.families));
  return { low: log10P <= log10Alpha ? power - log10Alpha : 0, high: -log10P };
}

function inWords(result: AlignedResult): string {
  const { agreeing, pairs, labels, log10P, referenceLayer, suspectLayer, mode, layersLeftOut } = result;
  const where = `layer ${referenceLayer} of the reference and layer ${suspectLayer} of the suspect`;
  return `After alignment (${mode}), ${agreeing} of ${pairs} units that stand in both lists answer to each other by gate rows and by up rows alike in ${where}, of ${labels}: p = 10^${(Math.ceil(log10P * 100) / 100 + 0).toFixed(2)} under P0 with 5 % tolerance.${layersLeftOut ? " Layers were not aligned one by one: too wide or too many." : ""}`;
}

function testsOf(result: AlignedResult, { seed, candidates = 1 }: Bench["settings"]): Test[] {
  const { agreeing, pairs, labels, log10P, log10PUntolerant, referenceLayer, suspectLayer, mode } = result;
  const where = `${mode}; reference layer ${referenceLayer}, suspect layer ${suspectLayer}; ${pairs} units in both lists; ${LOOKS} ways of aligning and every layer pair paid for${candidates > 1 ? `; one of ${candidates} candidates, all of them paid for` : ""}`;
  const common = {
    statistic: {
      name: "units that answer to each other by gate rows and by up rows, best layer pair",
      value: agreeing,
    },
    exact: false,
    n: labels,
    seed,
    axis: "gate-up pairing after alignment",
    where,
  };
  return [
    { ...common, id: UNTOLERANT_TEST, log10P: log10PUntolerant, assumption: P0, share: 0 },
    { ...common, id: COMBINED_TEST_ID, log10P, assumption: P0_TOLERANT, share: 1 },
  ];
}

function startInWords({ slope, explains, inPlace }: AlignedStart): string {
  const held =
    slope === null ? "nothing of it could be measured" : `slope ${slope.toFixed(2)}, where a copy has about 1`;
  if (explains && !inPlace)
    return `What agrees is no more than a model learns that is trained to another's hidden states, or two that are to a third's, each from initial weights of its own, or than two makers have whose machines draw from the same default seeds, or who cut two widths from one published table, and of whom a tool turned or reordered the one's model: neither model holds the other's rows whole (${held}). No weight need have been copied. A copy that was cut or given other layers and then trained on for long looks like this too.`;
  return explains
    ? `What agrees is no more than one default seed of one framework, or one published table of initial weights, gives two makers of whom a tool turned or reordered the one afterwards: neither model holds the other's rows whole (${held}). Nobody need have copied anything. A model that was trained to the other's hidden states, or both to a third's, looks like this too, and so does a copy that was trained on for as long as its parent was.`
    : `One model holds the other's rows whole (${held}), as no two runs from one default seed did in the study, which were trained on other data or in another order, and no student of the other's hidden states.`;
}

function observed(result: AlignedResult, start: AlignedStart | null): NonNullable<WeightsObservations["aligned"]> {
  const { mode, attempts, layerPairs } = result;
  const figure = (x: number | null) => (x === null ? null : Math.round(x * 1e4) / 1e4);
  return {
    mode,
    attempts: attempts.map(({ best, objective, fit, ...attempt }) => ({
      ...attempt,
      objective: figure(objective),
      fit: figure(fit),
      ...best,
    })),
    layerPairs,
    ...(start === null ? {} : { start }),
  };
}
