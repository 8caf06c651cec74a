/**
 * Logs into the engine's tables: a batch at a time, each counted in a manifest that is replaced after the batch is in.
 * Interrupted anywhere, the next run removes what the manifest does not know and goes on from there; a log that has
 * grown is read from where it ended. Memory: a block and a batch a thread.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AssayError } from "../../base/error.js";
import type { SqlEngine } from "../../labs/traffic/engine.js";
import type { Mapping } from "../../labs/traffic/log/mapping.js";
import { mergeRejects, type Rejects } from "../../labs/traffic/log/parse-lines.js";
import { SNIFFED_MAX, sniff } from "../../labs/traffic/log/sniff.js";
import { createTables, PROMPTS_COLUMNS, ROWS_COLUMNS, structure } from "../../labs/traffic/log/tables.js";
import { asAssayError } from "../files.js";
import { csvBlocks, isCsv } from "./csv-blocks.js";
import { type LogBlock, logBlocks } from "./log-blocks.js";
import { isParquet, openParquet, parquetAsLines, parquetId, takeHashed } from "./parquet-log.js";
import { ParsePool } from "./parse-pool.js";
import type { ParseResult } from "./parse-worker.js";

export interface SourceState {
  /** SHA-256 of the first line: a log keeps it while it grows. */
  id: string;
  name: string;
  mapping: { id: string; version: string };
  /** Uncompressed bytes taken in, and the file's size when its end was last reached. */
  done: number;
  sizeBytes: number;
  lines: number;
  rows: number;
  rejects: Rejects;
}

export interface Manifest {
  type: "assay/traffic-manifest/v1";
  /** Says which key the hashes were made with, without telling it. */
  keyId: string;
  batches: number;
  sources: SourceState[];
}

export interface IngestOptions {
  logs: readonly string[];
  folder: string;
  key: Uint8Array;
  mapping: Mapping | null;
  reveal: boolean;
  /** A log that still grows: its last line is left until it is ended. */
  follow?: boolean;
  threads?: number;
  onProgress: (progress: { stage: string; done: number; total: number }) => void;
}

const LOG_NAME = /\.((jsonl|ndjson|json|log|csv)(\.gz)?|parquet)$/i;

export async function ingest(
  engine: SqlEngine,
  options: IngestOptions,
): Promise<{ manifest: Manifest; newRows: number }> {
  await createTables(engine);
  const manifest = await readManifest(options.folder, options.key);
  await removeUnknown(engine, manifest);
  const pool = new ParsePool(options.key, options.reveal, options.threads);
  let newRows = 0;
  try {
    const files = await logFiles(options.logs);
    const total = (await Promise.all(files.map(async (file) => (await stat(file)).size))).reduce((a, b) => a + b, 0);
    let before = 0;
    for (const file of files) {
      const { size } = await stat(file);
      newRows += await take(engine, pool, manifest, file, options, (share) =>
        options.onProgress({ stage: "reading logs (bytes)", done: before + Math.round(share * size), total }),
      );
      before += size;
    }
  } finally {
    await pool.close();
  }
  return { manifest, newRows };
}

/** Files as they are; of a folder, its logs in order of name. */
export async function logFiles(logs: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const log of logs) {
    const info = await stat(log).catch((error) => {
      throw asAssayError(error, log, "traffic.logFiles");
    });
    if (!info.isDirectory()) files.push(log);
    else if (await isFolder(join(log, "log"))) files.push(...(await logFiles([join(log, "log")])));
    else {
      const inside = (await readdir(log)).filter((name) => LOG_NAME.test(name)).sort();
      if (inside.length === 0)
        throw new AssayError("NOT_FOUND", `traffic.logFiles: expected logs in the folder ${log}, got none`);
      files.push(...inside.map((name) => join(log, name)));
    }
  }
  return files;
}

