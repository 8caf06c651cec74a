/**
 * Open rows of a sketch against the chunk trees in its header, and check such an opening. The checker lays the opened
 * chunks into empty files of the stated sizes and reads them as any model is read; a byte that was not opened is never
 * taken for one.
 */
import { basename } from "node:path";
import type { Check } from "../../../app/bundle/check.js";
import { base64, equalBytes, fromBase64, fromHex, fromUtf8, hex, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { auditPath, CHUNK_BYTES, chunkCount, holdsChunk } from "../../../evidence/chunk-tree.js";
import { FileReader } from "../../../host/files.js";
import { chunkLeaves } from "../../../host/model/chunk-roots.js";
import type { ModelFile } from "../../../host/model/folder.js";
import { intake } from "../../../host/model/intake.js";
import { type OpenedFile, withOpenedChunks } from "../../../host/model/opened-chunks.js";
import { assertFreeFile, readSmallFile, writeNewFile } from "../../../host/small-file.js";
import { LocalCompute } from "../../../kernels/compute.js";
import { safetensorsHeaderLength } from "../../../model/formats/safetensors.js";
import type { Model } from "../../../model/model.js";
import { openSide } from "../host/open-side.js";
import { openSketch, type StoredSketch } from "../host/sketch-store.js";
import { digestBytes } from "../sketch/header.js";
import { foldsOf } from "../sketch/make.js";
import { OPENING_BYTES_MAX, type Opening, openingSchema, type SpotRow, spotRows } from "../sketch/opening.js";
import { sizesOf, unsketched } from "../sketch/plan.js";

/** Settings beside the weights that decide how they are read; larger ones hold vocabularies. */
const SETTINGS_BYTES_MAX = 4 * 1024 * 1024;
/** The beginning of a GGUF file that is opened, as open-model.ts first reads it. */
const GGUF_FIRST_BYTES = 1 << 20;
/** Names that may be made on disk: plain ones at the top of the model (CWE-22). */
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}$/;

interface OpenRequest {
  model: string;
  sketch: string;
  challenge: string;
  rows: number;
  onProgress: (progress: Progress) => void;
}

/** By whoever holds the model. */
export async function openSketchRows({
  model: path,
  sketch,
  challenge,
  rows,
  onProgress,
}: OpenRequest): Promise<Opening> {
  const { stored, digest } = await storedSketch(sketch);
  const opened = await openSide(path);
  if (opened.reading.kind === "refused") throw new AssayError("UNSUPPORTED", `sketch open: ${opened.reading.reason}`);
  const names = new Map(opened.files.map((f) => [f.path, f]));
  const wanted = new Map<string, Set<number>>();
  const want = (file: ModelFile, offset: number, length: number) => {
    const set = wanted.get(file.name) ?? new Set<number>();
    for (let at = offset; at < offset + length; at += CHUNK_BYTES - (at % CHUNK_BYTES))
      set.add(Math.floor(at / CHUNK_BYTES));
    wanted.set(file.name, set);
  };
  const reader = new FileReader();
  try {
    for (const file of opened.files) if (isSettings(file)) want(file, 0, Math.max(1, file.sizeBytes));
    for (const file of opened.weightFiles) want(file, 0, await headBytes(reader, file));
    const compute = new LocalCompute((file, offset, into) => {
      want(names.get(file)!, offset, into.length);
      return reader.readInto(file, offset, into);
    });
    const differing = await differingRow(
      opened.reading.model,
      spotRows(stored.header, challenge, rows),
      stored,
      compute,
    );
    if (differing !== null)
      throw new AssayError(
        "DIGEST",
        `sketch open: expected the model that the sketch was made from; ${differing} differs`,
      );
  } finally {
    await reader.close();
  }
  const files: Opening["files"] = [];
  for (const [at, [name, chunks]] of [...wanted].entries()) {
    const file = opened.files.find((f) => f.name === name)!;
    files.push({
      name,
      chunks: await provenChunks(
        file,
        [...chunks].sort((a, b) => a - b),
        stored,
      ),
    });
    onProgress({ stage: "chunk trees", done: at + 1, total: wanted.size });
  }
  return { type: "assay/sketch-opening/v1", sketch: digest, challenge, rows, files };
}

/** What `assay sketch open --json` prints. */
interface OpeningRecord {
  type: "assay/sketch-opening-record/v1";
  out: string;
  sizeBytes: number;
  rows: number;
  files: number;
  chunks: number;
}

