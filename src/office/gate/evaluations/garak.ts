/**
 * Reports of garak (reference.garak.ai, `*.report.jsonl`): lines of setup, attempts, one `eval` a probe and detector, and
 * `completion`. A prompt passes a detector where each of its outputs scores below the run's threshold. Sums that do not
 * add up, outputs that no detector judged (`nones`) and a run that did not end are faults.
 */

import { utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { sha256Hex } from "../../../base/digest.js";
import { type Json, listIn, numberIn, objectIn, textIn } from "./loose-json.js";
import { type Attempt, type Count, countOf, type EvalReading, type Fault, faultsOfCounts } from "./reading.js";

/** garak's own `eval_threshold`, where a report states none. */
const THRESHOLD = 0.5;
/** Status of an attempt whose detectors have spoken. */
const JUDGED = 2;

/** @param lines of the report, in order */
export function readGarak(lines: readonly Json[], notNumbers: number): EvalReading {
  const faults: Fault[] = [];
  const of = (type: string) => lines.filter((line) => line.entry_type === type);
  const setup = of("start_run setup")[0] ?? null;
  const init = of("init")[0] ?? null;
  const threshold = numberIn(setup, "run.eval_threshold") ?? THRESHOLD;
  if (notNumbers > 0) faults.push({ name: "not-a-number", says: `${notNumbers} value${notNumbers === 1 ? "" : "s"}` });
  if (of("completion").length === 0) faults.push({ name: "not-ended", says: "no line of completion" });
  const judged = of("attempt").filter(({ status }) => status === JUDGED);
  const evals = of("eval");
  if (evals.length === 0) faults.push({ name: "incomplete", says: "no line of eval" });
  const asked = of("attempt").length > 0 && judged.length === 0;
  if (asked) faults.push({ name: "incomplete", says: "no attempt was judged" });
  const counts: Count[] = [];
  for (const line of evals) {
    const [probe, detector] = [textIn(line, "probe") ?? "unnamed", textIn(line, "detector") ?? "unnamed"];
    const metric = `${probe} ${detector.replace(/^detector\./, "")}`;
    const { attempts, silent } = attemptsOf(judged, probe, detector.replace(/^detector\./, ""), threshold);
    const passed = numberIn(line, "passed");
    const total = numberIn(line, "total_evaluated") ?? numberIn(line, "total");
    const fails = numberIn(line, "fails");
    const nones = numberIn(line, "nones") ?? silent;
    const processed = numberIn(line, "total_processed");
    if (nones > 0) faults.push({ name: "unscored", says: `${metric}: ${nones} output${nones === 1 ? "" : "s"}` });
    const differs =
      passed === null || total === null
        ? "passed or total is missing"
        : (fails !== null && passed + fails !== total) || (processed !== null && total + nones !== processed)
          ? `${passed} passed and ${fails ?? "?"} failed of ${total}, ${nones} without, ${processed ?? "?"} in all`
          : attempts.length > 0 && (attempts.length !== total || attempts.filter((a) => a.passed).length !== passed)
            ? `${passed} of ${total} stated, the attempts give ${attempts.filter((a) => a.passed).length} of ${attempts.length}`
            : null;
    if (differs !== null) faults.push({ name: "sums-differ", says: `${metric}: ${differs}` });
    if (attempts.length === 0) faults.push({ name: "no-samples", says: `${metric}: no judged attempt` });
    counts.push(countOf(metric, attempts, passed !== null && total ? passed / total : null));
  }
  faults.push(...faultsOfCounts(counts));
  const [type, name] = [
    textIn(setup, "plugins.target_type") ?? textIn(setup, "plugins.model_type"),
    textIn(setup, "plugins.target_name") ?? textIn(setup, "plugins.model_name"),
  ];
  return {
    tool: "garak",
    suite: textIn(setup, "plugins.probe_spec") ?? "garak",
    version: textIn(init, "garak_version") ?? textIn(setup, "_config.version"),
    model: [type, name].filter((part) => part !== null).join("/") || null,
    evaluatedAt: textIn(of("completion")[0], "end_time") ?? textIn(init, "start_time"),
    counts,
    uncounted: [],
    faults,
  };
}

function attemptsOf(
  judged: readonly Json[],
  probe: string,
  detector: string,
  threshold: number,
): { attempts: Attempt[]; silent: number } {
  const attempts: Attempt[] = [];
  let silent = 0;
  for (const attempt of judged) {
    if (attempt.probe_classname !== probe) continue;
    const sample = sha256Hex(utf8(canonicalJson(promptOf(attempt.prompt) as never)));
    for (const score of listIn(objectIn(attempt, "detector_results"), detector) ?? [])
      if (typeof score === "number") attempts.push({ sample, passed: score < threshold });
      else silent++;
  }
  return { attempts, silent };
}

/** What was asked, without what garak notes about it. */
function promptOf(prompt: unknown): unknown {
  const turns = listIn(prompt, "turns");
  return turns ? turns.map((turn) => [textIn(turn, "role"), textIn(objectIn(turn, "content"), "text") ?? ""]) : prompt;
}
