/** Prepares what a blind reader is given: the shared units of two trees side by side, and a record to fill in. */
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { utf8 } from "../../../base/bytes.js";
import { assertFreeFile, writeNewFile } from "../../../host/small-file.js";
import { textOfUnit } from "../host/unit-text.js";
import { codeObservationsSchema } from "../observations.js";
import { pageToRead, pairsToRead, recordToFill } from "../reading.js";
import { examineTrees, openTree, sideOf } from "./examine-trees.js";

/** @returns how many pairs there are to read */
export async function prepareReading(asked: {
  claimant: string;
  suspect: string;
  corpus: string;
  leaveOut: readonly string[];
  out: string;
}): Promise<number> {
  await assertFreeFile(asked.out);
  const [claimant, suspect] = [await openTree(asked.claimant), await openTree(asked.suspect)];
  const onProgress = () => {};
  const { leaveOut, corpus } = asked;
  const examined = await examineTrees({ claimant, suspect, corpus, leaveOut, review: null, studies: [], onProgress });
  const [finding] = examined.findings;
  const seen = codeObservationsSchema.parse(finding!.observations);
  const [ours, theirs] = [await sideOf(claimant, "claimant", onProgress), await sideOf(suspect, "suspect", onProgress)];
  const roots = [claimant.root, suspect.root] as const;
  const pairs = pairsToRead(seen.forward.units, seen.passages ?? [], ours.units, theirs.units, roots);
  const read = [];
  for (const pair of pairs) {
    const texts = [await textOfUnit(claimant, pair.ours), await textOfUnit(suspect, pair.theirs)];
    if (texts[0] != null && texts[1] != null) read.push({ ...pair, texts: [texts[0], texts[1]] as const });
  }
  const root = examined.inputs.find(({ role }) => role === "corpus")!.root;
  const partial = `${resolve(asked.out)}.partial`;
  try {
    await mkdir(partial);
    await writeNewFile(join(partial, "units.html"), utf8(pageToRead(read)), false);
    const record = recordToFill(read, roots[0], roots[1], root);
    await writeNewFile(join(partial, "record.json"), utf8(`${JSON.stringify(record, null, 2)}\n`), false);
    await rename(partial, resolve(asked.out));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return read.length;
}