/** @throws where `out` exists; UNSUPPORTED or DIGEST for a model that is not read, or is another than the sketch's */
export async function writeOpening({ out, ...request }: OpenRequest & { out: string }): Promise<OpeningRecord> {
  await assertFreeFile(out);
  const opening = await openSketchRows(request);
  const bytes = utf8(`${canonicalJson(opening)}\n`);
  await writeNewFile(out, bytes);
  return {
    type: "assay/sketch-opening-record/v1",
    out,
    sizeBytes: bytes.length,
    rows: opening.rows,
    files: opening.files.length,
    chunks: opening.files.reduce((sum, f) => sum + f.chunks.length, 0),
  };
}

/** @throws AssayError when the file is no opening at all; whatever else is wrong is a check that does not hold */
export async function checkOpeningFile(sketch: string, path: string, asked: Asked): Promise<Check[]> {
  const text = fromUtf8(await readSmallFile(path, OPENING_BYTES_MAX), "sketch check");
  const parsed = openingSchema.safeParse(parseStrictJson(text, "sketch check"));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `sketch check: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  return checkOpening(sketch, parsed.data, asked);
}

/** What the other side asked for: its challenge (null: not held against it) and how many rows at least. */
export interface Asked {
  challenge: string | null;
  rows: number;
}

/** By the other side: every check by name. */
export async function checkOpening(sketch: string, opening: Opening, asked: Asked): Promise<Check[]> {
  const { stored, digest } = await storedSketch(sketch);
  const checks: Check[] = [];
  const check = (name: string, holds: boolean, detail: string) => checks.push({ name, holds, detail });
  check("sketch", opening.sketch === digest, `the opening is of ${opening.sketch}, the file is ${digest}`);
  if (asked.challenge !== null)
    check("challenge", opening.challenge === asked.challenge, `the opening answers ${opening.challenge}`);
  check("number", opening.rows >= asked.rows, `${opening.rows} rows, ${asked.rows} asked for`);
  const wrong = wrongChunk(opening, stored);
  check("chunks", wrong === null, wrong ?? "every chunk lies where it says under the sketch's chunk trees");
  if (checks.some((c) => !c.holds)) return checks;
  await withOpenedChunks(chunksOf(opening, stored), async (folder) => {
    const differing = await differingWhenRead(folder, opening, stored);
    const rows = spotRows(stored.header, opening.challenge, opening.rows).length;
    check(
      "rows",
      differing === null,
      differing ?? `${rows} rows, folded again from the opened bytes, are the sketch's`,
    );
  });
  return checks;
}

async function differingWhenRead(folder: string, opening: Opening, stored: StoredSketch): Promise<string | null> {
  const reader = new FileReader();
  try {
    const opened = await openSide(folder);
    if (opened.reading.kind === "refused")
      return `the opened files are no model that is read: ${opened.reading.reason}`;
    const { model } = opened.reading;
    if (unsketched(model) !== null || JSON.stringify(sizesOf(model)) !== JSON.stringify(statedSizes(stored)))
      return "the opened model has other sizes";
    const held = new Map(opening.files.map((f) => [f.name, new Set(f.chunks.map((c) => c.index))]));
    const compute = new LocalCompute((file, offset, into) => {
      const chunks = held.get(basename(file));
      for (let at = offset; at < offset + into.length; at += CHUNK_BYTES - (at % CHUNK_BYTES))
        if (!chunks?.has(Math.floor(at / CHUNK_BYTES)))
          throw new AssayError(
            "FORMAT",
            `sketch check: expected the bytes of every row, got none at ${at} of ${quoted(basename(file))}`,
          );
      return reader.readInto(file, offset, into);
    });
    const differing = await differingRow(
      model,
      spotRows(stored.header, opening.challenge, opening.rows),
      stored,
      compute,
    );
    return differing === null ? null : `${differing} differs`;
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  } finally {
    await reader.close();
  }
}

function statedSizes({ header }: StoredSketch) {
  const { hidden, gated, mlpHidden, keyValueHeads, headDim } = header.sizes;
  return { hidden, gated, mlpHidden, keyValueHeads, headDim };
}

