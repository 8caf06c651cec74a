/**
 * A case as one zip that another party checks offline: every record and signed bundle, the log's checkpoint and keys, the
 * pack and calendars, what entries attach (as far as the reader's circle goes), and the state it is said to be in.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJsonBytes } from "../../base/canonical-json.js";
import { AssayError } from "../../base/error.js";
import { encodeRecord } from "../../office/docket/entry/docket-record.js";
import { openEntryBundle } from "../../office/docket/entry/entry-statement.js";
import { advance } from "../../office/docket/fold/clocks.js";
import { stated } from "../../office/docket/fold/stated.js";
import type { FactsOf } from "../../office/docket/pack/facts.js";
import { TIERS, type Tier } from "../../office/docket/pack/names.js";
import { CHECKPOINT_PATH } from "../../tlog/log-writer.js";
import { CASE_FILE, CHECKPOINT_FILE, entryPath, KEYS_FILE, objectFile, STATED_FILE } from "./case-bundle-layout.js";
import { type CaseFolder, openCaseFolder } from "./case-folder.js";

/** @param tier the narrowest circle whose attachments are carried @param asOf Unix seconds at which the state is stated */
export async function bundleOfCase(folder: string, tier: Tier, asOf: number): Promise<Map<string, Uint8Array>> {
  const open = await openCaseFolder(folder);
  const checkpoint = await readFile(join(folder, CHECKPOINT_PATH));
  const keys = await readFile(join(folder, "verifier-keys.txt"));
  return packCase(open, { checkpoint, keys }, tier, asOf);
}

/** @throws NOT_FOUND where something that must be carried is not beside the case */
export async function packCase(
  open: CaseFolder,
  log: { checkpoint: Uint8Array; keys: Uint8Array },
  tier: Tier,
  asOf: number,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  files.set(CASE_FILE, canonicalJsonBytes(open.file));
  files.set(CHECKPOINT_FILE, log.checkpoint);
  files.set(KEYS_FILE, log.keys);
  const carry = async (digest: string, needed: boolean) => {
    const bytes = await open.object(digest);
    if (bytes) files.set(objectFile(digest), bytes);
    else if (needed) throw new AssayError("NOT_FOUND", `case: expected ${digest} beside the case`);
  };
  await carry(open.file.pack, true);
  await carry(open.file.calendar, true);
  for (const record of open.records) {
    const bundle = await open.object(record.bundle);
    if (!bundle) throw new AssayError("NOT_FOUND", `case: expected the bundle of entry ${record.seq}`);
    files.set(entryPath(record.seq, "record"), encodeRecord(record));
    files.set(entryPath(record.seq, "bundle"), bundle);
    if (record.kind === "calendar") await carry((record.facts as FactsOf<"calendar">).calendar, true);
    if (TIERS.indexOf(record.tier) > TIERS.indexOf(tier)) continue;
    for (const { digest } of openEntryBundle(bundle, `entry ${record.seq}`).said.attachments ?? [])
      await carry(digest, false);
  }
  if (asOf < open.state.at)
    throw new AssayError("USAGE", "case: expected a moment no earlier than the last entry; a bundle holds all entries");
  advance(open.state, open.rules, asOf);
  files.set(STATED_FILE, canonicalJsonBytes(stated(open.state, open.rules)));
  return files;
}