/** A world of the generator keeps its log apart from the truth about it. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

async function take(
  engine: SqlEngine,
  pool: ParsePool,
  manifest: Manifest,
  file: string,
  options: IngestOptions,
  onShare: (share: number) => void,
): Promise<number> {
  if (isParquet(file)) return takeParquet(engine, pool, manifest, file, options, onShare);
  const { size } = await stat(file);
  const blocks = isCsv(file) ? csvBlocks : logBlocks;
  const head = await firstLines(blocks(file, 0, false));
  if (head === null) return 0;
  let source = manifest.sources.find((s) => s.id === head.id);
  if (source && source.sizeBytes === size) return 0;
  if (!source) {
    const mapping = options.mapping ?? sniff(head.records, basename(file));
    const { id, version } = mapping;
    source = {
      id: head.id,
      name: basename(file),
      mapping: { id, version },
      done: 0,
      sizeBytes: 0,
      lines: 0,
      rows: 0,
      rejects: {},
    };
    manifest.sources.push(source);
  }
  const mapping = options.mapping ?? sniff(head.records, basename(file));
  const rowsBefore = source.rows;
  const from = source.done;
  const grown = Math.max(1, size - (file.endsWith(".gz") ? 0 : from));
  const onEnd = (end: number) =>
    onShare(Math.min(1, file.endsWith(".gz") ? end / (size * GZIP_GUESS) : (end - from) / grown));
  // Blocks are parsed ahead, one a thread and one more; batches of them go in one after another while others are parsed.
  let batch = manifest.batches + 1;
  let open: Promise<ParseResult>[] = [];
  let last = from;
  let inserting: Promise<void> = Promise.resolve();
  const parsing: Promise<ParseResult>[] = [];
  const close = async () => {
    const results = await Promise.all(open);
    await inserting;
    const [number, end] = [batch++, last];
    open = [];
    inserting = commit(engine, manifest, source, results, number, end, options.folder).then(() => onEnd(end));
    inserting.catch(() => undefined); // told by whoever waits for it next
  };
  try {
    for await (const { bytes, end } of blocks(file, from, options.follow === true)) {
      const result = pool.parse({ bytes: new Uint8Array(bytes), mapping, batch });
      result.catch(() => undefined);
      open.push(result);
      parsing.push(result);
      last = end;
      if (open.length >= BLOCKS_A_BATCH) await close();
      while (parsing.length > pool.threads) await parsing.shift();
    }
    if (open.length > 0) await close();
  } finally {
    await inserting;
  }
  source.sizeBytes = size;
  await writeManifest(options.folder, manifest);
  return source.rows - rowsBefore;
}

/** A Parquet file does not grow: it was taken in whole, or it is taken in anew. */
async function takeParquet(
  engine: SqlEngine,
  pool: ParsePool,
  manifest: Manifest,
  file: string,
  options: IngestOptions,
  onShare: (share: number) => void,
): Promise<number> {
  const id = await parquetId(file);
  if (manifest.sources.some((source) => source.id === id && source.sizeBytes > 0)) return 0;
  const log = await openParquet(engine, file);
  const { size } = await stat(file);
  const done = { id, name: basename(file), done: size, sizeBytes: size, rejects: {} };
  if (log.hashed) {
    const batch = manifest.batches + 1;
    const rows = await takeHashed(engine, log, batch);
    manifest.batches = batch;
    manifest.sources.push({ ...done, mapping: { id: "hashed-parquet", version: "1" }, lines: rows, rows });
    await writeManifest(options.folder, manifest);
    return rows;
  }
  const lines = await parquetAsLines(engine, log, options.folder);
  try {
    const rows = await take(engine, pool, manifest, lines, options, onShare);
    const source = manifest.sources.find((s) => s.name === basename(lines));
    if (source) Object.assign(source, { ...done, rejects: source.rejects });
    await writeManifest(options.folder, manifest);
    return rows;
  } finally {
    await rm(lines, { force: true });
  }
}

/** How many times larger a log of prompts is when unpacked: only for the progress line. */
const GZIP_GUESS = 4;

/** Blocks of 8 MB that go in together: every insertion makes a part, and many small parts are merged again and again. */
const BLOCKS_A_BATCH = 16;

async function commit(
  engine: SqlEngine,
  manifest: Manifest,
  source: SourceState,
  results: readonly ParseResult[],
  batch: number,
  end: number,
  folder: string,
): Promise<void> {
  await engine.insert("rows", structure(ROWS_COLUMNS), Buffer.concat(results.map(({ rows }) => rows)));
  await engine.insert("prompts", structure(PROMPTS_COLUMNS), Buffer.concat(results.map(({ prompts }) => prompts)));
  const names = new Map(results.flatMap(({ revealed }) => revealed.map(([hash, account]) => [account, hash] as const)));
  if (names.size > 0) {
    const lines = [...names].map(
      ([account, hash]) => `${Buffer.from(hash).toString("hex")}\t${JSON.stringify(account)}\n`,
    );
    // An empty line in front: the last line may have been cut by a kill.
    await writeFile(join(folder, "accounts.tsv"), `\n${lines.join("")}`, { flag: "a", mode: 0o600 });
  }
  manifest.batches = batch;
  source.done = end;
  for (const { counts } of results) {
    source.lines += counts.lines;
    source.rows += counts.rows;
    mergeRejects(source.rejects, counts.rejects);
  }
  await writeManifest(folder, manifest);
}

/** Rows of a batch that was under way when the last run ended. */
async function removeUnknown(engine: SqlEngine, { batches }: Manifest): Promise<void> {
  for (const table of ["rows", "prompts"]) {
    const [found] = await engine.rows<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE batch > {b:UInt32}`, {
      b: batches,
    });
    if (found!.n > 0)
      await engine.run(`ALTER TABLE ${table} DELETE WHERE batch > ${batches} SETTINGS mutations_sync = 2`);
  }
}

/** Looks at the first records; null for an empty file. */
async function firstLines(blocks: AsyncIterable<LogBlock>): Promise<{ id: string; records: unknown[] } | null> {
  for await (const { bytes } of blocks) {
    const lines = Buffer.from(bytes)
      .toString("utf8", 0, HEAD_BYTES)
      .split("\n")
      .filter((line) => line.trim() !== "");
    const records = lines.slice(0, SNIFFED_MAX).flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
    const end = bytes.indexOf(0x0a);
    const id = createHash("sha256")
      .update(end < 0 ? bytes : bytes.subarray(0, end))
      .digest("hex");
    return { id, records };
  }
  return null;
}

const HEAD_BYTES = 4 * 1024 * 1024;

export async function readManifest(folder: string, key: Uint8Array): Promise<Manifest> {
  const keyId = createHash("sha256").update("assay/traffic-key/v1\u0000").update(key).digest("hex").slice(0, 16);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let text: string;
  try {
    text = await readFile(join(folder, "manifest.json"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asAssayError(error, folder, "traffic.readManifest");
    return { type: "assay/traffic-manifest/v1", keyId, batches: 0, sources: [] };
  }
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.keyId !== keyId)
    throw new AssayError(
      "USAGE",
      `traffic.ingest: expected the key that ${folder} was made with (${manifest.keyId}), got ${keyId}`,
    );
  return manifest;
}

async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, "manifest.json");
  await writeFile(`${path}.part`, JSON.stringify(manifest), { mode: 0o600 });
  await rename(`${path}.part`, path);
}
