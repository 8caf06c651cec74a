/**
 * The door of the behaviour laboratory: did the same weights answer, was one tuned from the other, was the suspect
 * taught by the reference? Three propositions, tested separately on the same comparison of answers with a panel of
 * presumed-unrelated models. Each family of features has its statistic and rank; their combination becomes a
 * likelihood ratio by a calibration whose development set holds neither side's base.
 * It sees recorded answers only, and cannot tell why two models agree.
 */
import type { Digest } from "../../base/digest.js";
import { wellFormed } from "../../base/well-formed.js";
import type { Artefact } from "../../evidence/artefact.js";
import type { Finding, Test } from "../../finding/finding.js";
import { frameFinding, type MethodName, studyOfMethod } from "../../finding/frame.js";
import { type Decision, decideScored, refuse } from "../../finding/outcome.js";
import type { Validation } from "../../finding/validation.js";
import { NORMALISER_VERSION } from "../../transcript/normaliser.js";
import { pairIndex, STATISTICS } from "./agreement/agreement.js";
import type { CountBlock } from "./agreement/block-count.js";
import { type Comparison, compare, type OnProgress } from "./agreement/comparison.js";
import type { AnswerSource } from "./answers/answer-source.js";
import type { SamplesOf } from "./answers/samples.js";
import { attribution, beforeAfter } from "./change.js";
import { exhibits } from "./exhibits.js";
import {
  type BehaviourProposition,
  METHOD_VERSION,
  outsideReferenceClass,
  PROPOSITIONS_TESTED,
  type Settings,
} from "./method.js";
import type { BehaviourObservations } from "./observations.js";
import { identityTests, testsOfIdentity } from "./one-distribution/one-distribution.js";
import { BEHAVIOUR_PROPOSITIONS } from "./propositions.js";
import { type Development, type FitFound, fitFor, likelihoodRatio } from "./score/development.js";
import { type Cast, log10Rank, nullKinds, panelFamilies, panelPairs, rounded, sidePairs } from "./score/nulls.js";
import { type Round, roundOf, roundsOf } from "./score/rounds.js";
import { allStandardScores, combinedScores } from "./score/score.js";
import { ALTERNATIVES, ASSUMPTION, LIMITS } from "./words.js";

export interface BehaviourRequest {
  reference: { artefact: Artefact };
  suspect: { artefact: Artefact };
  /** Everything read, the panel included. */
  evidence: readonly Digest[];
  /** Names of all models, for observations; 0 is the reference, 1 the suspect. */
  names: readonly string[];
  cast: Cast;
  /** Places of two releases of the suspect; null when not asked. */
  releases: { before: number; after: number } | null;
  leftOut: readonly { why: string; models: number }[];
  source: AnswerSource;
  /** All answers of the two sides, for tests of identity; null where each has one a prompt and no probabilities. */
  samples: { reference: SamplesOf; suspect: SamplesOf } | null;
  /** Counts a block of answers, here or in another thread. */
  count: CountBlock;
  /** Blocks counted at once. */
  concurrency: number;
  development: Development | null;
  /** Development bases that a side's answers coincide with, ascending. */
  basesLeftOut: readonly number[];
  /** Studies by proposition. */
  /** Studies at hand: each proposition leans on its own. */
  validations: readonly Validation[];
  settings: Settings;
  software: Finding["software"];
  onProgress: OnProgress;
}

/** Three findings, one a proposition, on one comparison; without a shared prompt each is `refused`. */
export async function examineBehaviour(request: BehaviourRequest): Promise<Finding[]> {
  const prompts = request.source.promptIds.length;
  if (prompts === 0) {
    const decision = refuse("The two transcripts share no prompt: nothing can be compared.");
    return PROPOSITIONS_TESTED.map((proposition) => assemble(request, proposition, decision, [], null));
  }
  const { source, cast, count, concurrency, onProgress } = request;
  const questions = PROPOSITIONS_TESTED.map((proposition) => questionOf(request, proposition));
  let scores: readonly Float64Array[] = [];
  const comparison = await compare(source, cast.groups, count, concurrency, onProgress, (sums) => {
    scores = allStandardScores(sums, cast.groups);
    for (const question of questions)
      question.rounds.push(roundOf(sums.prompts, combinedScores(scores, question.weights), cast));
  });
  const outside = outsideReferenceClass(
    (["reference", "suspect"] as const).map((role, i) => ({ role, profile: comparison.profiles[i]! })),
    prompts,
    panelFamilies(request.cast),
  );
  return Promise.all(questions.map((question) => examineOne(request, question, comparison, scores, outside)));
}

/** A proposition with what the development set says of it, and the rounds so far. */
interface Question {
  proposition: BehaviourProposition;
  found: FitFound | null;
  weights: readonly number[];
  rounds: Round[];
}

function questionOf(
  { development, source, basesLeftOut }: BehaviourRequest,
  proposition: BehaviourProposition,
): Question {
  const found = development ? fitFor(development, proposition, source.promptIds.length, basesLeftOut) : null;
  // Without a fit the families still speak, each by itself; equal weights say how they look together.
  const weights = found?.fit.weights ?? STATISTICS.map(() => 1 / STATISTICS.length);
  return { proposition, found, weights, rounds: [] };
}

