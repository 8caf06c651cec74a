/**
 * Do the two models come from a common line? One finding: the pair's scores for how it is said and what is said, on
 * cleaned answers, against the best of the panel's strangers in both rows (rule.ts), decided by the house's rule for
 * scored tests. The rank bound pays for every try; so does the cap.
 */
import type { Digest } from "../../../base/digest.js";
import type { Artefact } from "../../../evidence/artefact.js";
import type { Finding, Test } from "../../../finding/finding.js";
import { frameFinding, studyOfMethod } from "../../../finding/frame.js";
import { type Decision, decideScored, refuse } from "../../../finding/outcome.js";
import type { Validation } from "../../../finding/validation.js";
import { addSums, emptySums, type PromptAgreement, pairIndex, type Sums } from "../agreement/agreement.js";
import { countedBlocks } from "../agreement/blocks.js";
import type { AnswerSource } from "../answers/answer-source.js";
import { exhibits } from "../exhibits.js";
import { BEHAVIOUR_PROPOSITIONS } from "../propositions.js";
import { type Cast, log10Rank, panelFamilies, rounded, sidePairs } from "../score/nulls.js";
import { standardScores } from "../score/standard-scores.js";
import type { OriginCount } from "./count-block.js";
import { ORIGIN_STATISTICS } from "./holdings.js";
import {
  ORIGIN_METHOD_VERSION,
  ORIGIN_PROPOSITION,
  type OriginSettings,
  type OriginSide,
  outsideOriginClass,
} from "./method.js";
import type { CommonOriginObservations } from "./observations.js";
import { ownWordsShare, type Vocabulary } from "./own-words.js";
import { originBound, originRatio } from "./ratio.js";
import type { ReadBlock, ReadSource } from "./read-answers.js";
import { READ_AS, READING_VERSION } from "./reading.js";
import { apartAsked, CONTENT, combined, leadsOf, marginAsked, originAbove, SAID, type Standing } from "./rule.js";
import { ORIGIN_ALTERNATIVES, ORIGIN_ASSUMPTION, ORIGIN_LIMITS } from "./words.js";

/** Counts a block of answers, here or in another thread. */
export type CountOrigin = (
  block: ReadBlock,
  groups: Int32Array,
  boilerplate: readonly Uint32Array[],
) => Promise<OriginCount>;

export interface OriginRequest {
  reference: { artefact: Artefact };
  suspect: { artefact: Artefact };
  /** Everything read, the panel included. */
  evidence: readonly Digest[];
  /** Names of all models, for observations; 0 is the reference, 1 the suspect. */
  names: readonly string[];
  cast: Cast;
  leftOut: readonly { why: string; models: number }[];
  /** The two sides as recorded, for exhibits. */
  sides: AnswerSource;
  /** All models. A block is asked for once. */
  source: ReadSource;
  /** Of each model, as boilerplate.ts learns it. */
  boilerplate: readonly Uint32Array[];
  /** Of each model, as own-words.ts counts it. */
  vocabularies: readonly Vocabulary[];
  count: CountOrigin;
  /** Blocks counted at once. */
  concurrency: number;
  validations: readonly Validation[];
  settings: OriginSettings;
  software: Finding["software"];
  onProgress: (done: number, total: number) => void;
}

