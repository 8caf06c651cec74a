/**
 * A file or folder that a training run writes, as a stream of rows: what kind it is, is told from its name and first bytes.
 * Text is read line by line, whatever its length; other formats within their own limits.
 */
import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { createGunzip } from "node:zlib";
import { fromUtf8 } from "../../base/bytes.js";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { sha256Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { readSmallFile } from "../../host/small-file.js";
import { rowsOfSqlite } from "../../host/sql/read-only-sqlite.js";
import { isArrow } from "../../office/audit/readers/arrow.js";
import { EVENT_FILE_BYTES_MAX, eventFileRows } from "../../office/audit/readers/event-file.js";
import { jsonFields, pythonJson } from "../../office/audit/readers/json-line.js";
import { printedFields } from "../../office/audit/readers/megatron-log.js";
import { METRIC_VALUES_MAX, mlflowRows } from "../../office/audit/readers/mlflow-metrics.js";
import { TRAINER_STATE_BYTES_MAX, trainerStateRows } from "../../office/audit/readers/trainer-state.js";
import { isWandbFile, WANDB_BYTES_MAX, wandbRows } from "../../office/audit/readers/wandb-file.js";
import { ROW_BYTES_MAX, type RowClass } from "../../office/audit/rows.js";
import { modelRoot } from "../register/declare.js";
import { datasetFiles } from "./dataset-folder.js";
import { arrowFile, parquetFile, type SourceRow } from "./table-files.js";

interface Source {
  format: string;
  rows: AsyncIterable<SourceRow> | Iterable<SourceRow>;
}

/** Of a text read line by line: pieces of a megabyte outlive their lines and fill the memory. */
const READ_BYTES = 64 * 1024;
const CONFIG_BYTES_MAX = 16 * 1024 * 1024;
/** Keys of one MLflow run, and the file of one: a million values of 40 bytes. */
const METRIC_FILES_MAX = 10_000;
const METRIC_BYTES_MAX = 64 * 1024 * 1024;
/** Lines of an environment: packages of one machine. */
const ENVIRONMENT_BYTES_MAX = 4 * 1024 * 1024;

/** @param step of a checkpoint whose folder's name does not say it @throws NOT_FOUND, UNSUPPORTED */
export async function openSource(path: string, of: RowClass, step: number | null): Promise<Source> {
  const database = /^(.+\.(?:db|sqlite3?))(?:#([0-9a-zA-Z_-]{1,64}))?$/.exec(path);
  if (of === "steps" && database && (await stat(database[1]!).catch(() => null))?.isFile())
    return { format: "mlflow", rows: mlflowRows(await metricsOf(database[1]!, database[2] ?? null), basename(path)) };
  const info = await stat(path).catch(() => null);
  if (!info)
    throw new AssayError("NOT_FOUND", `audit commit: expected a file or folder, found nothing at ${quoted(path)}`);
  if (of === "checkpoints") return { format: "oms", rows: checkpointFolders(path, info.isDirectory(), step) };
  if (of === "config" || of === "environment") return { format: "settings", rows: await settings(path) };
  if (info.isDirectory()) {
    const metrics = await metricFiles(path);
    if (metrics) return { format: "mlflow", rows: mlflowRows(metrics, basename(path)) };
    const files = of === "data" ? await datasetFiles(path) : [];
    if (files.length > 0) return { format: formatOf(files), rows: rowsOfFiles(files) };
    throw new AssayError("UNSUPPORTED", `audit commit: ${quoted(path)} is a folder: name its files`);
  }
  if (basename(path).includes("tfevents"))
    return { format: "tfevents", rows: eventFileRows(await readSmallFile(path, EVENT_FILE_BYTES_MAX), basename(path)) };
  if (await startsAs(path, isParquet)) return { format: "parquet", rows: parquetFile(path) };
  if (await startsAs(path, isArrow)) return { format: "arrow", rows: arrowFile(path) };
  if (await startsAs(path, isWandbFile))
    return { format: "wandb", rows: wandbRows(await readSmallFile(path, WANDB_BYTES_MAX), basename(path)) };
  if (of === "steps" && /\.(?:log|out|txt)$/.test(path)) return { format: "megatron", rows: printedLines(path) };
  if (await isTrainerState(path))
    return {
      format: "trainer_state",
      rows: trainerStateRows(fromUtf8(await readSmallFile(path, TRAINER_STATE_BYTES_MAX), path), basename(path)),
    };
  return { format: "jsonl", rows: jsonLines(path) };
}

async function startsAs(path: string, says: (head: Uint8Array) => boolean): Promise<boolean> {
  const file = await open(path);
  try {
    const head = new Uint8Array(8);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return says(head.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Metrics of a run in MLflow's SQLite store, as its file store writes them. @throws USAGE where several runs are in it */
async function metricsOf(path: string, run: string | null): Promise<Map<string, string>> {
  const parts = new Map<string, string[]>();
  const runs = new Set<string>();
  let values = 0;
  const sql = "SELECT run_uuid, key, value, timestamp, step, is_nan FROM metrics ORDER BY key, step, timestamp, rowid";
  for await (const row of rowsOfSqlite(path, sql, basename(path))) {
    const { run_uuid: id, key, value, timestamp, step, is_nan: isNan } = row;
    if (typeof id !== "string" || typeof key !== "string")
      throw new AssayError("FORMAT", `${basename(path)}: expected metrics with run_uuid and key`);
    if (run !== null && id !== run) continue;
    runs.add(id);
    if (++values > METRIC_VALUES_MAX)
      throw new AssayError("LIMIT", `${basename(path)}: expected at most ${METRIC_VALUES_MAX} values`);
    const lines = parts.get(key) ?? [];
    lines.push(`${timestamp} ${isNan ? "nan" : value} ${step}`);
    parts.set(key, lines);
  }
  if (runs.size > 1)
    throw new AssayError(
      "USAGE",
      `${basename(path)}: holds ${runs.size} runs: expected ${quoted(`${path}#RUN`)}, ${[...runs].slice(0, 3).join(", ")} among them`,
    );
  return new Map([...parts].map(([key, lines]) => [key, lines.join("\n")]));
}

const kindOf = (name: string) => (/\.(parquet|arrow)$/.exec(name)?.[1] ?? "jsonl") as "parquet" | "arrow" | "jsonl";
const formatOf = (files: readonly string[]) => [...new Set(files.map(kindOf))].sort().join("+");

async function* rowsOfFiles(paths: readonly string[]): AsyncGenerator<SourceRow> {
  for (const path of paths) {
    const kind = kindOf(path);
    yield* kind === "parquet" ? parquetFile(path) : kind === "arrow" ? arrowFile(path) : jsonLines(path);
  }
}

const isParquet = (head: Uint8Array) => fromLatin(head.subarray(0, 4)) === "PAR1";
const fromLatin = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** One object that goes over several lines, or a whole trainer_state on one. */
async function isTrainerState(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(4096);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const text = head.toString("latin1", 0, bytesRead);
    return (
      basename(path) === "trainer_state.json" ||
      /^\s*\{\s*"(?:best_|log_history|global_step|epoch"[^}]*"log_history)/.test(text)
    );
  } finally {
    await file.close();
  }
}

async function* jsonLines(path: string): AsyncGenerator<SourceRow> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() === "") continue;
    yield {
      fields: jsonFields(line, `${basename(path)}, line ${number}`),
      line: `sha256:${hash("sha256", line)}`,
    };
  }
}

/** What a trainer printed; lines that are no iteration are passed over. */
async function* printedLines(path: string): AsyncGenerator<SourceRow> {
  for await (const line of linesOf(path, true)) {
    const fields = printedFields(line);
    if (fields) yield { fields, line: `sha256:${hash("sha256", line)}` };
  }
}

/** Metrics of an MLflow run's folder, by key; null where there are none. */
async function metricFiles(path: string): Promise<Map<string, string> | null> {
  const folder = basename(path) === "metrics" ? path : join(path, "metrics");
  const inside = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  if (!inside) return null;
  const files = inside.filter((entry) => entry.isFile());
  if (files.length > METRIC_FILES_MAX)
    throw new AssayError("LIMIT", `audit commit: expected at most ${METRIC_FILES_MAX} metrics, got ${files.length}`);
  const metrics = new Map<string, string>();
  for (const { parentPath, name } of files) {
    const file = join(parentPath, name);
    metrics.set(
      relative(folder, file).replaceAll("\\", "/"),
      fromUtf8(await readSmallFile(file, METRIC_BYTES_MAX), file),
    );
  }
  return metrics;
}

/** Lines without their newline; a last line without one that is no whole JSON yet is still being written. @throws LIMIT */
async function* linesOf(path: string, plain = false): AsyncGenerator<string> {
  const raw = createReadStream(path, { highWaterMark: READ_BYTES });
  const stream = path.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = parts.pop()!;
      if (rest.length > ROW_BYTES_MAX)
        throw new AssayError("LIMIT", `${basename(path)}: expected lines of at most ${ROW_BYTES_MAX} characters`);
      yield* parts;
    }
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof AssayError) throw error;
    throw new AssayError("FORMAT", `${basename(path)}: expected UTF-8 text, got ${(error as Error).message}`);
  } finally {
    raw.destroy();
  }
  // A line of print that has no end yet may say something else when it has.
  if (rest.trim() === "" || plain) return;
  try {
    JSON.parse(rest);
  } catch {
    return;
  }
  yield rest;
}