async function examineOne(
  request: BehaviourRequest,
  { proposition, found, weights, rounds }: Question,
  comparison: Comparison,
  last: readonly Float64Array[],
  outside: string | null,
): Promise<Finding> {
  const { cast, development, source } = request;
  const fit = found?.fit ?? null;
  const combined = combinedScores(last, weights);
  const score = rounded(combined[pairIndex(0, 1)]!);
  const kinds = found && development ? nullKinds(combined, cast, development.kinds, found) : [];
  const ratio = fit ? likelihoodRatio(fit, score) : null;
  const decision = decideScored({
    proposition: BEHAVIOUR_PROPOSITIONS.entries[proposition],
    statistic: score,
    nullKinds: kinds,
    log10LR: ratio ?? { low: 0, high: 0 },
    outside: outside ?? (fit ? null : whyNoFit(development)),
    validation: studyOfMethod(request.validations, methodOf(proposition))?.summary ?? null,
  });
  const observations: BehaviourObservations = {
    settings: { seed: request.settings.seed, normaliser: NORMALISER_VERSION, method: METHOD_VERSION },
    prompts: source.promptIds.length,
    panel: { models: cast.panel.length, families: panelFamilies(cast), leftOut: [...request.leftOut] },
    sides: { reference: comparison.profiles[0], suspect: comparison.profiles[1] },
    score: {
      value: score,
      log10LRBeforeCap: ratio
        ? { value: rounded(ratio.log10LR), low: rounded(ratio.low), high: rounded(ratio.high) }
        : null,
      calibratedAt: found?.calibratedAt ?? null,
      basesLeftOut: request.basesLeftOut.length,
    },
    families: familyRanks(last, cast, weights),
    nullKinds: kinds.map(({ kind, families, statisticMax }) => ({
      kind,
      families,
      largest: statisticMax,
      above: score > statisticMax,
    })),
    rounds: roundsOf(rounds),
    exhibits: await exhibits(source, comparison.prompts, weights),
    identity: comparison.identity.map(({ side, prompt, sentence }) => ({
      side: side === 0 ? "reference" : "suspect",
      promptId: source.promptIds[prompt]!,
      sentence: wellFormed(sentence),
    })),
    identityTests: proposition === "behaviour/same-model" ? identityTests(request) : null,
    attribution: proposition === "behaviour/taught-by" ? attribution(combined, cast, request.names) : null,
    beforeAfter: request.releases ? beforeAfter(combined, cast, request.releases.before, request.releases.after) : null,
  };
  return assemble(request, proposition, decision, tests(request, proposition, observations, combined), observations);
}

function whyNoFit(development: Development | null): string {
  return development
    ? "no development set remains when the bases of both sides are left out"
    : "no development set is at hand";
}

function familyRanks(
  last: readonly Float64Array[],
  cast: Cast,
  weights: readonly number[],
): BehaviourObservations["families"] {
  const pairs = sidePairs(cast);
  return STATISTICS.map((family, s) => {
    const of = last[s]!;
    const value = of[pairIndex(0, 1)]!;
    return {
      family,
      standardScore: rounded(value),
      weight: rounded(weights[s]!),
      nullsAtOrAbove: pairs.filter((at) => of[at]! >= value).length,
      nulls: pairs.length,
    };
  });
}

function tests(
  { settings, cast, source }: BehaviourRequest,
  proposition: BehaviourProposition,
  observations: BehaviourObservations,
  combined: Float64Array,
): Test[] {
  const common = { exact: false, assumption: ASSUMPTION, seed: settings.seed, n: source.promptIds.length };
  const ofFamilies = observations.families.map(
    ({ family, standardScore, nullsAtOrAbove, nulls }): Test => ({
      id: `behaviour/${family}`,
      statistic: { name: "standard score of agreement", value: standardScore },
      log10P: log10Rank(nullsAtOrAbove, nulls),
      share: 0,
      where: `${nullsAtOrAbove} of ${nulls} pairs with the panel reach it`,
      ...common,
    }),
  );
  const pairs = [...sidePairs(cast), ...panelPairs(cast)];
  const score = observations.score.value;
  const atOrAbove = pairs.filter((at) => combined[at]! >= score).length;
  const all: Test[] = [
    ...ofFamilies,
    {
      id: "combined",
      statistic: { name: `score for ${proposition}`, value: score },
      log10P: log10Rank(atOrAbove, pairs.length),
      share: 1,
      where: `${atOrAbove} of ${pairs.length} presumed-unrelated pairs reach it`,
      ...common,
    },
  ];
  const { beforeAfter: moved, identityTests: identity } = observations;
  if (identity) all.push(...testsOfIdentity(identity, settings.seed));
  if (moved)
    all.push({
      id: "before-after",
      statistic: { name: "change of score towards the reference", value: moved.change },
      log10P: log10Rank(moved.placebosAtOrAbove, moved.placebos),
      share: 0,
      where: `${moved.placebosAtOrAbove} of ${moved.placebos} panel models saw the later release move towards them as much`,
      ...common,
    });
  return all;
}

function assemble(
  request: BehaviourRequest,
  proposition: BehaviourProposition,
  decision: Decision,
  testList: Test[],
  observations: BehaviourObservations | null,
): Finding {
  const { reference, suspect } = request;
  const method = methodOf(proposition);
  const same = reference.artefact.root === suspect.artefact.root;
  return frameFinding({
    list: BEHAVIOUR_PROPOSITIONS,
    proposition: BEHAVIOUR_PROPOSITIONS.entries[proposition],
    method,
    validation: studyOfMethod(request.validations, method),
    subject: { kind: "pair", reference: reference.artefact, suspect: suspect.artefact },
    decision: same ? { ...decision, reason: `${decision.reason} Both sides are the same transcript.` } : decision,
    tests: testList,
    observations,
    alternatives: ALTERNATIVES[proposition],
    limits: LIMITS[proposition],
    evidence: request.evidence,
    software: request.software,
  });
}

/** Each proposition is a method of its own. */
function methodOf(proposition: BehaviourProposition): MethodName {
  return { id: proposition, version: METHOD_VERSION };
}
