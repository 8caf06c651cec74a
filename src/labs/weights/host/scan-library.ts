/**
 * A library of sketches under one seed, in a folder or behind a URL: which bases a model may be made of. LIBRARY.json names each sketch by its digest
 * and its model by its root, with the day it was added; whoever signs the folder signs all of it (`assay register sign`).
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fromUtf8 } from "../../../base/bytes.js";
import { AssayError, quoted } from "../../../base/error.js";
import { parseStrictJson } from "../../../base/strict-json.js";
import { digestSchema } from "../../../evidence/artefact.js";
import { asAssayError } from "../../../host/files.js";
import { download } from "../../../host/http/download.js";
import { parseUrl, plainUrl } from "../../../host/http/http-pin.js";
import { readSmallFile } from "../../../host/small-file.js";

export const LIBRARY_FILE = "LIBRARY.json";
/** Of the whole folder, by its keeper. */
export const LIBRARY_SIGNATURE = "LIBRARY.sig";
/** 100,000 entries of some 400 bytes. */
const LIBRARY_BYTES_MAX = 40 * 1024 * 1024;
/** A digest of some 100 bytes a file. */
const SIGNATURE_BYTES_MAX = 64 * 1024 * 1024;
/** A sketch of 100 layers of 4,096 sampled rows and 128 numbers is 420 MB as f64. */
const SKETCH_BYTES_MAX = 1024 * 1024 * 1024;

const librarySchema = z.strictObject({
  type: z.literal("assay/scan-library/v1"),
  /** Under which all sketches were made. Public: whoever knows it can hide from these folds, but accuse nobody. */
  seed: z.string().regex(/^[0-9a-f]{64}$/),
  entries: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        /** OMS root of the model; SHA-256 of the sketch. */
        root: digestSchema,
        sketch: digestSchema,
        /** In the folder. */
        file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}\.sketch$/),
        added: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
        /** A register's receipt for the model, checked when it was added: by which moment (seconds since 1970) its files are shown to have existed. */
        committed: z
          .strictObject({ time: z.int().nonnegative(), by: z.string().max(400), evidence: digestSchema })
          .optional(),
      }),
    )
    .max(100_000),
});
export type ScanLibrary = z.infer<typeof librarySchema>;
export type LibraryEntry = ScanLibrary["entries"][number];

/** @throws AssayError NOT_FOUND where the folder holds no library, SCHEMA, FORMAT, LIMIT */
export async function readLibrary(folder: string): Promise<ScanLibrary> {
  const bytes = await readSmallFile(join(folder, LIBRARY_FILE), LIBRARY_BYTES_MAX);
  const parsed = librarySchema.safeParse(parseStrictJson(fromUtf8(bytes, "scan"), "scan"));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new AssayError("SCHEMA", `scan: ${LIBRARY_FILE}: at ${issue.path.join(".") || "the top"}: ${issue.message}`);
  }
  for (const field of ["name", "file"] as const) {
    const values = parsed.data.entries.map((entry) => entry[field]);
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined)
      throw new AssayError("SCHEMA", `scan: ${LIBRARY_FILE}: expected each ${field} once, got ${quoted(twice)} twice`);
  }
  return parsed.data;
}

/** Replaces the list in one step: what was there before stays whole until then. */
export async function writeLibrary(folder: string, library: ScanLibrary): Promise<void> {
  const path = join(folder, LIBRARY_FILE);
  const partial = `${path}.partial-${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(partial, `${JSON.stringify(library, null, 1)}\n`);
    await rename(partial, path);
  } catch (error) {
    throw asAssayError(error, path, "scan");
  }
}

/**
 * Brings a library behind a URL into a folder: the list, its signature where there is one, and every sketch it names that the server has. What the sketches
 * hold is checked against the list when they are read.
 * @throws AssayError NOT_FOUND where there is no list, as `download` and `readLibrary` do
 */
export async function fetchLibrary(url: string, into: string): Promise<void> {
  const base = parseUrl(url.endsWith("/") ? url : `${url}/`);
  const take = (name: string, bytesMax: number) =>
    download({ url: new URL(name, base), to: join(into, name), bytesMax, headers: {}, onBytes: () => {} });
  if ((await take(LIBRARY_FILE, LIBRARY_BYTES_MAX)) === null)
    throw new AssayError("NOT_FOUND", `scan: expected ${LIBRARY_FILE} at ${plainUrl(base.href)}`);
  await take(LIBRARY_SIGNATURE, SIGNATURE_BYTES_MAX);
  for (const { file } of (await readLibrary(into)).entries) await take(file, SKETCH_BYTES_MAX);
}