async function* checkpointFolders(path: string, isFolder: boolean, step: number | null): AsyncGenerator<SourceRow> {
  const inside = isFolder && step === null ? await readdir(path, { withFileTypes: true }) : [];
  const numbered = inside
    .flatMap((entry) => {
      const [, digits] =
        /^(?:[a-z_]*[-_.])?(?:step[-_=]?)?(\d{1,15})(?:\.(?:safetensors|pt|ckpt|gguf))?$/i.exec(entry.name) ?? [];
      return digits === undefined ? [] : [{ step: Number(digits), path: join(path, entry.name) }];
    })
    .sort((a, b) => a.step - b.step);
  const found = numbered.length > 0 ? numbered : [{ step, path }];
  for (const each of found) {
    const root = `sha256:${await modelRoot(each.path, () => undefined)}`;
    const fields = { step: each.step, root, name: basename(each.path) };
    yield { fields, line: sha256Digest(canonicalJsonBytes(fields)) };
  }
}

/** Keys of a JSON object, nested ones joined by dots; or lines `name==version` and `name=value`. */
async function settings(path: string): Promise<SourceRow[]> {
  const text = fromUtf8(
    await readSmallFile(path, path.endsWith(".json") ? CONFIG_BYTES_MAX : ENVIRONMENT_BYTES_MAX),
    path,
  );
  const fields = path.endsWith(".json")
    ? flat(pythonJson(text, basename(path)), "")
    : text.split(/\r?\n/).flatMap(setting);
  return fields.map((each) => ({ fields: each, line: sha256Digest(canonicalJsonBytes(each)) }));
}

function flat(value: unknown, name: string): { key: string; value: unknown }[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [{ key: name, value }];
  return Object.entries(value).flatMap(([key, held]) => flat(held, name === "" ? key : `${name}.${key}`));
}

function setting(line: string): { key: string; value: string }[] {
  const [, key, value] = /^\s*([^=#\s][^=]*?)\s*={1,2}\s*(.*?)\s*$/.exec(line) ?? [];
  return key === undefined ? [] : [{ key, value: value! }];
}
