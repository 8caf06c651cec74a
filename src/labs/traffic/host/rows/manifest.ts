/**
 * What a data folder has taken in: its sources, each a log's content, and what happened to them. The manifest is the truth:
 * a batch of rows counts when the manifest that knows of it is in place, and whatever it does not know is removed.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AssayError } from "../../../../base/error.js";
import { asAssayError } from "../../../../host/files.js";
import type { SqlEngine } from "../../engine.js";
import type { OtherUser, Rejects } from "../../log/parse-lines.js";

export interface SourceState {
  /** Its number in the tables; never given twice. */
  number: number;
  name: string;
  /** Where it lay last. */
  path: string;
  /** `past`: its place holds another log now, and its rows stay. */
  state: "current" | "past";
  /** Number of the source whose place it took, until it is known what that means (replaced-source.ts). */
  replaces: number | null;
  mapping: { id: string; version: string };
  /** How many rows were read in which format: a log may change its own. */
  formats: Record<string, number>;
  /** SHA-256 of the text up to `done`, and of its first bytes, which are looked at first. */
  digest: string;
  head: { bytes: number; digest: string };
  /** Bytes of text taken in; whether they were the whole file when it was last read. */
  done: number;
  whole: boolean;
  /** Whether it ended without a line break: its last record may yet go on. */
  open: boolean;
  /** Of the file as it lay there when `done` was reached (log-files.ts); null where it may have changed within a tick. */
  signature: string | null;
  lines: number;
  /** Rows read from it, and rows that count as its own: what several sources hold counts once. */
  read: number;
  rows: number;
  /** Rows whose time had no zone, read as UTC. */
  zoneless: number;
  /** Rows under another user than their own body names (labs/traffic/log/fill.ts). */
  otherUser: OtherUser;
  /** Records that are no requests, by kind: parts of a trace, retrievals, failures. */
  skipped: Record<string, number>;
  rejects: Rejects;
  /** What happened to it, in sentences, oldest first. */
  happened: string[];
}

export interface Manifest {
  type: "assay/traffic-manifest/v2";
  /** Says which key the hashes were made with, without telling it. */
  keyId: string;
  batches: number;
  /** Numbers given to sources so far. */
  numbers: number;
  /** Set while rows are being counted once (settle-rows.ts): those of older batches in the table of keys are to go. */
  settling: number | null;
  /** What has yet to be looked at when rows are counted once: nothing, new rows, or also what spare rows stand for rows gone. */
  unsettled: "nothing" | "new" | "gone";
  sources: SourceState[];
  /** Files of folders that are no logs: by their name, or with what was found in them. */
  passedOver: string[];
}

/** Sentences kept a source. */
const HAPPENED_MAX = 50;

/** Adds a sentence once; of a long history the second is dropped, so that the beginning stays. */
export function happened(source: SourceState, sentence: string): void {
  if (source.happened.at(-1) === sentence) return;
  source.happened.push(sentence);
  if (source.happened.length > HAPPENED_MAX) source.happened.splice(1, 1);
}

/**
 * @param key whose digest the folder must have been filled with @throws USAGE for another key: hashes of two keys do
 * not meet
 */
export async function readManifest(folder: string, key: Uint8Array): Promise<Manifest> {
  const keyId = createHash("sha256").update("assay/traffic-key/v1\u0000").update(key).digest("hex").slice(0, 16);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let text: string;
  try {
    text = await readFile(join(folder, "manifest.json"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asAssayError(error, folder, "--data");
    return {
      type: "assay/traffic-manifest/v2",
      keyId,
      batches: 0,
      numbers: 0,
      settling: null,
      unsettled: "nothing",
      sources: [],
      passedOver: [],
    };
  }
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.type !== "assay/traffic-manifest/v2")
    throw new AssayError(
      "USAGE",
      `--data: expected a data folder of this version, got one of an earlier version at ${folder}; name a new folder with --data`,
    );
  if (manifest.keyId !== keyId)
    throw new AssayError(
      "USAGE",
      `--data: expected the key that ${folder} was made with (${manifest.keyId}), got ${keyId}`,
    );
  return manifest;
}

/** By one rename, readable by its owner alone. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, "manifest.json");
  await writeFile(`${path}.part`, JSON.stringify(manifest), { mode: 0o600 });
  await rename(`${path}.part`, path);
}

/** Rows of a batch that was under way when the last run ended, and of sources that are no more. */
export async function removeUnknown(engine: SqlEngine, manifest: Manifest): Promise<void> {
  const known = manifest.sources.map(({ number }) => number);
  const stray = `(batch > ${manifest.batches}${known.length > 0 ? ` OR src NOT IN (${known.join(", ")})` : " OR 1"})`;
  for (const table of ["rows", "spare"]) await removeWhere(engine, table, stray);
  for (const table of ["prompts", "terms"]) await removeWhere(engine, table, `batch > ${manifest.batches}`);
}

/** Nothing is written where nothing is to go. */
export async function removeWhere(engine: SqlEngine, table: string, condition: string): Promise<number> {
  const [found] = await engine.rows<{ n: number }>(`SELECT toUInt64(count()) AS n FROM ${table} WHERE ${condition}`);
  if (found!.n > 0) await engine.run(`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`);
  return found!.n;
}
