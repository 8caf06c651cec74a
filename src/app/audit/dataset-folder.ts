/**
 * A Hugging Face data set's folder: Parquet or JSON Lines in the order of their names, as on the hub, or Arrow as
 * `save_to_disk` writes it, in the order that its `state.json` states.
 */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fromUtf8 } from "../../base/bytes.js";
import { AssayError, quoted } from "../../base/error.js";
import { readSmallFile } from "../../host/small-file.js";
import { filesOfState, STATE_BYTES_MAX } from "../../office/audit/readers/dataset-state.js";

/** Shards of one data set: the largest public ones have some ten thousand. */
const DATASET_FILES_MAX = 100_000;

/** Empty where the folder holds no data set. @throws LIMIT; USAGE or FORMAT where Arrow files are not those of a state.json */
export async function datasetFiles(path: string): Promise<string[]> {
  const inside = await readdir(path, { recursive: true, withFileTypes: true });
  const names = inside
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const files = names.filter((name) => /\.(?:parquet|arrow|jsonl(?:\.gz)?)$/.test(name));
  if (files.length > DATASET_FILES_MAX)
    throw new AssayError("LIMIT", `audit commit: expected at most ${DATASET_FILES_MAX} files, got ${files.length}`);
  const derived = files.find((name) => /^(?:cache-|tmp).*\.arrow$/.test(basename(name)));
  if (derived !== undefined)
    throw new AssayError(
      "USAGE",
      `audit commit: ${quoted(derived)} is kept by datasets from an earlier step, beside the data: name the files of the data set`,
    );
  const states = names.filter((name) => basename(name) === "state.json");
  const stated = new Map<string, string[]>();
  for (const state of states)
    stated.set(dirname(state), filesOfState(fromUtf8(await readSmallFile(state, STATE_BYTES_MAX), state), state));
  for (const [folder, listed] of stated) assertListed(folder, listed, files);
  const place = (name: string) => stated.get(dirname(name))?.indexOf(basename(name)) ?? 0;
  return files.sort((a, b) =>
    dirname(a) === dirname(b) && stated.has(dirname(a)) ? place(a) - place(b) : a < b ? -1 : 1,
  );
}

function assertListed(folder: string, listed: readonly string[], files: readonly string[]): void {
  const here = new Set(files.filter((name) => dirname(name) === folder).map((name) => basename(name)));
  const missing = listed.find((name) => !here.has(name));
  const more = [...here].find((name) => name.endsWith(".arrow") && !listed.includes(name));
  if (missing !== undefined)
    throw new AssayError(
      "NOT_FOUND",
      `audit commit: expected ${quoted(missing)} in ${quoted(folder)}, as its state.json says`,
    );
  if (more !== undefined)
    throw new AssayError(
      "USAGE",
      `audit commit: ${quoted(join(folder, more))} is not among the files of its state.json`,
    );
}
