/** A harness's files at a path, told apart by what they hold, and counted again. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { type Digest, sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { isArchive, readArchive } from "../../host/evaluations/eval-archive.js";
import { readSmallFile } from "../../host/small-file.js";
import { readGarak } from "../../office/gate/evaluations/garak.js";
import { readInspect } from "../../office/gate/evaluations/inspect.js";
import { readLmEval } from "../../office/gate/evaluations/lm-eval.js";
import {
  FILE_BYTES_MAX,
  isObject,
  type Json,
  listIn,
  objectIn,
  parseLooseJson,
} from "../../office/gate/evaluations/loose-json.js";
import { readOwnReport } from "../../office/gate/evaluations/own-report.js";
import { readPromptfoo } from "../../office/gate/evaluations/promptfoo.js";
import type { EvalReading } from "../../office/gate/evaluations/reading.js";
import { decodeReport, REPORT_TYPE } from "../../office/gate/suites/report.js";

const LINES_MAX = 2_000_000;

export interface ReadFiles {
  reading: EvalReading;
  /** SHA-256 of the file that was named: what a statement about the evaluation binds. */
  digest: Digest;
}

/** @param path Inspect `.eval` or JSON, garak report, promptfoo output, lm-eval `results_*.json` with its samples beside it, a report of `assay evaluate` */
export async function readEvaluation(path: string): Promise<ReadFiles> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) throw new AssayError("NOT_FOUND", `expected a file of an evaluation at ${quoted(path)}`);
  const bytes = await readSmallFile(path, FILE_BYTES_MAX);
  return { reading: await readingOf(bytes, path), digest: sha256Digest(bytes) };
}

async function readingOf(bytes: Uint8Array, path: string): Promise<EvalReading> {
  const what = basename(path);
  if (isArchive(bytes)) return readInspectArchive(bytes, what);
  const lines = jsonLines(bytes, what);
  if (lines) return readGarak(lines.values, lines.notNumbers);
  const { value, notNumbers } = parseLooseJson(bytes, what);
  if (!isObject(value)) throw unknown(what);
  if (value.type === REPORT_TYPE) return readOwnReport(decodeReport(bytes, what));
  if (objectIn(value, "eval") && ("status" in value || "plan" in value)) return readInspect(value, notNumbers);
  const results = objectIn(value, "results");
  if (results && listIn(results, "results")) return readPromptfoo(value, notNumbers);
  if (results && ("n-samples" in value || "config" in value || "configs" in value || "versions" in value)) {
    const samples = await samplesBeside(path, Object.keys(results));
    return readLmEval(value, samples.lines, notNumbers + samples.notNumbers);
  }
  throw unknown(what);
}

function unknown(what: string): AssayError {
  return new AssayError(
    "FORMAT",
    `${what}: expected a log of Inspect (.eval or JSON), a garak report, an output of promptfoo, results of lm-eval or a report of assay evaluate`,
  );
}

function readInspectArchive(bytes: Uint8Array, what: string): EvalReading {
  const members = readArchive(
    bytes,
    what,
    (name) => name === "header.json" || name === "_journal/start.json" || /^samples\/[^/]+\.json$/.test(name),
  );
  let notNumbers = 0;
  const part = (name: string): Json => {
    const read = parseLooseJson(members.get(name)!, `${what}: ${name}`);
    notNumbers += read.notNumbers;
    if (!isObject(read.value)) throw new AssayError("FORMAT", `${what}: ${name}: expected an object`);
    return read.value;
  };
  // A run that was broken off has no header: what it began with is in the journal.
  const head = members.has("header.json")
    ? part("header.json")
    : members.has("_journal/start.json")
      ? part("_journal/start.json")
      : null;
  if (head === null) throw unknown(what);
  const samples = [...members.keys()].filter((name) => name.startsWith("samples/")).map(part);
  return readInspect({ ...head, samples }, notNumbers);
}

/** The lines of a report that is one JSON object a line with `entry_type`; null for anything else. */
function jsonLines(bytes: Uint8Array, what: string): { values: Json[]; notNumbers: number } | null {
  const first = bytes.indexOf(10);
  if (first < 0) return null;
  try {
    const { value } = parseLooseJson(bytes.subarray(0, first), what);
    if (!isObject(value) || !("entry_type" in value)) return null;
  } catch {
    return null;
  }
  return linesOf(bytes, what);
}

function linesOf(bytes: Uint8Array, what: string): { values: Json[]; notNumbers: number } {
  let notNumbers = 0;
  const texts = fromUtf8(bytes, what).split("\n");
  if (texts.length > LINES_MAX) throw new AssayError("LIMIT", `${what}: expected at most ${LINES_MAX} lines`);
  const values = texts.flatMap((text, i) => {
    if (text.trim() === "") return [];
    const read = parseLooseJson(Buffer.from(text), `${what}: line ${i + 1}`);
    notNumbers += read.notNumbers;
    if (!isObject(read.value)) throw new AssayError("FORMAT", `${what}: line ${i + 1}: expected an object`);
    return [read.value];
  });
  return { values, notNumbers };
}

/** `samples_<task>_<time>.jsonl` beside `results_<time>.json`; of several times, the one of the results. */
async function samplesBeside(path: string, tasks: readonly string[]) {
  const names = await readdir(dirname(path));
  const time = /^results_(.+)\.json$/.exec(basename(path))?.[1] ?? null;
  const lines = new Map<string, Json[]>();
  let notNumbers = 0;
  for (const task of tasks) {
    const held = names.filter((name) => name.startsWith(`samples_${task}_`) && /\.jsonl?$/.test(name));
    const own = held.filter((name) => /^[^_]*$|^\d/.test(name.slice(`samples_${task}_`.length)));
    const name = own.find((each) => time !== null && each.includes(time)) ?? (own.length === 1 ? own[0] : undefined);
    if (name === undefined) continue;
    const read = linesOf(await readSmallFile(join(dirname(path), name), FILE_BYTES_MAX), name);
    lines.set(task, read.values);
    notNumbers += read.notNumbers;
  }
  return { lines, notNumbers };
}
