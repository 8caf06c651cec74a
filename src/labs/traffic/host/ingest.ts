/**
 * Logs into the engine's tables: each file is known by its content (rows/match-sources.ts), read from where it is new, a
 * batch at a time, each counted in a manifest that is replaced after the batch is in; then every event is counted once
 * (rows/settle-rows.ts). Interrupted anywhere, the next run removes what the manifest does not know and goes on from there.
 * Memory: a block and a batch a thread.
 */

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { SqlEngine } from "../engine.js";
import type { Mapping } from "../log/mapping.js";
import { mergeCounts, mergeOtherUser, mergeRejects } from "../log/parse-lines.js";
import { SNIFFED_MAX, sniff } from "../log/sniff.js";
import { createTables, PROMPTS_COLUMNS, ROWS_COLUMNS, structure, TERMS_COLUMNS } from "../log/tables.js";
import { ContentDigest } from "./files/content-digest.js";
import type { LogFile } from "./files/log-file.js";
import { localFile, logFiles } from "./files/log-files.js";
import { logBlocks } from "./files/log-reader.js";
import { logText } from "./files/log-text.js";
import { isParquet, openParquet, parquetAsLines, takeHashed } from "./files/parquet-log.js";
import { ParsePool } from "./parse-pool.js";
import type { ParseResult } from "./parse-worker.js";
import {
  happened,
  type Manifest,
  readManifest,
  removeUnknown,
  type SourceState,
  writeManifest,
} from "./rows/manifest.js";
import { copyOf, fileDigest, type Match, matchSources } from "./rows/match-sources.js";
import { setOuterAside } from "./rows/nested-requests.js";
import { resolveReplaced } from "./rows/replaced-source.js";
import { countBySource, finishSettling, settleRows } from "./rows/settle-rows.js";

interface IngestOptions {
  logs: readonly string[];
  folder: string;
  key: Uint8Array;
  mapping: Mapping | null;
  reveal: boolean;
  /** A log that still grows: its last line is left until it is ended. */
  follow?: boolean;
  threads?: number;
  onProgress: (progress: Progress) => void;
}

interface Intake {
  engine: SqlEngine;
  pool: ParsePool;
  manifest: Manifest;
  options: IngestOptions;
  onShare: (share: number) => void;
}

/** @returns what the folder holds now, and how many rows came in this time; the same files again add none */
export async function ingest(
  engine: SqlEngine,
  options: IngestOptions,
): Promise<{ manifest: Manifest; newRows: number }> {
  await createTables(engine);
  const { folder } = options;
  const manifest = await readManifest(folder, options.key);
  await finishSettling(engine, manifest, folder);
  await removeUnknown(engine, manifest);
  const before = manifest.sources.reduce((sum, source) => sum + source.rows, 0);
  const { files, passedOver } = await logFiles(options.logs);
  manifest.passedOver = passedOver;
  const pool = new ParsePool(options.key, options.reveal, options.threads);
  try {
    const matches = await matchSources(files, manifest.sources);
    const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let read = 0;
    for (const match of matches) {
      const { sizeBytes } = match.file;
      const intake = {
        ...{ engine, pool, manifest, options },
        onShare: (share: number) =>
          options.onProgress({ stage: "reading logs (bytes)", done: read + Math.round(share * sizeBytes), total }),
      };
      try {
        await take(match, intake);
      } catch (error) {
        if (!match.file.found || !isNoLog(error)) throw error;
        manifest.passedOver.push(`${match.file.name} (${error.message})`);
      }
      read += sizeBytes;
    }
  } finally {
    await pool.close();
  }
  if (
    files.length > 0 &&
    files.every(({ found }) => found) &&
    manifest.sources.length === 0 &&
    manifest.passedOver.length > 0
  )
    throw new AssayError("UNSUPPORTED", manifest.passedOver.at(-1)!.replace(/^.*? \((.*)\)$/s, "$1"));
  if (manifest.unsettled === "gone") await removeUnknown(engine, manifest);
  for (const source of [...manifest.sources])
    if (source.replaces !== null && source.whole) await resolveReplaced(engine, manifest, folder, source);
  await settleRows(engine, manifest, folder, () => setOuterAside(engine, manifest, folder));
  const rows = await countBySource(engine, manifest);
  await writeManifest(folder, manifest);
  return { manifest, newRows: rows - before };
}