/** One finding; `refused` where the transcripts share no prompt. */
export async function examineCommonOrigin(request: OriginRequest): Promise<Finding> {
  const { source, cast, settings, names } = request;
  const shared = source.promptIds.length;
  if (shared === 0)
    return assemble(request, refuse("The two transcripts share no prompt: nothing can be compared."), [], null);
  const counted = await countAll(request);
  const scored = (sums: Sums) => ORIGIN_STATISTICS.map((_, s) => standardScores(sums, s, cast.groups));
  const leadsBy = (of: readonly Float64Array[]) =>
    leadsOf({ said: combined(of, SAID), content: combined(of, CONTENT) }, [0, 1], cast.panel, cast.groups);
  const scores = scored(counted.sums);
  const leads = leadsBy(scores);
  const leadsApart = leadsBy(scored(counted.apart));
  const compared = counted.sums.answered[pairIndex(0, 1)]!;
  const apart = counted.apart.answered[pairIndex(0, 1)]!;
  const families = panelFamilies(cast);
  const margin = rounded(marginAsked(compared));
  const lead = rounded(finite(leads.lead));
  const sideOf = (i: 0 | 1): OriginSide & { ownWords: number } => ({
    ...counted.sideOf(i),
    ownWords: rounded(ownWordsShare(request.vocabularies, cast.groups, i)),
  });
  const sides = { reference: sideOf(0), suspect: sideOf(1) };
  const validation = studyOfMethod(request.validations, METHOD)?.summary ?? null;
  const bound = originBound(families, settings.tries);
  const proposition = BEHAVIOUR_PROPOSITIONS.entries[ORIGIN_PROPOSITION];
  const decision = decideScored({
    proposition,
    statistic: lead,
    nullKinds: [
      {
        kind: "the lead asked over the best of the panel's strangers in both rows, for how it is said and for what is said",
        families,
        statisticMax: margin,
      },
    ],
    log10LR: originRatio(validation, families, settings.tries),
    outside: outsideOriginClass({
      sides: [
        { role: "reference", side: sides.reference },
        { role: "suspect", side: sides.suspect },
      ],
      prompts: shared,
      compared,
      same: counted.same,
      families,
    }),
    validation,
    withheld: originAbove({ lead: leads.lead, prompts: compared }, { lead: leadsApart.lead, prompts: apart })
      ? null
      : `But on the ${apart} prompts where the two answers share no run of nine words, the lead is ${rounded(finite(leadsApart.lead)).toFixed(2)}${apart > 0 ? `, and ${rounded(apartAsked(apart)).toFixed(2)} is asked there` : ""}: what they have in common may be what both quote from one source.`,
  });
  const shown = (of: Standing): CommonOriginObservations["said"] => {
    const both = <T>([reference, suspect]: readonly [T, T]) => ({ reference, suspect });
    return {
      pair: rounded(of.pair),
      best: both([rounded(finite(of.best[0])), rounded(finite(of.best[1]))]),
      nearest: both([names[of.nearest[0]] ?? "none", names[of.nearest[1]] ?? "none"]),
      familiesAtOrAbove: both(of.familiesAtOrAbove),
      lead: rounded(finite(of.lead)),
    };
  };
  const nulls = sidePairs(cast);
  const observations: CommonOriginObservations = {
    settings: { ...settings, reading: READING_VERSION, method: ORIGIN_METHOD_VERSION },
    prompts: { shared, compared, same: counted.same, known: counted.known },
    panel: { models: cast.panel.length, families, leftOut: [...request.leftOut], answers: counted.panel() },
    sides,
    said: shown(leads.said),
    content: shown(leads.content),
    margin,
    apart: {
      prompts: apart,
      said: rounded(finite(leadsApart.said.lead)),
      content: rounded(finite(leadsApart.content.lead)),
      asked: apart > 0 ? rounded(apartAsked(apart)) : null,
    },
    bound: rounded(bound),
    statistics: ORIGIN_STATISTICS.map((statistic, s) => {
      const value = finite(scores[s]![pairIndex(0, 1)]!);
      return {
        statistic,
        standardScore: rounded(value),
        part: SAID.includes(statistic as never) ? "said" : CONTENT.includes(statistic as never) ? "content" : "shown",
        nullsAtOrAbove: nulls.filter((at) => scores[s]![at]! >= value).length,
        nulls: nulls.length,
      };
    }),
    exhibits: await exhibits(
      request.sides,
      counted.prompts,
      ORIGIN_STATISTICS.map((s) => (SAID.includes(s as never) || CONTENT.includes(s as never) ? 1 : 0)),
    ),
  };
  return assemble(request, decision, tests(request, observations, lead), observations);
}

const METHOD = { id: ORIGIN_PROPOSITION, version: ORIGIN_METHOD_VERSION };

