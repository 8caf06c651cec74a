/** Files of states on disk: of the two sides, and of a panel with what is documented of its models. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { fromUtf8 } from "../../../base/bytes.js";
import { sha256Digest } from "../../../base/digest.js";
import { AssayError, quoted } from "../../../base/error.js";
import type { Artefact } from "../../../evidence/artefact.js";
import { asAssayError } from "../../../host/files.js";
import { readSmallFile } from "../../../host/small-file.js";
import { readStates, STATES_BYTES_MAX } from "../../../transcript/states-file.js";
import { type Lineage, readLineage, UNDOCUMENTED } from "../scores/lineage.js";
import { STATES_PANEL_MAX, type StatesOf } from "../states/exhibit.js";
import { LINEAGE_BYTES_MAX, LINEAGE_FILE } from "./scorer-files.js";

/** Of all files together: what is compared takes some six times as much memory (CWE-770). 64 models of 30 layers are 180 MB. */
const STATES_TOTAL_BYTES_MAX = 256 * 1024 * 1024;

const STATES_NAME = /(?:\.states)?\.json$/i;

/** Where files lie: reference, suspect, panel in order, and what documents the panel. */
export interface StatesPaths {
  sides: readonly [StatesPath, StatesPath];
  panel: readonly StatesPath[];
  lineage: string | null;
}

interface StatesPath {
  path: string;
  /** As a request knows the file. */
  name: string;
}

interface OpenedStates extends StatesOf {
  file: string;
  root: Artefact["root"];
}

/** All of a question about states, read. */
export interface OpenedPanel {
  sides: readonly [OpenedStates, OpenedStates];
  panel: readonly OpenedStates[];
  lineage: Lineage;
  documented: Artefact["root"] | null;
}

/** @param states what was typed after --states @param folder after --panel-states @throws AssayError USAGE, NOT_FOUND, LIMIT */
export async function statesPaths(states: unknown, folder: unknown): Promise<StatesPaths | null> {
  if (states === undefined && folder === undefined) return null;
  const given = (states ?? []) as string[];
  const [reference, suspect, ...more] = given;
  if (reference === undefined || suspect === undefined || more.length > 0)
    throw new AssayError(
      "USAGE",
      `--states: expected two files, the reference's and the suspect's, got ${given.length}`,
    );
  if (folder === undefined) throw new AssayError("USAGE", "--states: expected --panel-states with it, got none");
  const names = await readdir(String(folder)).catch((error) => {
    throw asAssayError(error, String(folder), "--panel-states");
  });
  const panel = names.filter((name) => STATES_NAME.test(name) && name !== LINEAGE_FILE && !name.startsWith(".")).sort();
  if (panel.length === 0)
    throw new AssayError(
      "NOT_FOUND",
      `--panel-states: expected files of states in ${quoted(String(folder))}, got none`,
    );
  if (panel.length > STATES_PANEL_MAX)
    throw new AssayError("LIMIT", `--panel-states: expected at most ${STATES_PANEL_MAX} models, got ${panel.length}`);
  const at = (name: string) => join(String(folder), name);
  const named = (path: string) => ({ path, name: basename(path) });
  return {
    sides: [named(reference), named(suspect)],
    panel: panel.map((name) => named(at(name))),
    lineage: names.includes(LINEAGE_FILE) ? at(LINEAGE_FILE) : null,
  };
}

/** @throws AssayError FORMAT for what is no such file or was read from other prompts */
export async function openStates(paths: StatesPaths): Promise<OpenedPanel> {
  let totalBytes = 0;
  for (const { path } of [...paths.sides, ...paths.panel]) totalBytes += await sizeOf(path);
  if (totalBytes > STATES_TOTAL_BYTES_MAX)
    throw new AssayError(
      "LIMIT",
      `--states: expected at most ${STATES_TOTAL_BYTES_MAX} bytes in all, got ${totalBytes}`,
    );
  const open = async ({ path, name: file }: StatesPath): Promise<OpenedStates> => {
    const bytes = await readSmallFile(path, STATES_BYTES_MAX);
    return {
      name: file.replace(STATES_NAME, ""),
      file,
      root: sha256Digest(bytes),
      states: readStates(bytes, quoted(file)),
    };
  };
  const sides = [await open(paths.sides[0]), await open(paths.sides[1])] as const;
  const panel: OpenedStates[] = [];
  for (const each of paths.panel) panel.push(await open(each));
  const [{ states: first }] = sides;
  for (const { file, states } of [...sides, ...panel])
    if (
      states.promptsDigest !== first.promptsDigest ||
      states.chat !== first.chat ||
      states.purposes.join() !== first.purposes.join()
    )
      throw new AssayError("FORMAT", `${quoted(file)}: expected states over the reference's prompts, in the same form`);
  const bytes = paths.lineage === null ? null : await readSmallFile(paths.lineage, LINEAGE_BYTES_MAX);
  return {
    sides,
    panel,
    lineage: bytes ? readLineage(fromUtf8(bytes, LINEAGE_FILE), LINEAGE_FILE) : UNDOCUMENTED,
    documented: bytes && sha256Digest(bytes),
  };
}

async function sizeOf(path: string): Promise<number> {
  const info = await stat(path).catch((error) => {
    throw asAssayError(error, path, "--states");
  });
  return info.size;
}
