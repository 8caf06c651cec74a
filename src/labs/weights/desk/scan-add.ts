/** Put a model into a library of sketches, as `assay scan add` does. */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import { openSide } from "../host/open-side.js";
import { type LibraryEntry, readLibrary, type ScanLibrary, writeLibrary } from "../host/scan-library.js";
import { makeSketch } from "./sketch.js";

interface AddOptions {
  model: string;
  library: string;
  /** Absent: the model's own. */
  name?: string;
  /** The day, YYYY-MM-DD. */
  added: string;
  home: string | null;
  onProgress: (progress: Progress) => void;
}

/** A library that is not there is begun, under a fresh seed. @throws AssayError USAGE for a name or a model that it holds */
export async function addToLibrary(options: AddOptions): Promise<LibraryEntry> {
  const { model, library: folder, added, home, onProgress } = options;
  const library = await readLibrary(folder).catch((error: unknown): ScanLibrary => {
    if (error instanceof AssayError && error.code === "NOT_FOUND")
      return { type: "assay/scan-library/v1", seed: randomBytes(32).toString("hex"), entries: [] };
    throw error;
  });
  const name = options.name ?? (await openSide(model)).name;
  if (library.entries.some((entry) => entry.name === name))
    throw new AssayError(
      "USAGE",
      `scan: expected a name that the library does not hold, got ${quoted(name)}; give --name`,
    );
  const file = `${
    name
      .replace(/[^A-Za-z0-9._-]/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 150) || "model"
  }.sketch`;
  const out = join(folder, file);
  const { root } = await makeSketch({ model, seed: library.seed, width: null, rows: "sampled", out, home, onProgress });
  const sketch: Digest = `sha256:${createHash("sha256")
    .update(await readFile(out))
    .digest("hex")}`;
  const entry = { name, root, sketch, file, added };
  await writeLibrary(folder, { ...library, entries: [...library.entries, entry] });
  return entry;
}