/** Where no stranger is at hand there is no lead; the outcome is `uncalibrated` then. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

interface Counts extends Pick<OriginCount, "sums" | "apart" | "same"> {
  prompts: PromptAgreement[];
  known: number;
  sideOf(model: number): OriginSide;
  panel(): OriginSide;
}

async function countAll(request: OriginRequest): Promise<Counts> {
  const { source, cast, boilerplate, count, concurrency, onProgress } = request;
  const total = source.promptIds.length;
  const sums = emptySums(source.models, ORIGIN_STATISTICS.length);
  const apart = emptySums(source.models, ORIGIN_STATISTICS.length);
  const read = READ_AS.map(() => new Float64Array(source.models));
  const prompts: PromptAgreement[] = [];
  let same = 0;
  let known = 0;
  const counting = async (block: ReadBlock) => {
    known += block.prompts.filter((prompt) => prompt !== null).length;
    return count(block, cast.groups, boilerplate);
  };
  for await (const { from, prompts: size, counted } of countedBlocks(source, concurrency, counting)) {
    addSums(sums, counted.sums);
    addSums(apart, counted.apart);
    counted.read.forEach((of, i) => {
      of.forEach((n, m) => {
        read[i]![m]! += n;
      });
    });
    same += counted.same;
    for (const [p, excess] of counted.excess.entries()) prompts.push({ prompt: from + p, excess });
    onProgress(from + size, total);
  }
  const sideOf = (...models: number[]): OriginSide => {
    const of = (as: (typeof READ_AS)[number]) => models.reduce((n, m) => n + read[READ_AS.indexOf(as)]![m]!, 0);
    return {
      answers: models.reduce((n, m) => n + read.reduce((sum, by) => sum + by[m]!, 0), 0),
      compared: of("compared"),
      empty: of("empty"),
      cutByReasoning: of("cut by reasoning"),
      otherScript: of("another script"),
      boilerplate: of("boilerplate or echo alone"),
    };
  };
  return { sums, apart, same, prompts, known, sideOf, panel: () => sideOf(...cast.panel) };
}

function tests({ settings }: OriginRequest, seen: CommonOriginObservations, lead: number): Test[] {
  const common = { exact: false, assumption: ORIGIN_ASSUMPTION, seed: settings.seed, n: seen.prompts.compared };
  const { families } = seen.panel;
  /** The larger of the two rows' ranks, all tries paid for, rounded up. */
  const rank = ({ familiesAtOrAbove: { reference, suspect } }: CommonOriginObservations["said"]) =>
    Math.min(
      0,
      Math.ceil((log10Rank(Math.max(reference, suspect), families) + Math.log10(settings.tries)) * 1e4) / 1e4,
    );
  const part = (id: string, of: CommonOriginObservations["said"], name: string): Test => ({
    id: `behaviour/${id}`,
    statistic: { name, value: of.pair },
    log10P: rank(of),
    share: 0,
    where: `${of.familiesAtOrAbove.reference} of ${families} families stand as near to the reference, ${of.familiesAtOrAbove.suspect} to the suspect`,
    ...common,
  });
  return [
    part("said", seen.said, "how it is said, mean asinh standard score"),
    part("content", seen.content, "what is said, mean asinh standard score"),
    {
      id: "combined",
      statistic: { name: "smaller lead over the best stranger in both rows", value: lead },
      log10P: Math.max(rank(seen.said), rank(seen.content)),
      share: 1,
      where: `a lead of ${seen.margin} is asked with ${seen.prompts.compared} prompts`,
      ...common,
    },
  ];
}

function assemble(
  request: OriginRequest,
  decision: Decision,
  testList: Test[],
  observations: CommonOriginObservations | null,
): Finding {
  const { reference, suspect } = request;
  return frameFinding({
    list: BEHAVIOUR_PROPOSITIONS,
    proposition: BEHAVIOUR_PROPOSITIONS.entries[ORIGIN_PROPOSITION],
    method: METHOD,
    validation: studyOfMethod(request.validations, METHOD),
    subject: { kind: "pair", reference: reference.artefact, suspect: suspect.artefact },
    decision,
    tests: testList,
    observations,
    alternatives: ORIGIN_ALTERNATIVES,
    limits: ORIGIN_LIMITS,
    evidence: request.evidence,
    software: request.software,
  });
}
