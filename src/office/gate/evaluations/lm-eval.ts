/**
 * Results of lm-evaluation-harness (docs/interface.md of EleutherAI/lm-evaluation-harness): `results_*.json`, and beside
 * it, where it was asked to log them, `samples_<task>_*.jsonl`. Counts are made from the samples; without them nothing is
 * counted again and the results are refused by name. One filter of a task is one metric: several filters of the same
 * answers are no further trials, and repeats of one document are attempts at one sample.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { isObject, type Json, numberIn, objectIn, textIn } from "./loose-json.js";
import { type Attempt, type Count, countOf, type EvalReading, type Fault, faultsOfCounts } from "./reading.js";

const SLACK = 1e-6;

/** @param samples lines of the task's samples, by task */
export function readLmEval(
  results: Json,
  samples: ReadonlyMap<string, readonly Json[]>,
  notNumbers: number,
): EvalReading {
  const faults: Fault[] = [];
  const fault = (name: Fault["name"], says: string) => faults.push({ name, says });
  const config = objectIn(results, "config");
  if (notNumbers > 0) fault("not-a-number", `${notNumbers} value${notNumbers === 1 ? "" : "s"}`);
  if (config?.limit !== undefined && config.limit !== null) fault("limited", `limit ${String(config.limit)}`);
  if (config?.samples !== undefined && config.samples !== null) fault("limited", "chosen samples");
  const tasks = Object.entries(objectIn(results, "results") ?? {});
  const sizes = objectIn(results, "n-samples");
  const groups = new Set(Object.keys(objectIn(results, "groups") ?? {}));
  const counts: Count[] = [];
  const uncounted: EvalReading["uncounted"] = [];
  if (tasks.length === 0) fault("incomplete", "no results");
  for (const [task, figures] of tasks) {
    if (!isObject(figures) || (groups.has(task) && !samples.has(task))) continue;
    const [original, effective] = [
      numberIn(objectIn(sizes, task), "original"),
      numberIn(objectIn(sizes, task), "effective"),
    ];
    if (original !== null && effective !== null && effective < original)
      fault("limited", `${task}: ${effective} of ${original} samples`);
    const lines = samples.get(task) ?? [];
    if (lines.length === 0) {
      fault("no-samples", `${task}: no samples_${task}_*.jsonl beside the results`);
      continue;
    }
    const documents = new Set(lines.map(({ doc_id }) => String(doc_id)));
    if (effective !== null && documents.size !== effective)
      fault("incomplete", `${task}: the samples hold ${documents.size} of ${effective} documents`);
    for (const [name, value] of Object.entries(figures)) {
      const [metric, filter] = name.split(",") as [string, string | undefined];
      if (filter === undefined || metric.endsWith("_stderr")) continue;
      const stated = typeof value === "number" ? value : null;
      const held = lines.filter((line) => (textIn(line, "filter") ?? "none") === filter && metric in line);
      if (held.length === 0) {
        uncounted.push({ metric: `${task} ${name}`, says: "not a value of each sample" });
        continue;
      }
      const values = held.map((line) => toNumber(line[metric]));
      if (!values.every((each) => each === 0 || each === 1)) {
        uncounted.push({ metric: `${task} ${name}`, says: "values other than right and wrong" });
        continue;
      }
      const attempts: Attempt[] = held.map((line, i) => ({ sample: contentOf(line), passed: values[i] === 1 }));
      counts.push(countOf(`${task} ${name}`, attempts, stated));
      const mean = values.reduce<number>((sum, each) => sum + each!, 0) / values.length;
      if (stated === null) fault("not-a-number", `${task} ${name}`);
      else if (Math.abs(mean - stated) > SLACK)
        fault("sums-differ", `${task} ${name}: ${stated}, the samples give ${mean}`);
    }
  }
  faults.push(...faultsOfCounts(counts));
  const versions = Object.entries(objectIn(results, "versions") ?? {}).map(
    ([task, version]) => `${task} ${String(version)}`,
  );
  return {
    tool: "lm-eval",
    suite:
      tasks
        .map(([task]) => task)
        .join(", ")
        .slice(0, 1000) || "unnamed",
    version: versions.join(", ").slice(0, 100) || null,
    model: textIn(results, "model_name") ?? textIn(config, "model"),
    evaluatedAt: dateOf(numberIn(results, "date")),
    counts,
    uncounted,
    faults,
  };
}

function contentOf(line: Json): string {
  const content = line.arguments ?? line.doc ?? textIn(line, "prompt_hash") ?? textIn(line, "doc_hash") ?? line.doc_id;
  return sha256Hex(utf8(canonicalJson([content ?? null, line.target ?? null] as never)));
}

function toNumber(value: unknown): number | null {
  return typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : null;
}

function dateOf(seconds: number | null): string | null {
  return seconds === null || seconds <= 0 || seconds > 1e11 ? null : new Date(seconds * 1000).toISOString();
}
