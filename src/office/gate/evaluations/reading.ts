/**
 * What a harness's file says of one evaluation, counted again from its samples. A count is over *distinct* samples: one
 * that was tried several times, or stands twice under two names, is one trial, passed when every attempt passed. Whatever
 * makes the counts less than the whole evaluation is a fault with a name; a gate refuses an evaluation that has one.
 * It cannot see samples that were left out of the file without a trace, nor a scorer that is wrong.
 */
import { lower95 } from "../../../stats/clopper-pearson.js";

export const TOOLS = ["inspect", "lm-eval", "promptfoo", "garak", "assay"] as const;
type Tool = (typeof TOOLS)[number];

/** Fewer distinct samples carry no threshold worth the name: 29 of 29 bound a rate at .9. */
const SAMPLES_MIN = 30;

/** Why an evaluation is not taken. The name is what a policy and a page say. */
export const FAULTS = {
  "not-ended": "the run did not end with success",
  incomplete: "fewer samples were completed than were planned",
  invalidated: "the tool marks the log as invalidated",
  limited: "the run was limited to a part of its samples",
  dirty: "the code that ran had changes that were not committed",
  errored: "samples ended in an error",
  unscored: "samples have no score",
  "not-a-number": "a value is not a number",
  "no-samples": "the file holds no samples, so that nothing can be counted again",
  "sums-differ": "the tool's own figures are not what its samples give",
  "few-samples": `fewer than ${SAMPLES_MIN} distinct samples`,
  "unknown-format": "a version of the format that is not known here",
} as const;
type FaultName = keyof typeof FAULTS;

export interface Fault {
  name: FaultName;
  /** What was seen, in a few words with figures. */
  says: string;
}

/** One metric whose samples are right or wrong. */
export interface Count {
  metric: string;
  /** Distinct samples that passed in every attempt. */
  k: number;
  /** Distinct samples. */
  n: number;
  attempts: number;
  /** Attempts that passed: what the tool itself counts. */
  passed: number;
  /** The figure that the tool states, as it is written there; null where it states none. */
  stated: number | null;
}

export interface EvalReading {
  tool: Tool;
  suite: string;
  version: string | null;
  model: string | null;
  evaluatedAt: string | null;
  counts: Count[];
  /** Metrics whose values are not right or wrong, with what they are: no exact bound is stated for them. */
  uncounted: { metric: string; says: string }[];
  faults: Fault[];
}

/** One attempt at one sample; `sample` names its content, not its number. */
export interface Attempt {
  sample: string;
  passed: boolean;
}

/** Counts over distinct samples. @param stated the tool's own figure for the metric */
export function countOf(metric: string, attempts: readonly Attempt[], stated: number | null): Count {
  const samples = new Map<string, boolean>();
  for (const { sample, passed } of attempts) samples.set(sample, (samples.get(sample) ?? true) && passed);
  return {
    metric,
    k: [...samples.values()].filter(Boolean).length,
    n: samples.size,
    attempts: attempts.length,
    passed: attempts.filter(({ passed }) => passed).length,
    stated,
  };
}

/** The faults that counts have of themselves. @param floor the least number of distinct samples */
export function faultsOfCounts(counts: readonly Count[], floor = SAMPLES_MIN): Fault[] {
  const few = counts.filter(({ n }) => n < floor);
  return few.map(({ metric, n }) => ({
    name: "few-samples",
    says: `${metric}: ${n} distinct sample${n === 1 ? "" : "s"}, at least ${floor} are expected`,
  }));
}

/** One-sided 95 % lower bound of the rate of samples that pass, in parts per million, rounded down. */
export function lower95Ppm({ k, n }: Pick<Count, "k" | "n">): number {
  return n === 0 ? 0 : Math.floor(lower95(k, n) * 1e6);
}