/** The first row whose fold is not the sketch's; null when all are. */
async function differingRow(
  model: Model,
  rows: readonly SpotRow[],
  { header, path, payloadOffset }: StoredSketch,
  compute: LocalCompute,
): Promise<string | null> {
  const reader = new FileReader();
  try {
    for (const { planned, row, offsetBytes } of rows) {
      if (!model.tensors.has(planned.name)) return planned.name;
      const again = await foldsOf(model, { ...planned, runs: [{ start: row, count: 1 }] }, header, compute);
      const held = await reader.readExactly(path, payloadOffset + offsetBytes, again.length);
      if (!equalBytes(again, held)) return `row ${row} of ${planned.name}`;
    }
    return null;
  } finally {
    await reader.close();
  }
}

async function provenChunks(file: ModelFile, wanted: readonly number[], { header }: StoredSketch) {
  const stated = header.model.files.find((f) => f.name === file.name);
  if (!stated || stated.sizeBytes !== file.sizeBytes)
    throw new AssayError("DIGEST", `sketch open: expected the files of the sketch, got another ${quoted(file.name)}`);
  const leaves = await chunkLeaves(file, () => {});
  const root = digestBytes(stated.chunks, "sketch open");
  const reader = new FileReader();
  try {
    const out: Opening["files"][number]["chunks"] = [];
    for (const index of wanted) {
      const offset = index * CHUNK_BYTES;
      const bytes = await reader.readExactly(file.path, offset, Math.min(CHUNK_BYTES, file.sizeBytes - offset));
      const path = auditPath(leaves, index);
      if (!holdsChunk(root, { index, count: leaves.length }, bytes, path))
        throw new AssayError(
          "DIGEST",
          `sketch open: expected the file of the sketch, got another ${quoted(file.name)}`,
        );
      out.push({ index, data: base64(bytes), path: path.map(hex) });
    }
    return out;
  } finally {
    await reader.close();
  }
}

/** What is wrong with the first chunk that does not hold; null when all do. */
function wrongChunk(opening: Opening, { header }: StoredSketch): string | null {
  const seen = new Set<string>();
  for (const { name, chunks } of opening.files) {
    const stated = header.model.files.find((f) => f.name === name);
    if (!stated || !PLAIN_NAME.test(name) || seen.has(name)) return `${quoted(name)} is not one file of the sketch's`;
    seen.add(name);
    const root = digestBytes(stated.chunks, "sketch check");
    const count = chunkCount(stated.sizeBytes);
    for (const { index, data, path } of chunks) {
      const bytes = fromBase64(data, "sketch check");
      const hashes = path.map((p) => fromHex(p, "sketch check"));
      const length = index === count - 1 ? stated.sizeBytes - index * CHUNK_BYTES : CHUNK_BYTES;
      if (bytes.length !== length || !holdsChunk(root, { index, count }, bytes, hashes))
        return `chunk ${index} of ${quoted(name)} does not lie under the sketch's root`;
    }
  }
  return null;
}

/** Names and chunks have been checked. */
function chunksOf(opening: Opening, { header }: StoredSketch): OpenedFile[] {
  return opening.files.map(({ name, chunks }) => ({
    name,
    sizeBytes: header.model.files.find((f) => f.name === name)!.sizeBytes,
    chunks: chunks.map(({ index, data }) => ({
      offsetBytes: index * CHUNK_BYTES,
      bytes: fromBase64(data, "sketch check"),
    })),
  }));
}

async function storedSketch(path: string): Promise<{ stored: StoredSketch; digest: Digest }> {
  const taken = await intake(path, { home: null });
  const [file] = taken.files;
  if (taken.files.length !== 1 || !file)
    throw new AssayError("FORMAT", "sketch: expected one sketch file, got a folder");
  return { stored: await openSketch(file), digest: file.digest };
}

/** Small JSON files at the top decide how weights are read; those of a tokenizer do not. */
function isSettings({ name, sizeBytes }: ModelFile): boolean {
  return (
    /^[^/]+\.json$/.test(name) && !/^(tokenizer|vocab|special_tokens)/.test(name) && sizeBytes <= SETTINGS_BYTES_MAX
  );
}

async function headBytes(reader: FileReader, file: ModelFile): Promise<number> {
  if (!/\.(safetensors|gguf)$/.test(file.name))
    throw new AssayError(
      "UNSUPPORTED",
      `sketch open: expected safetensors or GGUF, whose places stand at the file's beginning, got ${quoted(file.name)}`,
    );
  if (!file.name.endsWith(".safetensors")) return Math.min(file.sizeBytes, GGUF_FIRST_BYTES);
  const first = await reader.readExactly(file.path, 0, Math.min(8, file.sizeBytes));
  return 8 + safetensorsHeaderLength(first, file.sizeBytes, file.name);
}
