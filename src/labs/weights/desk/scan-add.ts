/** Put a model into a library of sketches, as `assay scan add` does. */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Progress } from "../../../base/progress.js";
import type { Policy } from "../../../tlog/policy.js";
import { openSide } from "../host/open-side.js";
import { type LibraryEntry, readLibrary, type ScanLibrary, writeLibrary } from "../host/scan-library.js";
import { commitmentsOf } from "./committed.js";
import { makeSketch } from "./sketch.js";

interface AddOptions {
  model: string;
  library: string;
  /** Absent: the model's own. */
  name?: string;
  /** The day, YYYY-MM-DD. */
  added: string;
  /** A register's receipt for this very model, believed under the policy. */
  committed?: { receipt: string; policy: Policy };
  home: string | null;
  onProgress: (progress: Progress) => void;
}

/**
 * A library that is not there is begun, under a fresh seed.
 * @throws AssayError USAGE for a name that it holds, DIGEST for another model's receipt, as `commitmentsOf` does
 */
export async function addToLibrary(options: AddOptions): Promise<LibraryEntry> {
  const { model, library: folder, added, home, onProgress, committed } = options;
  const [commitment] = committed ? await commitmentsOf([committed.receipt], committed.policy) : [];
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
  const entry: LibraryEntry = { name, root, sketch, file, added };
  if (commitment) {
    const { time, by, evidence } = commitment;
    if (commitment.root !== root)
      throw new AssayError("DIGEST", `scan: expected a receipt for the model's root ${root}, got ${commitment.root}`);
    entry.committed = { time, by, evidence };
  }
  await writeLibrary(folder, { ...library, entries: [...library.entries, entry] });
  return entry;
}
