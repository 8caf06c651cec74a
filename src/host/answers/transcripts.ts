/**
 * Transcripts on disk: one file, or a folder of them as a panel, with the lineage and the prompts that may lie beside
 * them. Nothing here judges an answer.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromUtf8 } from "../../base/bytes.js";
import type { Digest } from "../../base/digest.js";
import { AssayError, quoted } from "../../base/error.js";
import { parseStrictJson } from "../../base/strict-json.js";
import { readTranscript } from "../../transcript/read-transcript.js";
import { TRANSCRIPT_LIMITS, type Transcript } from "../../transcript/transcript.js";
import { asAssayError } from "../files.js";
import { displayName } from "../model/folder.js";

export interface TranscriptFile {
  /** File name without its extensions. */
  name: string;
  /** SHA-256 of the file as it lies there. */
  root: Digest;
  transcript: Transcript;
}

/** Files a panel may hold (CWE-770). */
const PANEL_FILES_MAX = 5_000;
const LINEAGE_BYTES_MAX = 16 * 1024 * 1024;
const TRANSCRIPT_NAME = /\.(?:jsonl|ndjson|json|eval)(?:\.gz)?$/i;
/** What may lie in a panel's folder beside its transcripts. */
const LINEAGE_FILE = "lineage.json";
const PROMPTS_FILE = "prompts.json";
/** What whoever contributes a panel says of it: docs/panels.md. */
export const PANEL_STATEMENT_FILE = "panel.json";
const BESIDE: readonly string[] = [LINEAGE_FILE, PROMPTS_FILE, PANEL_STATEMENT_FILE];

/** A file, and the name it is to go under; null takes the file's own. */
export interface TranscriptAt {
  path: string;
  name: string | null;
}

/** @throws AssayError NOT_FOUND, FORMAT, LIMIT */
export async function readTranscriptFile({ path, name }: TranscriptAt): Promise<TranscriptFile> {
  const bytes = await readBounded(path, TRANSCRIPT_LIMITS.fileBytesMax);
  const what = quoted(basename(path));
  return {
    name: name ?? (displayName(path).replace(TRANSCRIPT_NAME, "") || "transcript"),
    root: digestOf(bytes),
    transcript: readTranscript(bytes, what, unzipped),
  };
}

/**
 * The machine's own reader is the faster. What it refuses, what is too long, and what holds anything behind
 * the data is left to the portable reader, so that either way one file is read or refused for one reason.
 */
function unzipped(bytes: Uint8Array): Uint8Array | null {
  try {
    const { buffer, engine } = gunzipSync(bytes, {
      maxOutputLength: TRANSCRIPT_LIMITS.textBytesMax,
      info: true,
    }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return engine.bytesWritten === bytes.length && !isGzip(buffer) ? buffer : null;
  } catch {
    return null;
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export interface PanelFolder {
  /** In the order of names. */
  members: readonly TranscriptAt[];
  /** Base of each model by file name without extensions; null where the folder documents none. */
  bases: ReadonlyMap<string, string> | null;
  /** Texts of prompts by id, where the folder lists them. */
  prompts: ReadonlyMap<string, string>;
  /** The lineage and the prompts as files, where there are any. */
  beside: readonly { role: "panel-lineage" | "panel-prompts"; name: string; root: Digest }[];
}

/** Lists a panel; its transcripts are read one by one, so that a thousand need not be held. */
export async function openPanel(folder: string): Promise<PanelFolder> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR")
      throw new AssayError("USAGE", `--panel: expected a folder of transcripts, got the file ${quoted(folder)}`);
    throw asAssayError(error, folder, "--panel");
  }
  const transcripts = names.filter((n) => TRANSCRIPT_NAME.test(n) && !BESIDE.includes(n)).sort();
  if (transcripts.length === 0)
    throw new AssayError("NOT_FOUND", `--panel: expected transcripts in ${quoted(folder)}, got none`);
  if (transcripts.length > PANEL_FILES_MAX)
    throw new AssayError("LIMIT", `--panel: expected at most ${PANEL_FILES_MAX} transcripts`);
  const here = (name: string) => (names.includes(name) ? join(folder, name) : null);
  return panelOf(
    transcripts.map((name) => ({ path: join(folder, name), name: null })),
    here(LINEAGE_FILE),
    here(PROMPTS_FILE),
  );
}

/** A panel from its parts, wherever they lie. */
export async function panelOf(
  members: readonly TranscriptAt[],
  lineage: string | null,
  prompts: string | null,
): Promise<PanelFolder> {
  const [ofLineage, ofPrompts] = [
    lineage === null ? null : await readBounded(lineage, LINEAGE_BYTES_MAX),
    prompts === null ? null : await readBounded(prompts, LINEAGE_BYTES_MAX),
  ];
  return {
    members,
    bases: ofLineage && readBases(ofLineage),
    prompts: ofPrompts ? readPrompts(ofPrompts) : new Map(),
    beside: [
      ...(ofLineage ? [{ role: "panel-lineage" as const, name: LINEAGE_FILE, root: digestOf(ofLineage) }] : []),
      ...(ofPrompts ? [{ role: "panel-prompts" as const, name: PROMPTS_FILE, root: digestOf(ofPrompts) }] : []),
    ],
  };
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** `{base: {name of base: [model, …]}}`; other keys are left alone. */
function readBases(bytes: Uint8Array): Map<string, string> {
  const value = parseStrictJson(fromUtf8(bytes, LINEAGE_FILE), LINEAGE_FILE);
  const base = (value as { base?: unknown } | null)?.base;
  const bases = new Map<string, string>();
  if (typeof base !== "object" || base === null)
    throw new AssayError("FORMAT", `${LINEAGE_FILE}: expected "base" to be an object of lists of models`);
  for (const [name, models] of Object.entries(base)) {
    if (!Array.isArray(models) || models.some((model) => typeof model !== "string"))
      throw new AssayError("FORMAT", `${LINEAGE_FILE}: expected ${quoted(name)} to be a list of models`);
    for (const model of models as string[]) bases.set(model, name);
  }
  return bases;
}

/** A list of texts, whose ids are their places, or an object of texts by id. */
function readPrompts(bytes: Uint8Array): Map<string, string> {
  const value = parseStrictJson(fromUtf8(bytes, PROMPTS_FILE), PROMPTS_FILE);
  if (typeof value !== "object" || value === null)
    throw new AssayError("FORMAT", `${PROMPTS_FILE}: expected a list of prompts`);
  return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

async function readBounded(path: string, bytesMax: number): Promise<Uint8Array> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw new AssayError("FORMAT", `expected a transcript, got the folder ${quoted(path)}`);
    if (info.size > bytesMax)
      throw new AssayError("LIMIT", `${quoted(basename(path))}: expected at most ${bytesMax} bytes`);
    return await readFile(path);
  } catch (error) {
    throw asAssayError(error, path, "transcript");
  }
}
