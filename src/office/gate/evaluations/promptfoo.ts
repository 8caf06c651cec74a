/**
 * Output of promptfoo (promptfoo.dev/docs/configuration/outputs), form 3: `results.results` holds one line for each test,
 * prompt and provider, `results.stats` the sums. One provider and prompt is one metric. Lines that ended in an error are no
 * failures: they are faults, as promptfoo leaves them out of its rate.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { isObject, type Json, listIn, numberIn, objectIn, textIn } from "./loose-json.js";
import { type Attempt, type Count, countOf, type EvalReading, type Fault, faultsOfCounts } from "./reading.js";

/** `failureReason` of a line whose provider or check threw. */
const ERROR = 2;
const FILTERS = [
  "filterPattern",
  "filterFirstN",
  "filterFailing",
  "filterSample",
  "filterErrorsOnly",
  "filterMetadata",
];

/** @param output the whole file */
export function readPromptfoo(output: Json, notNumbers: number): EvalReading {
  const faults: Fault[] = [];
  const fault = (name: Fault["name"], says: string) => faults.push({ name, says });
  const results = objectIn(output, "results");
  const format = numberIn(results, "version");
  if (format !== 3) fault("unknown-format", `version ${format ?? "missing"} of the results`);
  if (notNumbers > 0) fault("not-a-number", `${notNumbers} value${notNumbers === 1 ? "" : "s"}`);
  const lines = (listIn(results, "results") ?? []).filter(isObject);
  if (lines.length === 0) fault("no-samples", "no results in the file");
  const asked = objectIn(objectIn(output, "config"), "commandLineOptions");
  for (const name of FILTERS)
    if (asked?.[name] !== undefined && asked[name] !== null && asked[name] !== false) fault("limited", name);
  const errored = lines.filter((line) => isError(line)).length;
  if (errored > 0) fault("errored", `${errored} of ${lines.length} lines`);
  sums(objectIn(results, "stats"), lines, fault);
  const groups = new Map<string, Attempt[]>();
  for (const line of lines) {
    if (isError(line) || typeof line.success !== "boolean") continue;
    const metric = metricOf(line);
    groups.set(metric, [...(groups.get(metric) ?? []), { sample: contentOf(line), passed: line.success }]);
  }
  const missing = lines.filter((line) => typeof line.success !== "boolean").length;
  if (missing > 0) fault("unscored", `${missing} of ${lines.length} lines`);
  const counts: Count[] = [...groups].map(([metric, attempts]) =>
    countOf(metric, attempts, attempts.filter(({ passed }) => passed).length / attempts.length),
  );
  faults.push(...faultsOfCounts(counts));
  return {
    tool: "promptfoo",
    suite: textIn(objectIn(output, "config"), "description") ?? textIn(output, "evalId") ?? "promptfoo",
    version: textIn(objectIn(output, "metadata"), "promptfooVersion"),
    model: [...new Set(lines.map(providerOf))].join(", ").slice(0, 1000) || null,
    evaluatedAt: textIn(results, "timestamp") ?? textIn(objectIn(output, "metadata"), "evaluationCreatedAt"),
    counts,
    uncounted: [],
    faults,
  };
}

function isError(line: Json): boolean {
  return (
    line.failureReason === ERROR ||
    (line.failureReason === undefined &&
      textIn(line, "error") !== null &&
      line.success !== true &&
      objectIn(line, "gradingResult") === null)
  );
}

function sums(stats: Json | null, lines: readonly Json[], fault: (name: Fault["name"], says: string) => void): void {
  const given = ["successes", "failures", "errors"].map((name) => numberIn(stats, name));
  const counted = [
    lines.filter((line) => line.success === true && !isError(line)).length,
    lines.filter((line) => line.success === false && !isError(line)).length,
    lines.filter(isError).length,
  ];
  if (stats === null) fault("sums-differ", "no stats in the file");
  else if (given.some((each, i) => (each ?? 0) !== counted[i]))
    fault(
      "sums-differ",
      `successes, failures, errors: ${given.map((each) => each ?? "?").join(", ")}; the lines give ${counted.join(", ")}`,
    );
}

function providerOf(line: Json): string {
  const provider = line.provider;
  return typeof provider === "string" ? provider : (textIn(provider, "label") ?? textIn(provider, "id") ?? "unnamed");
}

function metricOf(line: Json): string {
  const prompt = textIn(objectIn(line, "prompt"), "label") ?? textIn(objectIn(line, "prompt"), "raw") ?? "";
  return `pass, ${providerOf(line)}, prompt ${String(line.promptIdx ?? "")} ${prompt.slice(0, 60)}`.trim();
}

/** What was asked and what was expected: the same test twice is one sample. */
function contentOf(line: Json): string {
  const test = objectIn(line, "testCase");
  const content = [line.vars ?? test?.vars ?? null, test?.assert ?? null, line.promptIdx ?? null];
  return sha256Hex(utf8(canonicalJson(content as never)));
}