/** A file that was found in a folder and turns out to be no log of a known kind. */
function isNoLog(error: unknown): error is AssayError {
  return error instanceof AssayError && (error.code === "UNSUPPORTED" || error.code === "FORMAT");
}

async function take(match: Match, intake: Intake): Promise<void> {
  const { file } = match;
  const { sources } = intake.manifest;
  if (match.kind === "copy") return happened(match.source, `the same as ${file.name}: not read again`);
  if (match.kind === "new") {
    // A copy of what came in a moment ago.
    const copied = await copyOf(file, sources);
    if (copied) return happened(copied, `the same as ${file.name}: not read again`);
    return isParquet(file.name)
      ? takeParquet(file, null, match.replaces, intake)
      : takeText(file, null, match.replaces, intake);
  }
  const { source } = match;
  if (match.kind === "moved") {
    if (source.name !== file.name) happened(source, `was ${source.name}, is ${file.name} now`);
    Object.assign(source, { path: file.path, name: file.name, state: "current" });
  }
  if (match.kind === "same" && source.whole) {
    source.signature = file.signature;
    return;
  }
  await (isParquet(file.name) ? takeParquet(file, source, null, intake) : takeText(file, source, null, intake));
}

/** Reads a text from where it is new; without a source it is one. */
async function takeText(
  file: LogFile,
  known: SourceState | null,
  replaces: SourceState | null,
  intake: Intake,
  parquet: { file: LogFile; digest: string } | null = null,
): Promise<void> {
  const { pool, manifest, options } = intake;
  const keepOpenLine = options.follow === true;
  const name = parquet ? "lines" : file.name;
  const records = await firstRecords(file, name);
  if (records === null) return;
  const mapping = options.mapping ?? sniff(records, file.name);
  const source = known ?? newSource(parquet?.file ?? file, mapping, replaces, intake);
  if (parquet) source.digest = parquet.digest;
  const from = source.done;
  const readBefore = source.read;
  const text = logText(file);
  const digest = new ContentDigest();
  const grown = Math.max(1, file.sizeBytes - from);
  // Blocks are parsed ahead, one a thread and one more; batches of them go in one after another while others are parsed.
  let batch = manifest.batches + 1;
  let open: Promise<ParseResult>[] = [];
  let last = from;
  let inserting: Promise<void> = Promise.resolve();
  const parsing: Promise<ParseResult>[] = [];
  const close = async () => {
    const [number, end] = [batch++, last];
    const [whole, head] = [digest.at(end), digest.head(end)];
    const results = await Promise.all(open);
    await inserting;
    open = [];
    inserting = commit(intake, source, results, number, () => {
      source.done = end;
      if (!parquet) Object.assign(source, { digest: whole, head });
    }).then(() => intake.onShare(Math.min(1, (end - from) / grown)));
    inserting.catch(() => undefined); // told by whoever waits for it next
  };
  try {
    for await (const { bytes, end } of logBlocks(digest.over(text.chunks), { name, from, keepOpenLine })) {
      const result = pool.parse({
        ...{ bytes: new Uint8Array(bytes), mapping, batch },
        ...{ fixed: options.mapping !== null, src: source.number },
      });
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
  if (!known && source.lines === 0) {
    manifest.sources = manifest.sources.filter((s) => s !== source);
    return;
  }
  // An open last line is taken in when it is ended; what stands behind the last record is no record.
  if (!keepOpenLine || digest.seen === source.done) {
    source.done = digest.seen;
    source.open = digest.lastByte !== 0x0a;
    if (!parquet) Object.assign(source, { digest: digest.at(digest.seen), head: digest.head(digest.seen) });
  }
  source.whole = true;
  if (text.cutShort()) source.open = true;
  const read = source.read - readBefore;
  if (text.cutShort()) happened(source, `ends in the middle of what it is packed in: ${read} rows read up to there`);
  else if (known) happened(source, from === 0 || read === 0 ? `read on: ${read} rows` : `grown: ${read} rows more`);
  else happened(source, `read: ${read} rows of ${source.lines} lines`);
  source.signature = text.cutShort() ? null : (parquet?.file ?? file).signature;
  await writeManifest(options.folder, manifest);
}

/** A Parquet file does not grow: its rows come as hashes already, or it becomes JSON lines that go the way of every log. */
async function takeParquet(
  file: LogFile,
  known: SourceState | null,
  replaces: SourceState | null,
  intake: Intake,
): Promise<void> {
  const { engine, manifest, options } = intake;
  const log = await openParquet(engine, file.path);
  const digest = await fileDigest(file);
  if (log.hashed) {
    const source = newSource(file, HASHED, replaces, intake);
    const batch = manifest.batches + 1;
    const rows = await takeHashed(engine, log, source.number, batch);
    manifest.batches = batch;
    if (manifest.unsettled === "nothing") manifest.unsettled = "new";
    Object.assign(source, { digest, done: file.sizeBytes, whole: true, signature: file.signature });
    Object.assign(source, { lines: rows, read: rows, rows, formats: { [`${HASHED.id} ${HASHED.version}`]: rows } });
    happened(source, `read: ${rows} hashed rows`);
    await writeManifest(options.folder, manifest);
    return;
  }
  const lines = await parquetAsLines(engine, log, options.folder);
  try {
    await takeText(await localFile(lines, file.name, file.found), known, replaces, intake, { file, digest });
  } finally {
    await rm(lines, { force: true });
  }
}

const HASHED = { id: "hashed-parquet", version: "1" };

function newSource(
  file: LogFile,
  { id, version }: Pick<Mapping, "id" | "version">,
  replaces: SourceState | null,
  { manifest }: Intake,
): SourceState {
  // One that was never read to its end and is another log now takes its own predecessor with it.
  const unfinished = replaces && !replaces.whole ? replaces : null;
  if (unfinished) {
    manifest.sources = manifest.sources.filter((source) => source !== unfinished);
    manifest.unsettled = "gone";
  }
  const source: SourceState = {
    number: ++manifest.numbers,
    name: file.name,
    path: file.path,
    state: "current",
    replaces: unfinished ? unfinished.replaces : (replaces?.number ?? null),
    mapping: { id, version },
    formats: {},
    digest: "",
    head: { bytes: 0, digest: "" },
    done: 0,
    whole: false,
    open: false,
    signature: null,
    lines: 0,
    read: 0,
    rows: 0,
    zoneless: 0,
    otherUser: { rows: 0, accounts: [], users: [] },
    skipped: {},
    rejects: {},
    happened: [],
  };
  manifest.sources.push(source);
  return source;
}

/** Blocks of 8 MB that go in together: every insertion makes a part, and many small parts are merged again and again. */
const BLOCKS_A_BATCH = 16;

async function commit(
  { engine, manifest, options: { folder } }: Intake,
  source: SourceState,
  results: readonly ParseResult[],
  batch: number,
  mark: () => void,
): Promise<void> {
  await engine.insert("rows", structure(ROWS_COLUMNS), Buffer.concat(results.map(({ rows }) => rows)));
  await engine.insert("prompts", structure(PROMPTS_COLUMNS), Buffer.concat(results.map(({ prompts }) => prompts)));
  const terms = Buffer.concat(results.map(({ terms }) => terms));
  if (terms.length > 0) await engine.insert("terms", structure(TERMS_COLUMNS), terms);
  const names = new Map(results.flatMap(({ revealed }) => revealed.map(([hash, account]) => [account, hash] as const)));
  if (names.size > 0) {
    const lines = [...names].map(
      ([account, hash]) => `${Buffer.from(hash).toString("hex")}\t${JSON.stringify(account)}\n`,
    );
    // An empty line in front: the last line may have been cut by a kill.
    await writeFile(join(folder, "accounts.tsv"), `\n${lines.join("")}`, { flag: "a", mode: 0o600 });
  }
  manifest.batches = batch;
  if (manifest.unsettled === "nothing") manifest.unsettled = "new";
  mark();
  for (const { counts } of results) {
    source.lines += counts.lines;
    source.read += counts.rows;
    source.rows += counts.rows;
    source.zoneless += counts.zoneless;
    mergeCounts(source.formats, counts.formats);
    mergeOtherUser(source.otherUser, counts.otherUser);
    mergeCounts(source.skipped, counts.skipped);
    mergeRejects(source.rejects, counts.rejects);
  }
  await writeManifest(folder, manifest);
}

/** Looks at the first records; null where the file holds none. */
async function firstRecords(file: LogFile, name: string): Promise<unknown[] | null> {
  for await (const { bytes } of logBlocks(logText(file).chunks, { name, from: 0, keepOpenLine: false })) {
    const lines = Buffer.from(bytes.subarray(0, SNIFFED_BYTES))
      .toString("utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return lines.slice(0, SNIFFED_MAX).flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown];
      } catch {
        return [];
      }
    });
  }
  return null;
}

const SNIFFED_BYTES = 4 * 1024 * 1024;
