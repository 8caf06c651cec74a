/**
 * The two tests of identity as a finding carries them: Model Equality Testing on sampled answers and rank-uniformity on
 * stated probabilities. Both test "one distribution answered on both sides" with an exact p, both may only speak
 * against it, and neither reaches an outcome: no study of real endpoints stands behind their use yet.
 */
import { prng } from "../../../base/prng.js";
import type { Test } from "../../../finding/finding.js";
import type { AnswerSource } from "../answers/answer-source.js";
import { pairSamples, type SamplesOf } from "../answers/samples.js";
import type { Settings } from "../method.js";
import type { BehaviourObservations } from "../observations.js";
import { log10Rank, rounded } from "../score/nulls.js";
import { testEquality } from "./equality.js";
import { testRankUniformity } from "./rank-uniformity.js";

type IdentityTests = NonNullable<BehaviourObservations["identityTests"]>;

/** null where the transcripts carry neither several answers a prompt nor probabilities. */
export function identityTests({
  samples,
  source,
  settings,
}: {
  samples: { reference: SamplesOf; suspect: SamplesOf } | null;
  source: Pick<AnswerSource, "promptIds">;
  settings: Settings;
}): IdentityTests | null {
  if (!samples) return null;
  const paired = pairSamples(source.promptIds, samples.reference, samples.suspect);
  const equality = testEquality(paired, prng("behaviour/equality", settings.seed));
  const ranks = testRankUniformity(paired, prng("behaviour/rank-uniformity", settings.seed));
  if (!equality && !ranks) return null;
  return {
    calibration: "uncalibrated",
    equality: equality && {
      prompts: equality.prompts,
      samples: equality.samples,
      statistic: round6(equality.statistic),
      log10P: log10Rank(equality.atOrAbove, equality.draws),
    },
    rankUniformity: ranks && {
      prompts: ranks.prompts,
      samplesLeast: ranks.samplesLeast,
      statistic: round6(ranks.statistic),
      meanRank: rounded(ranks.meanRank),
      log10P: log10Rank(ranks.atOrAbove, ranks.draws),
    },
  };
}

/** With share 0: they describe and spend nothing of α. */
export function testsOfIdentity({ equality, rankUniformity }: IdentityTests, seed: string): Test[] {
  const common = { exact: true, seed, share: 0, where: "speaks against one distribution only; uncalibrated" };
  return [
    ...(equality
      ? [
          {
            id: "behaviour/model-equality",
            statistic: { name: "mean squared discrepancy, Hamming kernel", value: equality.statistic },
            log10P: equality.log10P,
            assumption: "The samples of a prompt are independent draws on each side, taken with the same settings.",
            n: equality.prompts,
            ...common,
          },
        ]
      : []),
    ...(rankUniformity
      ? [
          {
            id: "behaviour/rank-uniformity",
            statistic: { name: "Cramer-von Mises distance of ranks", value: rankUniformity.statistic },
            log10P: rankUniformity.log10P,
            assumption: "Answers are independent draws, and both servers state probabilities in the same way.",
            n: rankUniformity.prompts,
            ...common,
          },
        ]
      : []),
  ];
}

function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}
