/**
 * Logs of Inspect (inspect.aisi.org.uk/eval-logs.html), versions 1 to 3 of its format: one JSON, or the parts of an
 * `.eval` archive put together to it. Scores are read as Inspect's own `value_to_float` does: C is 1, I and N are 0, P is
 * a half, "yes" and "true" are 1. A sample passes where its score is 1: a half is not right.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { type Json, listIn, numberIn, objectIn, textIn } from "./loose-json.js";
import { type Attempt, type Count, countOf, type EvalReading, type Fault, faultsOfCounts } from "./reading.js";

const FORMATS = [1, 2, 3];
/** A stated mean and the one counted again differ by rounding only. */
const SLACK = 1e-6;

interface Scored {
  sample: string;
  id: string;
  /** Null where the value is no number. */
  value: number | null;
}

/** @param log header with `samples` in it @param notNumbers values of the file that were NaN or infinite */
export function readInspect(log: Json, notNumbers: number): EvalReading {
  const about = objectIn(log, "eval");
  const faults: Fault[] = [];
  const fault = (name: Fault["name"], says: string) => faults.push({ name, says });
  const format = numberIn(log, "version");
  if (format === null || !FORMATS.includes(format))
    fault("unknown-format", `version ${format ?? "missing"} of the log`);
  const status = textIn(log, "status");
  if (status !== "success") fault("not-ended", `status ${status ?? "missing"}`);
  if (log.invalidated === true) fault("invalidated", "invalidated is true");
  if (objectIn(about, "revision")?.dirty === true) fault("dirty", "revision.dirty is true");
  if (notNumbers > 0) fault("not-a-number", `${notNumbers} value${notNumbers === 1 ? "" : "s"}`);
  limits(about, fault);
  const samples = (listIn(log, "samples") ?? []).filter(
    (each): each is Json => typeof each === "object" && each !== null,
  );
  const results = objectIn(log, "results");
  completeness(results, samples, fault);
  const { counts, uncounted } = metrics(results, samples, fault);
  faults.push(...faultsOfCounts(counts));
  return {
    tool: "inspect",
    suite: textIn(about, "task") ?? "unnamed",
    version: about?.task_version === undefined ? null : String(about.task_version).slice(0, 100),
    model: textIn(about, "model"),
    evaluatedAt: textIn(objectIn(log, "stats"), "completed_at") ?? textIn(about, "created"),
    counts,
    uncounted,
    faults,
  };
}

function limits(about: Json | null, fault: (name: Fault["name"], says: string) => void): void {
  const config = objectIn(about, "config");
  const dataset = objectIn(about, "dataset");
  const chosen = listIn(dataset, "sample_ids")?.length ?? null;
  const whole = numberIn(dataset, "samples");
  const limit = config?.limit;
  if (limit !== undefined && limit !== null) fault("limited", `limit ${JSON.stringify(limit).slice(0, 60)}`);
  else if (config?.sample_id !== undefined && config.sample_id !== null) fault("limited", "chosen sample_id");
  else if (chosen !== null && whole !== null && chosen < whole) fault("limited", `${chosen} of ${whole} samples`);
}

function completeness(
  results: Json | null,
  samples: readonly Json[],
  fault: (name: Fault["name"], says: string) => void,
): void {
  const [total, completed] = [numberIn(results, "total_samples"), numberIn(results, "completed_samples")];
  if (results === null) fault("incomplete", "no results");
  if (total !== null && completed !== null && completed < total)
    fault("incomplete", `${completed} of ${total} completed`);
  if (samples.length === 0) fault("no-samples", "no samples in the file");
  else if (total !== null && samples.length !== total)
    fault("incomplete", `the file holds ${samples.length} of ${total} samples`);
  const errored = samples.filter((sample) => sample.error !== undefined && sample.error !== null).length;
  if (errored > 0) fault("errored", `${errored} of ${samples.length} samples`);
  const stopped = samples.filter((sample) => sample.invalidation !== undefined && sample.invalidation !== null).length;
  if (stopped > 0) fault("invalidated", `${stopped} of ${samples.length} samples`);
}

function metrics(
  results: Json | null,
  samples: readonly Json[],
  fault: (name: Fault["name"], says: string) => void,
): Pick<EvalReading, "counts" | "uncounted"> {
  const stated = listIn(results, "scores") ?? [];
  const names = new Set<string>(samples.flatMap((sample) => Object.keys(objectIn(sample, "scores") ?? {})));
  for (const score of stated) {
    const name = textIn(score, "scorer") ?? textIn(score, "name");
    if (name !== null && textIn(score, "reducer") === null && !isPart(score)) names.add(name);
  }
  const counts: Count[] = [];
  const uncounted: EvalReading["uncounted"] = [];
  if (names.size === 0 && samples.length > 0) fault("unscored", `${samples.length} of ${samples.length} samples`);
  for (const metric of names) {
    const scored = samples.flatMap((sample) => scoreOf(sample, metric));
    const missing = samples.length - scored.length;
    if (missing > 0) fault("unscored", `${metric}: ${missing} of ${samples.length} samples`);
    const values = scored.flatMap(({ value }) => (value === null ? [] : [value]));
    if (values.length < scored.length || !values.every((value) => value === 0 || value === 0.5 || value === 1)) {
      uncounted.push({ metric, says: "values other than right, wrong and partial" });
      continue;
    }
    const attempts: Attempt[] = scored.map(({ sample, value }) => ({ sample, passed: value === 1 }));
    const accuracy = statedMean(stated, metric);
    counts.push(countOf(metric, attempts, accuracy));
    const mean = meanOf(scored);
    if (accuracy !== null && mean !== null && Math.abs(mean - accuracy) > SLACK)
      fault("sums-differ", `${metric}: accuracy ${accuracy}, the samples give ${mean}`);
  }
  return { counts, uncounted };
}

/** A scorer that gives several values has one entry in the results for each of them. */
function isPart(score: unknown): boolean {
  const [name, scorer] = [textIn(score, "name"), textIn(score, "scorer")];
  return name !== null && scorer !== null && name !== scorer;
}

/** Inspect's mean over samples, each the mean of its epochs. */
function meanOf(scored: readonly Scored[]): number | null {
  const epochs = new Map<string, number[]>();
  for (const { id, value } of scored) epochs.set(id, [...(epochs.get(id) ?? []), value!]);
  const means = [...epochs.values()].map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  return means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

function statedMean(stated: readonly unknown[], metric: string): number | null {
  const score = stated.find(
    (each) => textIn(each, "name") === metric && ["mean", null].includes(textIn(each, "reducer")),
  );
  return numberIn(objectIn(objectIn(score, "metrics"), "accuracy"), "value");
}

function scoreOf(sample: Json, metric: string): Scored[] {
  const score = objectIn(objectIn(sample, "scores"), metric);
  if (score === null || score.value === undefined || score.value === null) return [];
  const content = canonicalJson([sample.input ?? null, sample.choices ?? null, sample.target ?? null] as never);
  return [{ sample: sha256Hex(utf8(content)), id: String(sample.id), value: toNumber(score.value) }];
}

const WORDS: Record<string, number> = { c: 1, i: 0, n: 0, p: 0.5, yes: 1, true: 1, no: 0, false: 0 };

function toNumber(value: unknown): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  if (typeof value !== "string") return null;
  const word = WORDS[value.toLowerCase()];
  if (word !== undefined) return word;
  return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : null;
}
