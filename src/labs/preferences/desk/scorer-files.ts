/** Scorers on disk: one file of scores, or a folder of several that are joined; a panel is a folder of such. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromUtf8, utf8 } from "../../../base/bytes.js";
import { canonicalJson } from "../../../base/canonical-json.js";
import { type Digest, sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import { asAssayError } from "../../../host/files.js";
import { readSmallFile } from "../../../host/small-file.js";
import type { Scorer } from "../examine.js";
import { SCORERS_MAX, SCORES_BYTES_MAX } from "../method.js";
import { readScores } from "../scores/read-scores.js";
import type { Row } from "../scores/score-table.js";

const SCORES_NAME = /\.(?:jsonl|ndjson|json)(?:\.gz)?$/i;
export const LINEAGE_FILE = "lineage.json";
export const LINEAGE_BYTES_MAX = 4 * 1024 * 1024;
/** Files of one scorer: two probes in a few formats. */
const FILES_MAX = 32;

/** A scorer, and the files it was read from. */
export interface OpenedScorer extends Scorer {
  files: readonly { path: string; digest: Digest }[];
}

/** @param name it goes under; null takes the file's own, without extensions */
export async function openScorer(path: string, name: string | null = null): Promise<OpenedScorer> {
  const info = await stat(path).catch((error) => {
    throw asAssayError(error, path, "scores");
  });
  const own = name ?? (basename(path).replace(SCORES_NAME, "") || "scores");
  if (!info.isDirectory()) return scorerOf(own, [path]);
  const inside = (await readdir(path)).filter((each) => SCORES_NAME.test(each)).sort();
  if (inside.length === 0 || inside.length > FILES_MAX)
    throw new AssayError("FORMAT", `${quoted(own)}: expected 1 to ${FILES_MAX} files of scores, got ${inside.length}`);
  return scorerOf(
    own,
    inside.map((each) => join(path, each)),
  );
}

/** Several files are joined; the root is then the digest of the list of theirs. @throws AssayError FORMAT, LIMIT */
export async function scorerOf(name: string, paths: readonly string[]): Promise<OpenedScorer> {
  const rows = new Map<string, Row>();
  const files: { path: string; digest: Digest }[] = [];
  let template: string | null = null;
  for (const path of paths) {
    const what = quoted(basename(path));
    const bytes = await readSmallFile(path, SCORES_BYTES_MAX);
    files.push({ path: basename(path), digest: sha256Digest(bytes) });
    const read = readScores(fromUtf8(unpacked(bytes, what), what), what);
    template ??= read.template;
    for (const [key, row] of read.rows) {
      if (rows.has(key)) throw new AssayError("FORMAT", `${what}: expected items that no other file of ${name} scores`);
      rows.set(key, row);
    }
  }
  const root = files.length === 1 ? files[0]!.digest : sha256Digest(utf8(canonicalJson(files.map((f) => f.digest))));
  return { artefact: { name, kind: "scores", root }, table: { rows, template }, files };
}

/** A gzipped file is unpacked within the limit (CWE-409). */
function unpacked(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b)
    throw new AssayError(
      "FORMAT",
      `${what}: expected scores as JSON, got a zip; of an Inspect .eval file give what "inspect log dump" prints`,
    );
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: SCORES_BYTES_MAX });
  } catch {
    throw new AssayError("FORMAT", `${what}: expected gzip of at most ${SCORES_BYTES_MAX} bytes, got something else`);
  }
}

/** Files and folders of a panel, in the order of names, without what documents it. @throws AssayError NOT_FOUND, LIMIT */
export async function panelPaths(folder: string): Promise<{ members: string[]; lineage: string | null }> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR")
      throw new AssayError("USAGE", `--panel: expected a folder of scores, got the file ${quoted(folder)}`);
    throw asAssayError(error, folder, "--panel");
  });
  const members = entries
    .filter((each) => each.name !== LINEAGE_FILE && !each.name.startsWith("."))
    .filter((each) => each.isDirectory() || SCORES_NAME.test(each.name))
    .map((each) => join(folder, each.name))
    .sort();
  if (members.length === 0)
    throw new AssayError("NOT_FOUND", `--panel: expected scores in ${quoted(folder)}, got none`);
  if (members.length > SCORERS_MAX)
    throw new AssayError("LIMIT", `--panel: expected at most ${SCORERS_MAX} scorers, got ${members.length}`);
  return { members, lineage: entries.some((each) => each.name === LINEAGE_FILE) ? join(folder, LINEAGE_FILE) : null };
}
